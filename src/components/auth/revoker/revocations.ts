// What can be done with the filter from outside, for every door to it. Knows nothing of sockets and protocols.

import { setImmediate } from 'node:timers/promises'
import type { RotatingFilter } from './rotating-filter.ts'
import { uniteMarshaled } from './union.ts'

/** No claim of a token is longer than its token may be. */
const MAX_ELEMENT_BYTES = 16_384
/** About five milliseconds of hashing: bytes, of which every element counts some more for its places in the filter. */
const PART_WEIGHT = 16_384
const ELEMENT_WEIGHT = 80

/** What cannot be looked for in a token. */
export class ElementError extends Error {}

export type AddListener = (elements: readonly Uint8Array[]) => void

/** Adds, looks up and unites; tells a listener what was added here, so that other machines can be told. */
export class Revocations {
  readonly filter: RotatingFilter
  #listener: AddListener | null = null

  constructor(filter: RotatingFilter) {
    this.filter = filter
  }

  /**
   * Gives the number of elements. Throws an ElementError, and adds nothing, when one of them is too long.
   *
   * security: pauses after each part, because many elements take seconds; let others have their turn then.
   */
  *addInParts(elements: readonly Uint8Array[]): Generator<undefined, number> {
    for (const part of partsOf(elements)) {
      this.#addAll(part)
      this.announce(part)
      yield
    }
    return elements.length
  }

  /** The same for what another machine was told: nobody hears of it again. */
  *addQuietlyInParts(elements: readonly Uint8Array[]): Generator<undefined, void> {
    for (const part of partsOf(elements)) {
      this.#addAll(part)
      yield
    }
  }

  /** Which of them are in the filter; with the pauses and the error of `addInParts`. */
  *checkInParts(elements: readonly Uint8Array[]): Generator<undefined, boolean[]> {
    const found: boolean[] = []
    for (const part of partsOf(elements)) {
      for (const element of part) found.push(this.filter.has(element))
      yield
    }
    return found
  }

  /** Tells the listener alone: they are in the filter already. */
  announce(elements: readonly Uint8Array[]): void {
    this.#listener?.(elements)
  }

  #addAll(elements: readonly Uint8Array[]): void {
    for (const element of elements) this.filter.add(element)
  }

  /** Gives the fill degree afterwards. Throws when the other filter does not fit. */
  *uniteInParts(payload: Buffer): Generator<undefined, number> {
    uniteMarshaled(this.filter, payload)
    yield
    return yield* this.filter.fillDegreeInParts()
  }

  /** One listener; the last one counts. */
  onAdd(listener: AddListener | null): void {
    this.#listener = listener
  }
}

function* partsOf(elements: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  if (elements.some(({ length }) => length > MAX_ELEMENT_BYTES)) {
    throw new ElementError(`an element is longer than ${MAX_ELEMENT_BYTES} bytes`)
  }
  let [from, weight] = [0, 0]
  for (const [index, { length }] of elements.entries()) {
    weight += ELEMENT_WEIGHT + length
    if (weight < PART_WEIGHT) continue
    yield elements.slice(from, index + 1)
    ;[from, weight] = [index + 1, 0]
  }
  if (from < elements.length) yield elements.slice(from)
}

/** Does all parts, with everything else of the process between two of them. */
export async function finish<T>(steps: Iterator<undefined, T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
    await setImmediate()
  }
}
