// Waits for a plugin no longer than somebody waits for its answer.

import { DEADLINE_EXCEEDED } from '../engine/errors.ts'
import type { Scope } from '../engine/scope.ts'

/**
 * What a plugin's promise gives; when the scope ends first, why it did. What comes later is dropped. `onLate` hears of a deadline that
 * passed while the plugin itself was at work.
 */
export function inTime(running: PromiseLike<unknown>, scope: Scope, onLate: () => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let isOver = false
    const takeBack = scope.onEnd((reason) => {
      // Whoever waits for what stands inside is told by that, and has until the next turn to say something.
      setImmediate(() => {
        if (isOver) return
        isOver = true
        if (reason === DEADLINE_EXCEEDED) onLate()
        reject(reason)
      })
    })
    running.then(
      (value) => {
        isOver = true
        takeBack()
        resolve(value)
      },
      (error: unknown) => {
        isOver = true
        takeBack()
        reject(error)
      },
    )
  })
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T>
export function isPromise(value: unknown): value is PromiseLike<unknown>
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

export function asPromise<O>(value: O | Promise<O>): Promise<O> {
  return value instanceof Promise ? value : Promise.resolve(value)
}
