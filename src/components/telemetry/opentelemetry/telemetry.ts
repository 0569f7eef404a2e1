// Builds what measures one gateway: the layers of each place, by the options of the service, the endpoint and the backend.

import type { EndpointConfig } from '../../../config/types.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { optionsOf } from '../../../engine/compile/read-block.ts'
import { type Telemetry, traceIds } from '../../../engine/ports.ts'
import { slot } from '../../../engine/scope.ts'
import { textMasker } from '../../../engine/secrets.ts'
import { MetricStore } from '../metric-store.ts'
import { attributesOf } from '../metric-types.ts'
import { readPropagators } from '../propagation.ts'
import type { TraceContext } from '../trace-context.ts'
import type { Tracer } from '../tracer.ts'
import { backendBlock, endpointBlock } from './blocks.ts'
import { callLayer } from './call-layer.ts'
import { BACKEND_DURATION, clientInstruments, CONNECTION_CHANGES, INSTRUMENTS, PROXY_DURATION } from './instruments.ts'
import { LABEL, NAMESPACE, type ServiceOptions } from './options.ts'
import type { OwnAttributes } from './server-layer.ts'
import { serverLayer } from './server-layer.ts'
import { backendSettings, type BackendSettings, globalSettings, pairs, skippedPaths, stageSettings, wantedBy } from './settings.ts'
import { stageLayer } from './stage-layer.ts'

/** What the request belongs to: its span, or the caller's. */
const current = slot<TraceContext>()

/** The metrics of this thread, which outlive a reload. */
function openStore(site: Site): MetricStore {
  const init = { shared: site.shared, name: NAMESPACE, instruments: INSTRUMENTS, nowMs: site.clock.now() }
  const store = site.pool.share(
    NAMESPACE,
    () => new MetricStore(init),
    (old) => old.release(),
  )
  if (!store.isSeen) site.log.warning(`${LABEL} too many threads count: metrics of this one are not exported`)
  return store
}

/** `tracer` is null without an exporter of traces. */
export function compileTelemetry(options: ServiceOptions, service: Site, tracer: Tracer | null): Telemetry {
  const wanted = wantedBy(options)
  const store = wanted.metrics ? openStore(service) : null
  const skipped = skippedPaths(options)
  const { propagation } = readPropagators(service.environment['OTEL_PROPAGATORS'])
  const global = globalSettings(options.layers?.global, wanted)
  const isSkipped = ({ endpoint }: Site): boolean => endpoint !== null && skipped.has(endpoint.path)
  const now = service.clock.steady
  if (tracer !== null) service.provide(traceIds, (scope) => current.get(scope)?.traceId)
  const settingsOf = ({ backend }: Site): BackendSettings => {
    const own = backend === null ? undefined : optionsOf(backendBlock, backend.extraConfig).backend
    return backendSettings(own ?? options.layers?.backend, wanted)
  }
  return {
    server({ config, log }) {
      const own = new Map(config.endpoints.map((endpoint) => [endpoint, ownAttributes(endpoint)]))
      return serverLayer({ settings: global, skipped, own, store, tracer, propagation, current, log })
    },
    proxy(site) {
      const { place } = site
      if (place === null || skipped.has(place.name)) return null
      const settings = stageSettings(optionsOf(endpointBlock, place.extraConfig).proxy ?? options.layers?.proxy, wanted)
      const { name } = place
      const fixed = { 'http.request.method': place.endpoint?.method ?? '', 'http.route': name }
      return stageLayer({
        now,
        metrics: stageMetrics(settings.hasMetrics ? store : null, PROXY_DURATION, [...Object.entries(fixed), ...settings.metricAttributes]),
        traces:
          settings.hasTraces && tracer !== null
            ? {
                tracer,
                name,
                attributes: { ...fixed, ...Object.fromEntries(settings.spanAttributes), 'krakend.stage': 'proxy' },
                headers: settings.headers,
                current,
              }
            : null,
      })
    },
    backend(site) {
      if (isSkipped(site)) return null
      const { metrics, traces } = settingsOf(site)
      const { name, fixed } = describe(site)
      const attributes = { ...fixed, ...Object.fromEntries(traces.attributes), 'krakend.stage': 'backend' }
      return stageLayer({
        now,
        metrics: stageMetrics(metrics.hasStage ? store : null, BACKEND_DURATION, [...Object.entries(fixed), ...metrics.attributes]),
        traces: traces.hasStage && tracer !== null ? { tracer, name, attributes, headers: traces.headers, current } : null,
      })
    },
    transport(site) {
      if (isSkipped(site)) return null
      const { metrics, traces } = settingsOf(site)
      const { name, fixed } = describe(site)
      const hasMetrics = (metrics.hasRoundTrip || metrics.hasRead) && store !== null
      const hasTraces = (traces.hasRoundTrip || traces.hasRead) && tracer !== null
      return callLayer({
        steady: now,
        metrics: hasMetrics
          ? {
              store,
              requests: clientInstruments(global.convention, metrics.isDetailed),
              hasRead: metrics.hasRead,
              attributes: attributesOf([...Object.entries(fixed), ...metrics.attributes]),
              name,
            }
          : null,
        traces: hasTraces
          ? {
              tracer,
              propagation,
              current,
              name,
              attributes: { ...fixed, 'krakend.stage': 'backend-request', ...Object.fromEntries(traces.attributes) },
              headers: traces.headers,
              hasRead: traces.hasRead,
              isDetailed: traces.isDetailed,
            }
          : null,
      })
    },
    connection(name) {
      if (store === null) return null
      const counterOf = (state: string) => store.counter(CONNECTION_CHANGES, attributesOf(Object.entries({ connection: name, state })))
      const [up, down] = [counterOf('up'), counterOf('down')]
      return (isUp) => (isUp ? up : down).add(1)
    },
  }
}

function stageMetrics(store: MetricStore | null, instrument: number, attributes: [string, string][] | (readonly [string, unknown])[]) {
  return store === null ? null : { store, instrument, attributes: attributesOf(attributes as [string, string][]) }
}

/** What telemetry of a backend is called, and what all of it says. */
function describe({ backend, config, endpoint }: Site): { name: string; fixed: Readonly<Record<string, string>> } {
  const name = textMasker(config.secrets)(backend?.urlPattern ?? '').replaceAll(
    /\{\{\.([^}]+)\}\}/g,
    (_all, param: string) => `:${param.toLowerCase()}`,
  )
  return {
    name,
    fixed: {
      'http.request.method': backend?.method ?? '',
      'http.route': name,
      // compat: an agent has none.
      'krakend.endpoint.route': endpoint?.path ?? '',
      'krakend.endpoint.method': endpoint?.method ?? '',
    },
  }
}

function ownAttributes({ extraConfig }: EndpointConfig): OwnAttributes {
  const { global } = optionsOf(endpointBlock, extraConfig)
  return { metrics: pairs(global?.metrics_static_attributes ?? []), traces: pairs(global?.traces_static_attributes ?? []) }
}
