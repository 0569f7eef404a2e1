// One call of a plugin's handler: what it is asked, what it asks, and what goes on outside when it is done.

import { CANCELED, GatewayError } from '../engine/errors.ts'
import type { Scope } from '../engine/scope.ts'
import { answerError, answerOf, type NewAnswer, typeOf } from './answers.ts'
import { BODY_TAKEN } from './body.ts'
import type { OwnTime } from './own-time.ts'
import type { Placed } from './placed.ts'
import { dropResponse } from './drop-response.ts'
import { LightRequest } from './request.ts'
import { type LightResponse, RawResponse } from './response.ts'

/** What stands inside of a plugin. */
export type Inner<I, O> = (input: I, scope: Scope) => O | Promise<O>

const ASKED_TWICE = new GatewayError('next was called twice where an answer exists once', { code: 'ERR_PLUGIN_NEXT' })

export class PluginCall<I, O> {
  readonly request: LightRequest<I>
  readonly #placed: Placed<I, O>
  readonly #inner: Inner<I, O>
  readonly #input: I
  readonly #scope: Scope
  /** Of the calls of `next` that are under way. */
  #open: Scope[] = []
  #calls = 0
  #answer: Promise<LightResponse> | null = null
  /** Streams among what `next` gave. */
  #streams: RawResponse[] | null = null
  #sentBody: unknown = null
  #isDone = false
  /** What `next` failed with last: thrown on, it stays itself. */
  #failure: unknown = null
  #insideSinceMs = 0
  #insideMs = 0
  /** Set where the time outside of `next` is bounded. */
  ownTime: OwnTime | null = null

  constructor(placed: Placed<I, O>, inner: Inner<I, O>, input: I, scope: Scope) {
    this.#placed = placed
    this.#inner = inner
    this.#input = input
    this.#scope = scope
    this.request = placed.seat.request(input, scope)
  }

  /** Milliseconds spent in `next`; counted where somebody wants to know. */
  get insideMs(): number {
    return this.#insideMs
  }

  /** Handed to the handler. */
  readonly next = (given?: unknown): Promise<LightResponse> => {
    let going: I
    try {
      going = this.#goingOn(given)
    } catch (error) {
      return Promise.reject(error)
    }
    this.#calls++
    const scope = this.#enter()
    const answer = this.#ask(going, scope)
    this.#answer = answer
    return answer
  }

  async #ask(going: I, scope: Scope): Promise<LightResponse> {
    const { seat } = this.#placed
    let output: O
    try {
      output = await this.#inner(going, scope)
    } catch (error) {
      this.#failure = error
      throw error
    } finally {
      this.#leave(scope)
    }
    const response = seat.response(output)
    if (this.#isDone) seat.discard(output)
    else if (response instanceof RawResponse && response.streamOrNull !== null) {
      this.#streams ??= []
      this.#streams.push(response)
    }
    return response
  }

  /** What the handler returned, for whoever stands outside. What is wrong with it is a failure like any other. */
  finish(returned: unknown): O | Promise<O> {
    try {
      const output = this.#outputOf(returned)
      if (!(output instanceof Promise)) return output
      return output.catch((thrown: unknown) => {
        throw this.fail(thrown)
      })
    } catch (thrown) {
      throw this.fail(thrown)
    }
  }

  #outputOf(returned: unknown): O | Promise<O> {
    const { name } = this.#placed
    if (returned === undefined) return this.#finishSilent()
    const answer = answerOf(returned, name)
    if (answer === null) throw answerError(name, `returned ${typeOf(returned)}, which is no answer`)
    return this.#give(answer)
  }

  #give(answer: LightResponse | NewAnswer): O | Promise<O> {
    this.#end()
    const output = this.#placed.seat.output(answer, this.#input)
    this.#dropStreams(answer)
    return output
  }

  #dropStreams(answer: LightResponse | NewAnswer | null): void {
    const { seat } = this.#placed
    for (const stream of this.#streams ?? []) dropResponse(stream, answer, () => seat.discard(stream.source as O))
    this.#streams = null
  }

  /** What was thrown, as an error of the chain. */
  fail(thrown: unknown): Error {
    this.#end()
    this.#dropStreams(null)
    if (thrown === this.#failure && thrown instanceof Error) return thrown
    return this.#placed.fail(thrown)
  }

  /** Nothing was returned: the answer of `next`, with what was changed in place. */
  #finishSilent(): O | Promise<O> {
    const { name } = this.#placed
    const answer = this.#answer
    if (answer === null) throw answerError(name, 'neither answered nor called next')
    if (this.#calls > 1) throw answerError(name, `called next ${this.#calls} times and returned none of the answers`)
    return answer.then((response) => this.#give(response))
  }

  #goingOn(given: unknown): I {
    const { request } = this
    const own = given === undefined ? request : given instanceof Request ? request.fromWeb(given) : given
    if (!(own instanceof LightRequest) || own.constructor !== request.constructor)
      throw new TypeError(`next takes a request of this place, not ${typeOf(given)}`)
    if (this.#calls >= this.#placed.seat.maxCalls) throw ASKED_TWICE
    own.assertWhole()
    own.seal()
    const body = (own as LightRequest<I>).bodyToSend
    // A stream can be sent once.
    if (this.#calls > 0 && body === this.#sentBody && body.length !== 0 && body.inMemory === null) throw BODY_TAKEN
    this.#sentBody = body
    return (own as LightRequest<I>).toRequest()
  }

  #enter(): Scope {
    const scope = this.#scope.child()
    if (this.#open.length === 0) {
      if (this.#placed.isTimed) this.#insideSinceMs = performance.now()
      this.ownTime?.pause()
    }
    this.#open.push(scope)
    return scope
  }

  #leave(scope: Scope): void {
    this.#open = this.#open.filter((open) => open !== scope)
    if (this.#open.length > 0) return
    if (this.#placed.isTimed) this.#insideMs += performance.now() - this.#insideSinceMs
    if (!this.#isDone) this.ownTime?.resume()
  }

  /** The handler is done: nobody waits for what it has asked. */
  #end(): void {
    this.#isDone = true
    this.ownTime?.stop()
    if (this.#open.length === 0) return
    // What is cut here fails for nobody.
    void this.#answer?.catch(ignore)
    for (const scope of this.#open) scope.end(CANCELED)
  }
}

function ignore(): void {}
