// Integer keys of a table far beyond the end of its array part. They count as a part of the array: in order, and for the length.

import type { Cursor } from './table.ts'
import type { Value } from './value.ts'

export class SparsePart {
  private readonly entries = new Map<number, Value>()
  /** The keys in order; null when a key was added since. */
  private order: number[] | null = null

  get size(): number {
    return this.entries.size
  }

  get(key: number): Value {
    return this.entries.get(key)
  }

  has(key: number): boolean {
    return this.entries.has(key)
  }

  set(key: number, value: Value): void {
    if (!this.entries.has(key)) this.order = null
    this.entries.set(key, value)
  }

  /** Takes a key out. */
  take(key: number): Value {
    const value = this.entries.get(key)
    if (this.entries.delete(key)) this.order = null
    return value
  }

  /** The last key that has a value; `otherwise` if there is none. */
  last(otherwise: number): number {
    let last = otherwise
    for (const [key, value] of this.entries) if (value !== undefined && key > last) last = key
    return last
  }

  /** The greatest key, with or without a value. */
  greatest(): number {
    return this.sorted().at(-1) ?? 0
  }

  sorted(): number[] {
    this.order ??= [...this.entries.keys()].sort((a, b) => a - b)
    return this.order
  }

  /** The first entry after a key. */
  next(after: number, cursor: Cursor): boolean {
    const order = this.sorted()
    let low = 0
    let high = order.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((order[middle] as number) <= after) low = middle + 1
      else high = middle
    }
    for (; low < order.length; low++) {
      const key = order[low] as number
      const value = this.entries.get(key)
      if (value !== undefined) {
        cursor.key = key
        cursor.value = value
        return true
      }
    }
    return false
  }
}
