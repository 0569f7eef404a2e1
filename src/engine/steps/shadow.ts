// Shadow backends: they get a copy of the traffic, and nobody waits for their answer.

import type { BackendConfig } from '../../config/types.ts'
import { parseDurationMs } from '../../go/duration.ts'
import { copyRequest, discardBody } from '../body.ts'
import { step } from '../compile/component.ts'
import { backendProxyOptions, splitShadows } from '../pipe/proxy-block.ts'
import { tellOfClient, unheard } from '../ports.ts'
import { Scope } from '../scope.ts'
import type { Layer, Pipe } from '../types.ts'

export const shadow = step({
  stage: 'proxy',
  name: 'shadow',
  build(site) {
    const { place } = site
    const { shadows } = splitShadows(place?.backends ?? [])
    if (place === null || shadows.length === 0) return null
    const timeoutMs = site.config.quirks.limitsShadows ? Math.max(...shadows.map(shadowTimeoutMs)) : Infinity
    const report = (error: unknown): void => site.log.debug(`${site.label}[Shadow] ${String(error)}`)
    return site.compileBackends({ ...place, timeoutMs, backends: shadows }).then((pipe) => shadowTraffic(pipe, timeoutMs, report))
  },
})

function shadowTimeoutMs(backend: BackendConfig): number {
  return parseDurationMs(backendProxyOptions(backend).shadow_timeout) ?? backend.timeoutMs
}

/** `pipe` is that of all shadow backends of a place; it has `timeoutMs` of its own, knows the client and outlives it. */
export function shadowTraffic(pipe: Pipe, timeoutMs: number, reportError: (error: unknown) => void): Layer<Pipe> {
  return (next) =>
    async function copyToShadow(request, scope) {
      const copy = await copyRequest(request)
      const shadowScope = Scope.root().child(timeoutMs)
      tellOfClient(scope, shadowScope)
      unheard.set(shadowScope, true)
      pipe(copy, shadowScope)
        .then((response) => discardBody(response.body))
        .catch(reportError)
        .finally(() => shadowScope.close())
      return next(copy, scope)
    }
}
