// Component `telemetry/opentelemetry`: metrics and traces of every request. Each gateway measures, one part of the process exports metrics.

import { component, service, supervise } from '../../../engine/compile/component.ts'
import { telemetries } from '../../../engine/ports.ts'
import { backendBlock, checkExporters, endpointBlock, findDuplicate, opensPorts } from './blocks.ts'
import { startExporters } from './exporters.ts'
import { LABEL, NAMESPACE, serviceOptions } from './options.ts'
import { wantedBy } from './settings.ts'
import { compileTelemetry } from './telemetry.ts'
import { openTracer } from './tracing.ts'

const BLOCK = { namespace: NAMESPACE, options: serviceOptions, reading: 'struct', check: checkExporters, opens: opensPorts } as const

/** Measures, and sends spans. */
export const openTelemetry = service({
  ...BLOCK,
  async build(options, site) {
    // Without names to tell exporters apart there is none, and the part of the process says so.
    if (findDuplicate(options) !== null) return
    const wanted = wantedBy(options)
    if (!wanted.metrics && !wanted.traces) return
    try {
      site.provide(telemetries, compileTelemetry(options, site, await openTracer(options, site)))
      site.log.debug(`${LABEL} Service registered successfully`)
    } catch (error) {
      site.log.error(`${LABEL} cannot register exporters: ${(error as Error).message}`)
    }
  },
})

/** Exports metrics of the whole process. */
export const openTelemetryExporters = supervise({ ...BLOCK, start: startExporters })

/** What one endpoint has otherwise; no layer of its own: the service's telemetry asks for it. */
export const endpointOpenTelemetry = component({ ...endpointBlock, stage: 'proxy', build: () => null })

/** The same for a backend. */
export const backendOpenTelemetry = component({ ...backendBlock, stage: 'backend', build: () => null })
