// One download of a key set for all workers: who has it first gives it to the others. Knows nothing of HTTP and of single keys.

import type { Jwk } from './jwk.ts'
import type { SharedSlot } from '../../shared-slot.ts'

/** Milliseconds since 1970. */
export type Clock = () => number

export interface KeySet {
  readonly bytes: Buffer
  readonly keys: readonly Jwk[]
}

/** A key set from somewhere else. The same bytes give the same key objects. */
export interface KeyLoader {
  /** One download at a time: who asks meanwhile gets the answer of the one that is under way. */
  load(): Promise<KeySet>
  read(bytes: Buffer): readonly Jwk[]
}

export interface SharedDownloadInit {
  readonly loader: KeyLoader
  readonly shared: SharedSlot
  readonly clock: Clock
  /** After that long a download of another worker is given up for lost. */
  readonly loadLimitMs: number
  /** Takes each set that this worker or another one has downloaded. */
  readonly store: (keys: readonly Jwk[], storedAtMs: number) => void
}

/** Bytes of shared memory for one key set; a larger set is kept by each worker alone. */
export const KEY_SET_BYTES = 128 * 1024

export class SharedDownload {
  readonly #init: SharedDownloadInit
  #seenVersion = 0

  constructor(init: SharedDownloadInit) {
    this.#init = init
  }

  /** Downloads the set, or waits for the worker that does. Rejects with a TokenError. */
  async run(): Promise<void> {
    const { shared, clock, loadLimitMs } = this.#init
    const before = shared.version
    if (!shared.tryBegin(clock(), loadLimitMs)) {
      await shared.waitForEnd(loadLimitMs)
      // The other one may have failed, or its set is too large to be shared.
      if (shared.version === before || !this.adopt()) await this.#load()
      return
    }
    try {
      await this.#load()
    } finally {
      shared.end()
    }
  }

  /**
   * Takes over what another worker has downloaded: a rotated key counts in all of them at the same time. False while a
   * newer set is just being written.
   */
  adopt(): boolean {
    const { shared, loader, store } = this.#init
    if (shared.version === this.#seenVersion) return true
    const snapshot = shared.read()
    if (snapshot === null) return false
    this.#seenVersion = snapshot.version
    store(loader.read(snapshot.bytes), snapshot.storedAtMs)
    return true
  }

  async #load(): Promise<void> {
    const { shared, loader, clock, store } = this.#init
    const { bytes, keys } = await loader.load()
    const nowMs = clock()
    store(keys, nowMs)
    if (shared.publish(bytes, nowMs)) this.#seenVersion = shared.version
  }
}
