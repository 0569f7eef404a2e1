// What runs once per process: the ports that Prometheus scrapes, and the pushes of metrics to collectors.

import type { ProcessSite, Running } from '../../../engine/compile/component.ts'
import { SCOPE } from '../instrument-scope.ts'
import { LAST_SENDING_MS } from '../last-sending.ts'
import { startPushing } from '../metric-push.ts'
import { MetricReader } from '../metric-reader.ts'
import { attributesOf } from '../metric-types.ts'
import { openOtlpMetrics } from '../otlp-metrics.ts'
import { figuresOf } from '../process-figures.ts'
import { readPropagators } from '../propagation.ts'
import { listenForScrapes } from '../prometheus-listener.ts'
import { type Figure, writePage } from '../prometheus-page.ts'
import { resourceOf } from '../resource.ts'
import { findDuplicate } from './blocks.ts'
import { INSTRUMENTS } from './instruments.ts'
import { LABEL, NAMESPACE, type OtlpOptions, type PrometheusOptions, type ServiceOptions } from './options.ts'

const SDK_PERIOD_S = 60
const MS_PER_S = 1000

type Stop = () => Promise<void>

/** Opens everything; what cannot be opened is logged, and the others go on. */
export async function startExporters(options: ServiceOptions, site: ProcessSite): Promise<Running | null> {
  const duplicate = findDuplicate(options)
  if (duplicate !== null) {
    site.log.error(`${LABEL} cannot register exporters: ${duplicate.text}`)
    return null
  }
  const { unknown } = readPropagators(site.environment['OTEL_PROPAGATORS'])
  for (const name of unknown) site.log.warning(`${LABEL} OTEL_PROPAGATORS: nobody knows "${name}", it is left out`)
  const reader = new MetricReader(site.shared, NAMESPACE, INSTRUMENTS)
  const { otlp, prometheus } = options.exporters
  const stops = await Promise.all([
    ...prometheus.map((exporter) => openPrometheus(exporter, options, reader, site)),
    ...otlp.filter(({ disable_metrics: isOff }) => !isOff).map((exporter) => openPush(exporter, options, reader, site)),
  ])
  return {
    isIncomplete: stops.includes(null),
    async stop() {
      await Promise.all(stops.flatMap((stop) => (stop === null ? [] : [stop()])))
    },
  }
}

async function openPrometheus(
  exporter: PrometheusOptions,
  options: ServiceOptions,
  reader: MetricReader,
  site: ProcessSite,
): Promise<Stop | null> {
  const { port, host, disable_metrics: isOff, process_metrics: hasProcess, go_metrics: hasRuntime } = exporter
  const scope = { 'otel.scope.name': SCOPE.name, 'otel.scope.version': SCOPE.version }
  const labels = attributesOf(Object.entries(scope))
  const about: Figure[] = [
    { name: 'otel_scope_info', help: 'Instrumentation scope metadata', type: 'gauge', samples: [{ labels, value: 1 }] },
    { name: 'target_info', help: 'Target metadata', type: 'gauge', samples: [{ labels: resourceOf(options, site), value: 1 }] },
  ]
  const page = (): string =>
    writePage(isOff ? [] : reader.collect(), [...figuresOf({ process: hasProcess, runtime: hasRuntime }), ...(isOff ? [] : about)], {
      namespace: '',
      labels,
      suffixes: true,
    })
  const onError = (error: Error): void => site.log.error(`${LABEL} ${error.message}`)
  try {
    const listener = await listenForScrapes({ port, host, page, onError })
    return () => listener.close()
  } catch (error) {
    // compat: in KrakenD's words; the gateway serves on.
    site.log.error(`[SERVICE: kotel] The Prometheus exporter failed to listen and serve: ${(error as Error).message}`)
    return null
  }
}

async function openPush(exporter: OtlpOptions, options: ServiceOptions, reader: MetricReader, site: ProcessSite): Promise<Stop | null> {
  const { name, host, port, use_http: isHttp, custom_metric_reporting_period: own } = exporter
  const label = `${LABEL} OTLP exporter "${name}"`
  const period = own >= 1 ? own : options.metric_reporting_period > 0 ? options.metric_reporting_period : SDK_PERIOD_S
  try {
    const otlp = await openOtlpMetrics({ host, port, isHttp }, resourceOf(options, site))
    const stop = startPushing({ label, log: site.log, clock: site.clock, reader, otlp, periodMs: period * MS_PER_S })
    return () => stop(LAST_SENDING_MS)
  } catch (error) {
    site.log.error(`${label}: ${(error as Error).message}`)
    return null
  }
}
