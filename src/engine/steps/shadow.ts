// Shadow backends: they get a copy of the traffic, and nobody waits for their answer.

import { copyRequest, discardBody } from '../body.ts'
import { Scope } from '../scope.ts'
import type { Layer, Pipe } from '../types.ts'

/** `shadow` is the pipe of all shadow backends of an endpoint; it has `timeoutMs` of its own and outlives the client. */
export function shadowTraffic(shadow: Pipe, timeoutMs: number, reportError: (error: unknown) => void): Layer<Pipe> {
  return (next) =>
    async function copyToShadow(request, scope) {
      const copy = await copyRequest(request)
      const shadowScope = Scope.root().child(timeoutMs)
      shadow(copy, shadowScope)
        .then((response) => discardBody(response.body))
        .catch(reportError)
        .finally(() => shadowScope.close())
      return next(copy, scope)
    }
}
