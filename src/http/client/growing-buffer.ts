// Bytes that wait for what follows them. Knows nothing of HTTP.

const FIRST_CAPACITY = 1024

/** perf: grows by doubling, so that a head that comes in a thousand pieces is not copied a thousand times. */
export class GrowingBuffer {
  #store: Buffer | null = null
  #length = 0

  get isEmpty(): boolean {
    return this.#length === 0
  }

  /** Keeps a copy of what stands from `start` to `end`. */
  keep(bytes: Buffer, start: number, end: number): void {
    // What was taken from here and begins with what is kept stands here still.
    const isHere = start === 0 && bytes.buffer === this.#store?.buffer
    if (!isHere) bytes.copy(this.#reserve(end - start), 0, start, end)
    this.#length = end - start
  }

  /** What is kept and the first bytes of what follows it, as one; nothing is kept any more. Valid until the next `keep`. */
  takeWith(more: Buffer, moreLength: number): Buffer {
    const length = this.#length + moreLength
    const store = this.#reserve(length)
    more.copy(store, this.#length, 0, moreLength)
    this.#length = 0
    return store.subarray(0, length)
  }

  /** Frees the memory. */
  release(): void {
    this.#store = null
    this.#length = 0
  }

  #reserve(length: number): Buffer {
    const store = this.#store
    if (store !== null && store.length >= length) return store
    const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_CAPACITY, length, 2 * (store?.length ?? 0)))
    if (store !== null && this.#length > 0) store.copy(larger, 0, 0, this.#length)
    this.#store = larger
    return larger
  }
}
