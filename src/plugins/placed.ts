// A plugin at one place: what its failures become, and how the log tells of it.

import type { Logger } from '../engine/compile/component.ts'
import { GatewayError } from '../engine/errors.ts'
import { statusErrorOf } from './http-error.ts'
import { describePluginError } from './plugin-error.ts'
import { isPromise } from './in-time.ts'
import type { Seat } from './seat.ts'
import { SlowWatch } from './slow-watch.ts'

export interface PlacedInit<I, O> {
  readonly name: string
  /** `[ENDPOINT: /x]`. */
  readonly label: string
  readonly seat: Seat<I, O>
  readonly log: Logger
  /** Own time above which the log tells of a call; Infinity: off. */
  readonly slowMs: number
}

export class Placed<I, O> {
  readonly name: string
  readonly seat: Seat<I, O>
  readonly slow: SlowWatch | null
  readonly #label: string
  readonly #log: Logger

  constructor({ name, label, seat, log, slowMs }: PlacedInit<I, O>) {
    this.name = name
    this.seat = seat
    this.#log = log
    this.#label = `${label}[PLUGIN: ${name}]`
    this.slow = slowMs === Infinity ? null : new SlowWatch(slowMs, (text) => log.warning(`${this.#label} ${text}`))
  }

  /** Whether the time inside `next` is measured. */
  get isTimed(): boolean {
    return this.slow !== null
  }

  /** What somebody threw, as an error of the chain. security: the text of a bug is for the log alone. */
  fail(thrown: unknown): Error {
    if (thrown instanceof GatewayError) return thrown
    const meant = statusErrorOf(thrown)
    if (meant !== null) return meant
    const { text, frames } = describePluginError(thrown)
    this.#log.error(`${this.#label} ${text}`)
    if (frames.length > 0) this.#log.debug(`${this.#label} ${frames.map((frame) => frame.trim()).join(' | ')}`)
    return new GatewayError('internal server error', { code: 'ERR_PLUGIN', isTold: true, cause: thrown })
  }

  /** A part of a pair, whose time is all its own. */
  watched<A extends readonly unknown[]>(part: (...args: A) => unknown): (...args: A) => unknown {
    const { slow } = this
    if (slow === null) return part
    return (...args) => {
      const startMs = performance.now()
      const take = (): void => slow.take(performance.now() - startMs, performance.now())
      const returned = part(...args)
      if (isPromise(returned)) returned.then(take, take)
      else take()
      return returned
    }
  }

  /** The time was up before the handler was done. */
  tellLate(): void {
    this.#log.warning(`${this.#label} was still running when the time was up`)
  }
}
