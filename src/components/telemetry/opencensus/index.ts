// Component `telemetry/opencensus`: metrics and traces in the names of OpenCensus. Each gateway measures, one part of the process exports metrics.

import { component, service, supervise } from '../../../engine/compile/component.ts'
import { telemetries } from '../../../engine/ports.ts'
import { backendBlock, endpointBlock } from './blocks.ts'
import { startExporters } from './exporters.ts'
import { checkExporters } from './findings.ts'
import { LABEL, NAMESPACE, type ServiceOptions, serviceOptions } from './options.ts'
import { compileTelemetry } from './telemetry.ts'
import { openTracer } from './tracing.ts'

const BLOCK = {
  namespace: NAMESPACE,
  options: serviceOptions,
  reading: 'struct',
  check: checkExporters,
  opens: ({ exporters: { prometheus } }: ServiceOptions) =>
    prometheus === undefined ? [] : [{ host: '', port: prometheus.port, path: [NAMESPACE, 'exporters', 'prometheus', 'port'] }],
  invalidLevel: 'warning',
  explainInvalid: (_label: string, detail: string) => `${LABEL} ${detail}`,
} as const

/** Measures, and sends spans. */
export const openCensus = service({
  ...BLOCK,
  async build(options, site) {
    site.provide(telemetries, compileTelemetry(options, site, await openTracer(options, site)))
    for (const { message, hint } of checkExporters(options)) site.log.warning(`${LABEL} ${message}: ${hint}`)
    site.log.debug(`${LABEL} Service correctly registered`)
  },
})

/** Exports metrics of the whole process. */
export const openCensusExporters = supervise({ ...BLOCK, start: startExporters })

/** What paths of an endpoint are called in metrics; no layer of its own: the service's telemetry asks for it. */
export const endpointOpenCensus = component({ ...endpointBlock, stage: 'proxy', build: () => null })

/** The same for a backend. */
export const backendOpenCensus = component({ ...backendBlock, stage: 'backend', build: () => null })
