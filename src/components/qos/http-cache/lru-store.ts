// Values by key within limits of number and size: the least recently used go first. Knows nothing of HTTP.

export interface StoreLimits {
  readonly maxItems: number
  readonly maxBytes: number
  /** A value of that size or more is not stored. */
  readonly maxValueBytes: number
}

interface Item<T> {
  readonly value: T
  readonly bytes: number
}

export class LruStore<T> {
  readonly limits: StoreLimits
  /** A Map keeps the order of insertion: what is used moves to its end. */
  readonly #items = new Map<string, Item<T>>()
  #bytes = 0
  #reserved = 0

  constructor(limits: StoreLimits) {
    this.limits = limits
  }

  get(key: string): T | undefined {
    const item = this.#items.get(key)
    if (item === undefined) return undefined
    this.#items.delete(key)
    this.#items.set(key, item)
    return item.value
  }

  /** `bytes` is what the value takes of the limit. A value that is too large only removes the old one. */
  set(key: string, value: T, bytes: number): void {
    this.delete(key)
    if (bytes >= this.limits.maxValueBytes) return
    this.#items.set(key, { value, bytes })
    this.#bytes += bytes
    for (const oldest of this.#items.keys()) {
      if (this.#bytes <= this.limits.maxBytes && this.#items.size <= this.limits.maxItems) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const item = this.#items.get(key)
    if (item === undefined) return
    this.#items.delete(key)
    this.#bytes -= item.bytes
  }

  /** Asks for memory to collect a value in; false when too much is being collected already. Give it back with `unreserve`. */
  reserve(bytes: number): boolean {
    if (this.#reserved + bytes > this.limits.maxBytes) return false
    this.#reserved += bytes
    return true
  }

  unreserve(bytes: number): void {
    this.#reserved -= bytes
  }

  get count(): number {
    return this.#items.size
  }

  get bytes(): number {
    return this.#bytes
  }
}
