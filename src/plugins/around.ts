// A handler of a plugin around a pipe or a sender: it encloses what stands inside.

import type { Scope } from '../engine/scope.ts'
import { PluginCall } from './call.ts'
import { asPromise, inTime, isPromise } from './in-time.ts'
import { OwnTime } from './own-time.ts'
import type { Placed } from './placed.ts'
import type { LightRequest } from './request.ts'
import type { LightResponse } from './response.ts'

/** A handler as the engine calls it: its types are its author's business. */
export type AnyHandler = (request: LightRequest, next: (given?: unknown) => Promise<LightResponse>) => unknown

/** A pipe, a sender. */
export type Chain<I, O> = (input: I, scope: Scope) => Promise<O>

/** A handler that returns no promise awaits nothing. */
export function aroundWith<I, O>(placed: Placed<I, O>, handler: AnyHandler): (inner: Chain<I, O>) => Chain<I, O> {
  return (inner) =>
    function callPlugin(input, scope) {
      return runHandler(placed, handler, inner, input, scope)
    }
}

/** One call of a handler. */
export function runHandler<I, O>(placed: Placed<I, O>, handler: AnyHandler, inner: Chain<I, O>, input: I, scope: Scope): Promise<O> {
  const call = new PluginCall(placed, inner, input, scope)
  const { slow } = placed
  if (slow === null) return run(placed, call, handler, scope)
  const startMs = performance.now()
  const watch = (): void => {
    const nowMs = performance.now()
    slow.take(nowMs - startMs - call.insideMs, nowMs)
  }
  const running = run(placed, call, handler, scope)
  running.then(watch, watch)
  return running
}

function run<I, O>(placed: Placed<I, O>, call: PluginCall<I, O>, handler: AnyHandler, scope: Scope): Promise<O> {
  let returned: unknown
  try {
    if (placed.seat.ownTimeMs !== null) call.ownTime = new OwnTime(scope, placed.seat.ownTimeMs)
    returned = handler(call.request, call.next)
    if (!isPromise(returned)) return asPromise(call.finish(returned))
  } catch (thrown) {
    return Promise.reject(call.fail(thrown))
  }
  const late = (): void => placed.tellLate()
  const waiting = call.ownTime === null ? inTime(returned, scope, late) : call.ownTime.wait(returned, late)
  return waiting.then(
    (value) => call.finish(value),
    (thrown: unknown) => {
      throw call.fail(thrown)
    },
  )
}
