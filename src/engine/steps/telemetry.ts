// Lets whoever measures (traces, metrics) stand around requests, pipes, backends and calls. Without telemetry there is no layer.

import { type Site, step } from '../compile/component.ts'
import { telemetries } from '../ports.ts'
import type { Handler, Layer } from '../types.ts'

const NAME = 'telemetry'

export const serverTelemetry = step({
  stage: 'server',
  name: NAME,
  build: (site) => join(site.ask(telemetries).map((telemetry) => telemetry.server?.(site) ?? null)),
})

export const endpointTelemetry = step({
  stage: 'endpoint',
  name: NAME,
  build: (site) => join(site.ask(telemetries).map((telemetry) => telemetry.endpoint?.(site) ?? null)),
})

export const proxyTelemetry = step({
  stage: 'proxy',
  name: NAME,
  build: (site) => join(site.ask(telemetries).map((telemetry) => telemetry.proxy?.(site) ?? null)),
})

export const backendTelemetry = step({
  stage: 'backend',
  name: NAME,
  build: (site) => join(site.ask(telemetries).map((telemetry) => telemetry.backend?.(site) ?? null)),
})

export const transportTelemetry = step({
  stage: 'transport',
  name: NAME,
  build: (site) => join(site.ask(telemetries).map((telemetry) => telemetry.transport?.(site) ?? null)),
})

/** The handler of 404 or 405 with whatever measures it: no stage has these answers alone. */
export function measureUnmatched(site: Site, status: 404 | 405, handler: Handler): Handler {
  const layer = join(site.ask(telemetries).map((telemetry) => telemetry.unmatched?.(site, status) ?? null))
  return layer === null ? handler : layer(handler)
}

/** The layers as one, the first outermost; null without any. */
function join<F>(found: readonly (Layer<F> | null)[]): Layer<F> | null {
  const layers = found.filter((layer) => layer !== null)
  return layers.length === 0 ? null : (next) => layers.reduceRight((inner, layer) => layer(inner), next)
}
