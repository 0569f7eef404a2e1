// What runs once per process: the port that Prometheus scrapes, and the pushes of metrics to a collector.

import { type ProcessSite, type Running, StartGivenUp } from '../../../engine/compile/component.ts'
import { bindReason } from '../../../go/host-port.ts'
import { LAST_SENDING_MS } from '../last-sending.ts'
import { startPushing } from '../metric-push.ts'
import { MetricReader } from '../metric-reader.ts'
import { openOtlpMetrics } from '../otlp-metrics.ts'
import { figuresOf } from '../process-figures.ts'
import { listenForScrapes } from '../prometheus-listener.ts'
import { writePage } from '../prometheus-page.ts'
import { resourceOf } from '../resource.ts'
import { ocagentAddress } from './ocagent.ts'
import { type Exporters, LABEL, periodMs, type ServiceOptions } from './options.ts'
import { storeName, tagsOf, VIEWS } from './views.ts'

type Stop = () => Promise<void>

/** Rejects with StartGivenUp when the port of Prometheus cannot be opened. */
export async function startExporters(options: ServiceOptions, site: ProcessSite): Promise<Running | null> {
  const { exporters } = options
  const reader = new MetricReader(site.shared, storeName(tagsOf(exporters)), VIEWS)
  const page = await openPage(exporters, reader, site)
  const push = await openPush(options, reader, site)
  const stops = [page, push].filter((stop) => stop !== null)
  return stops.length === 0 ? null : { stop: async () => void (await Promise.all(stops.map((stop) => stop()))) }
}

async function openPage({ prometheus }: Exporters, reader: MetricReader, site: ProcessSite): Promise<Stop | null> {
  if (prometheus === undefined) return null
  const { port, namespace } = prometheus
  const init = { namespace, labels: [], suffixes: false }
  const page = (): string => writePage(reader.collect(), figuresOf({ process: true, runtime: true }), init)
  const onError = (error: Error): void => site.log.error(`${LABEL} ${error.message}`)
  try {
    const listener = await listenForScrapes({ port, host: '', page, onError })
    return () => listener.close()
  } catch (error) {
    // compat: whoever cannot be scraped does not start.
    throw new StartGivenUp(`${LABEL} listen tcp :${port}: ${bindReason(error as Error) ?? (error as Error).message}`)
  }
}

async function openPush(options: ServiceOptions, reader: MetricReader, site: ProcessSite): Promise<Stop | null> {
  const { ocagent } = options.exporters
  const address = ocagent === undefined ? null : ocagentAddress(ocagent)
  if (ocagent === undefined || address === null) return null
  const resource = resourceOf({ service_name: ocagent.service_name, service_version: '', deploy_env: '' }, site)
  const otlp = await openOtlpMetrics(address, resource)
  const label = `${LABEL} ocagent exporter`
  const stop = startPushing({ label, log: site.log, clock: site.clock, reader, otlp, periodMs: periodMs(options) })
  return () => stop(LAST_SENDING_MS)
}
