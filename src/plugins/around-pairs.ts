// Pairs of plugins around a pipe: request parts in the order of the list, then response parts in the same order.

import type { Scope } from '../engine/scope.ts'
import { answerError, answerOf, typeOf } from './answers.ts'
import type { Chain } from './around.ts'
import { asPromise, inTime, isPromise } from './in-time.ts'
import { OwnTime } from './own-time.ts'
import { dropResponse } from './drop-response.ts'
import type { Placed } from './placed.ts'
import { LightRequest } from './request.ts'
import { type LightResponse, RawResponse } from './response.ts'

/** The parts of a plugin; null for one that it has not. */
export interface AnyPair {
  readonly request: ((request: LightRequest) => unknown) | null
  readonly response: ((response: LightResponse, request: LightRequest) => unknown) | null
}

export interface PlacedPair<I, O> {
  readonly placed: Placed<I, O>
  readonly pair: AnyPair
}

export function aroundWithPairs<I, O>(pairs: readonly PlacedPair<I, O>[]): (inner: Chain<I, O>) => Chain<I, O> {
  return (inner) =>
    function callModifiers(input, scope) {
      return runPairs(pairs, inner, input, scope)
    }
}

/** One request through pairs and what stands inside. */
export function runPairs<I, O>(pairs: readonly PlacedPair<I, O>[], inner: Chain<I, O>, input: I, scope: Scope): Promise<O> {
  return new PairRun(pairs, inner, input, scope).start(0)
}

class PairRun<I, O> {
  readonly #pairs: readonly PlacedPair<I, O>[]
  readonly #inner: Chain<I, O>
  readonly #scope: Scope
  #input: I
  /** Those that went on, by their place in the list. */
  readonly #requests: LightRequest<I>[] = []

  constructor(pairs: readonly PlacedPair<I, O>[], inner: Chain<I, O>, input: I, scope: Scope) {
    this.#pairs = pairs
    this.#inner = inner
    this.#input = input
    this.#scope = scope
  }

  /** Request parts from the one of that number on, and all that follows. */
  start(first: number): Promise<O> {
    for (let i = first; i < this.#pairs.length; i++) {
      const { placed, pair } = this.#pairs[i] as PlacedPair<I, O>
      if (pair.request === null) continue
      const request = placed.seat.request(this.#input, this.#scope)
      let returned: unknown
      try {
        returned = pair.request(request)
      } catch (thrown) {
        return Promise.reject(placed.fail(thrown))
      }
      if (isPromise(returned)) return this.#wait(placed, returned).then((value) => this.#goOn(i, request, value) ?? this.start(i + 1))
      const answered = this.#goOn(i, request, returned)
      if (answered !== null) return answered
    }
    return this.#inner(this.#input, this.#scope).then((output) => this.#respond(0, output))
  }

  /** Takes what a request part gave: null where the next one has its turn. */
  #goOn(index: number, request: LightRequest<I>, returned: unknown): Promise<O> | null {
    const { placed } = this.#pairs[index] as PlacedPair<I, O>
    try {
      if (returned !== undefined && !(returned instanceof LightRequest)) {
        const answer = answerOf(returned, placed.name)
        if (answer === null) throw answerError(placed.name, `returned ${typeOf(returned)}, which is neither a request nor an answer`)
        return asPromise(placed.seat.output(answer, this.#input)).then((output) => this.#respond(0, output))
      }
      const own = (returned ?? request) as LightRequest<I>
      if (own.constructor !== request.constructor) throw answerError(placed.name, 'returned a request of another place')
      own.assertWhole()
      own.seal()
      request.seal()
      this.#requests[index] = own
      this.#input = own.toRequest()
      return null
    } catch (thrown) {
      return Promise.reject(placed.fail(thrown))
    }
  }

  /** Response parts from the one of that number on. */
  #respond(first: number, given: O): O | Promise<O> {
    let output = given
    for (let i = first; i < this.#pairs.length; i++) {
      const { placed, pair } = this.#pairs[i] as PlacedPair<I, O>
      if (pair.response === null) continue
      if (!placed.seat.isWhole(output)) return output
      const changed = this.#runResponse(i, output)
      if (!isPromise(changed)) {
        output = changed
        continue
      }
      const former = output
      return changed.then(
        (next) => this.#respond(i + 1, next),
        (error: unknown) => {
          placed.seat.discard(former)
          throw error
        },
      )
    }
    return output
  }

  #runResponse(index: number, output: O): O | Promise<O> {
    const { placed, pair } = this.#pairs[index] as PlacedPair<I, O>
    const response = placed.seat.response(output)
    let returned: unknown
    try {
      returned = pair.response?.(response, this.#requestFor(index, placed))
    } catch (thrown) {
      return Promise.reject(placed.fail(thrown))
    }
    if (!isPromise(returned)) return this.#change(placed, response, returned)
    return this.#wait(placed, returned).then((value) => this.#change(placed, response, value))
  }

  /** The request as it was sent on. */
  #requestFor(index: number, placed: Placed<I, O>): LightRequest<I> {
    const own = this.#requests[index]
    if (own !== undefined && own.toRequest() === this.#input) return own
    const request = placed.seat.request(this.#input, this.#scope)
    request.seal()
    return request
  }

  /** What a response part gave in the place of what was there. */
  #change(placed: Placed<I, O>, response: LightResponse, returned: unknown): O | Promise<O> {
    try {
      const answer = returned === undefined ? response : answerOf(returned, placed.name)
      if (answer === null) throw answerError(placed.name, `returned ${typeOf(returned)}, which is no answer`)
      const output = placed.seat.output(answer, this.#input)
      if (response instanceof RawResponse) dropResponse(response, answer, () => placed.seat.discard(response.source as O))
      return output
    } catch (thrown) {
      return Promise.reject(placed.fail(thrown))
    }
  }

  #wait(placed: Placed<I, O>, running: PromiseLike<unknown>): Promise<unknown> {
    const { ownTimeMs } = placed.seat
    const late = (): void => placed.tellLate()
    const waiting = ownTimeMs === null ? inTime(running, this.#scope, late) : new OwnTime(this.#scope, ownTimeMs).wait(running, late)
    return waiting.catch((thrown: unknown) => {
      throw placed.fail(thrown)
    })
  }
}
