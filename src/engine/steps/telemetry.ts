// Lets whoever measures (traces, metrics) stand around requests, pipes, backends and calls. Without telemetry there is no layer.

import { step } from '../compile/component.ts'
import { telemetries } from '../ports.ts'
import type { Layer } from '../types.ts'

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

/** The layers as one, the first outermost; null without any. */
function join<F>(found: readonly (Layer<F> | null)[]): Layer<F> | null {
  const layers = found.filter((layer) => layer !== null)
  return layers.length === 0 ? null : (next) => layers.reduceRight((inner, layer) => layer(inner), next)
}
