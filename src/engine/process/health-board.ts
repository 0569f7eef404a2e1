// What the health check tells of the whole process, whichever worker is asked: written by the main thread, read by all of them.

import type { SharedMemory } from '../compile/shared-memory.ts'

export interface ProcessHealth {
  /** Milliseconds since 1970 when the process began; 0 where no process has said it. */
  readonly startedMs: number
  /** It was told to stop, and serves what still comes. */
  readonly isStopping: boolean
  /** Workers that serve, and that should; both 0 with one thread. */
  readonly serving: number
  readonly workers: number
  /** Why the last reload was refused; null when it was not. */
  readonly refusal: ReloadRefusal | null
}

export interface ReloadRefusal {
  readonly reason: string
  /** When, as ISO 8601. */
  readonly at: string
}

const NAME = 'process/health'
const BYTES = 4096
const WORDS_BYTES = 32
const STARTED_AT = 32
const TEXT_AT = 40
/** A reason that is longer is cut: the log has all of it. */
const MAX_REASON = 600
/** Places in the words. An odd version: somebody is writing. */
const [VERSION, STOPPING, SERVING, WORKERS, TEXT_LENGTH] = [0, 1, 2, 3, 4] as const
/** A writer needs microseconds; whoever meets it more often than that goes without its text. */
const MAX_TRIES = 10_000

export class HealthBoard {
  readonly #words: Int32Array
  readonly #started: Float64Array
  readonly #text: Uint8Array

  constructor(shared: SharedMemory) {
    const buffer = shared.buffer(NAME, BYTES)
    this.#words = new Int32Array(buffer, 0, WORDS_BYTES / Int32Array.BYTES_PER_ELEMENT)
    this.#started = new Float64Array(buffer, STARTED_AT, 1)
    this.#text = new Uint8Array(buffer, TEXT_AT)
  }

  start(startedMs: number): void {
    this.#started[0] = startedMs
  }

  stop(): void {
    Atomics.store(this.#words, STOPPING, 1)
  }

  /** How many workers serve of those that should. */
  count(serving: number, workers: number): void {
    Atomics.store(this.#words, SERVING, serving)
    Atomics.store(this.#words, WORKERS, workers)
  }

  /** The outcome of a reload: why it was refused, or null. Only one thread writes. */
  tellReload(refusal: ReloadRefusal | null): void {
    const cut = refusal === null ? null : { ...refusal, reason: refusal.reason.slice(0, MAX_REASON) }
    const text = cut === null ? '' : JSON.stringify(cut)
    Atomics.add(this.#words, VERSION, 1)
    const { written } = new TextEncoder().encodeInto(text, this.#text)
    Atomics.store(this.#words, TEXT_LENGTH, written)
    Atomics.add(this.#words, VERSION, 1)
  }

  read(): ProcessHealth {
    return {
      startedMs: this.#started[0] as number,
      isStopping: Atomics.load(this.#words, STOPPING) === 1,
      serving: Atomics.load(this.#words, SERVING),
      workers: Atomics.load(this.#words, WORKERS),
      refusal: this.#readRefusal(),
    }
  }

  #readRefusal(): ReloadRefusal | null {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const version = Atomics.load(this.#words, VERSION)
      const length = Atomics.load(this.#words, TEXT_LENGTH)
      if (length === 0) return null
      // Text decoders take no shared memory.
      const bytes = this.#text.slice(0, length)
      if (version % 2 !== 0 || Atomics.load(this.#words, VERSION) !== version) continue
      return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes))) as ReloadRefusal
    }
    return null
  }
}
