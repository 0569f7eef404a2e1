// What can be done with the filter from outside, for every door to it. Knows nothing of sockets and protocols.

import { performance } from 'node:perf_hooks'
import type { RotatingFilter } from './rotating-filter.ts'
import { uniteMarshaled } from './union.ts'

export type AddListener = (elements: readonly Uint8Array[]) => void

/** Adds, looks up and unites; tells a listener what was added here, so that other machines can be told. */
export class Revocations {
  readonly filter: RotatingFilter
  #listener: AddListener | null = null

  constructor(filter: RotatingFilter) {
    this.filter = filter
  }

  /** Gives the number of elements. */
  add(elements: readonly Uint8Array[]): number {
    this.addQuietly(elements)
    this.announce(elements)
    return elements.length
  }

  /** Tells the listener alone: they are in the filter already. */
  announce(elements: readonly Uint8Array[]): void {
    if (elements.length > 0) this.#listener?.(elements)
  }

  /** Adds what another machine was told. */
  addQuietly(elements: readonly Uint8Array[]): void {
    for (const element of elements) this.filter.add(element)
  }

  check(elements: readonly Uint8Array[]): boolean[] {
    return elements.map((element) => this.filter.has(element))
  }

  /** Gives the fill degree afterwards. Throws when the other filter does not fit. */
  unite(payload: Buffer): number {
    uniteMarshaled(this.filter, payload)
    return this.filter.fillDegree()
  }

  /** One listener; the last one counts. */
  onAdd(listener: AddListener | null): void {
    this.#listener = listener
  }
}

/** Milliseconds since 1970, the same in every thread and not moved by changes of the clock while this thread lives. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}
