// The token of one backend in memory that all workers see. Knows nothing of how tokens are fetched.

import { SharedSlot } from '../shared-slot.ts'
import type { Token } from './token-answer.ts'

/** Bytes of shared memory for one token; a longer one is kept by each worker alone. */
export const SHARED_TOKEN_BYTES = 16 * 1024
/** After that long a fetch of another worker is given up for lost: it may ask twice, for 30 seconds each. */
const LOST_MS = 65_000

export interface HeldToken {
  /** Null where the backend has refused it. */
  readonly token: Token | null
  /** In milliseconds of the clock that all workers have; Infinity for a token that never ends. */
  readonly freshUntilMs: number
  /** How the server wanted the credentials. */
  readonly isInBody: boolean
}

/** What is written: JSON has no Infinity. */
interface Written {
  /** Who asks whom: after a reload the backend may have other credentials. */
  readonly grant: string
  readonly token: Token | null
  readonly freshUntilMs: number | null
  readonly isInBody: boolean
}

export class SharedToken {
  readonly #slot: SharedSlot
  readonly #grant: string
  #seenVersion = 0

  /** `grant`: a digest of who asks whom for what. */
  constructor(memory: SharedArrayBuffer, grant: string) {
    this.#slot = new SharedSlot(memory)
    this.#grant = grant
  }

  /** True when this worker is to fetch a token; it calls `end` afterwards. */
  tryBegin(nowMs: number): boolean {
    return this.#slot.tryBegin(nowMs, LOST_MS)
  }

  end(): void {
    this.#slot.end()
  }

  waitForEnd(limitMs: number): Promise<void> {
    return this.#slot.waitForEnd(limitMs)
  }

  /**
   * What another worker has told since the last time; null when there is nothing.
   * perf: for every request, where it is one look at a number.
   */
  news(): HeldToken | null {
    if (this.#slot.version === this.#seenVersion) return null
    const snapshot = this.#slot.read()
    if (snapshot === null) return null
    this.#seenVersion = snapshot.version
    const { grant, freshUntilMs, ...held } = JSON.parse(snapshot.bytes.toString()) as Written
    return grant === this.#grant ? { ...held, freshUntilMs: freshUntilMs ?? Infinity } : null
  }

  /** Tells the others. */
  tell({ token, freshUntilMs, isInBody }: HeldToken): void {
    const written: Written = { grant: this.#grant, token, freshUntilMs: Number.isFinite(freshUntilMs) ? freshUntilMs : null, isInBody }
    if (this.#slot.publish(Buffer.from(JSON.stringify(written)), 0)) this.#seenVersion = this.#slot.version
  }
}
