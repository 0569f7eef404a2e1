// A seat is where a plugin stands in a chain of the engine: how what comes in becomes a request, and what goes out becomes a response.

import type { Scope } from '../engine/scope.ts'
import type { NewAnswer } from './answers.ts'
import type { LightRequest } from './request.ts'
import type { LightResponse } from './response.ts'

/** `I` and `O` are what the chain passes on: a PipeRequest and its PipeResponse, or those of a sender or a handler. */
export interface Seat<I, O> {
  request(input: I, scope: Scope): LightRequest<I>
  response(output: O): LightResponse
  /** What goes on outside for what a plugin gave. Throws, or rejects, where it cannot go on. */
  output(answer: LightResponse | NewAnswer, input: I): O | Promise<O>
  /** Whether response parts run: they do not behind a failure. */
  isWhole(output: O): boolean
  /** Lets go of an answer that nobody wants. */
  discard(output: O): void
  /** Calls of `next` that one request may make. */
  readonly maxCalls: number
  /** Milliseconds that a handler may take outside of `next`; null where the scope alone says when its time is up. */
  readonly ownTimeMs: number | null
}
