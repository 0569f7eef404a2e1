// A promise that is waited for no longer than a scope goes on.

import type { Scope } from '../engine/scope.ts'

/** What a promise gives, or a rejection as soon as the scope ends. */
export function within<T>(scope: Scope, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const unlisten = scope.onEnd(reject)
    promise.then(resolve, reject).finally(unlisten)
  })
}
