// Opens the exporters of one gateway's traces, and closes them when it retires, after what waits has been sent.

import type { Site } from '../../../engine/compile/component.ts'
import { Outage } from '../../../engine/outage.ts'
import { maskerOf } from '../../../engine/secrets.ts'
import { parseHttpUrl } from '../../../go/url.ts'
import { LAST_SENDING_MS } from '../last-sending.ts'
import { openOtlpTraces } from '../otlp-traces.ts'
import { post } from '../post.ts'
import { resourceOf } from '../resource.ts'
import { SpanQueue } from '../span-queue.ts'
import { masked } from '../span-text.ts'
import type { Span } from '../tracer.ts'
import { WallClock } from '../wall-clock.ts'
import { CensusTracer, samplerOf } from './census-tracer.ts'
import { encodeJaeger } from './jaeger-spans.ts'
import { ocagentAddress } from './ocagent.ts'
import { type Exporters, LABEL, type ServiceOptions } from './options.ts'
import { encodeZipkin, zipkinEndpoint } from './zipkin-spans.ts'

const TIMEOUT_MS = 5000
const MAX_QUEUED = 2048
/** security: no file says how much memory waiting spans may have. */
const MAX_ASKED = 65_536
const MAX_BATCH = 100
const DELAY_MS = 1000

interface SpanExporter {
  readonly name: string
  readonly send: (spans: readonly Span[]) => Promise<void>
  readonly maxQueued: number
  readonly close?: () => Promise<void>
}

export async function openTracer(options: ServiceOptions, site: Site): Promise<CensusTracer> {
  const { exporters } = options
  const wall = new WallClock(site.clock)
  const opened = [openZipkin(exporters, wall), openJaeger(exporters, wall), await openAgent(exporters, site)].filter((one) => one !== null)
  const takers = opened.map((one) => openQueue(one, site))
  const take = (span: Span): void => takers.forEach((taker) => taker(span))
  return new CensusTracer({
    clock: site.clock,
    sampler: samplerOf(options.sample_rate),
    take: takers.length === 0 ? null : masked(take, maskerOf(site.config.secrets)),
  })
}

function openQueue({ name, send, maxQueued, close }: SpanExporter, site: Site): (span: Span) => void {
  const label = `${LABEL} ${name} exporter`
  const outage = new Outage(site.shared, `traces of ${label}`)
  const maxBatch = Math.min(MAX_BATCH, maxQueued)
  const queue = new SpanQueue({ label, log: site.log, outage, send, maxQueued, maxBatch, delayMs: DELAY_MS })
  site.onRetire(async () => {
    await queue.close(LAST_SENDING_MS)
    // What still waits for an answer is not waited for.
    void close?.()
  })
  return queue.take
}

function openZipkin({ zipkin }: Exporters, wall: WallClock): SpanExporter | null {
  const url = zipkin === undefined ? null : parseHttpUrl(zipkin.collector_url)
  if (zipkin === undefined || url === null) return null
  const endpoint = zipkinEndpoint(zipkin.service_name, zipkin.ip, zipkin.port)
  const headers = { 'Content-Type': 'application/json' }
  const send = (spans: readonly Span[]): Promise<void> =>
    post({ url, headers, body: encodeZipkin(spans, endpoint, wall.offsetMs), timeoutMs: TIMEOUT_MS })
  return { name: 'zipkin', send, maxQueued: MAX_QUEUED }
}

function openJaeger({ jaeger }: Exporters, wall: WallClock): SpanExporter | null {
  const url = jaeger === undefined ? null : parseHttpUrl(jaeger.endpoint)
  if (jaeger === undefined || url === null) return null
  const { service_name: name, buffer_max_count: asked } = jaeger
  const headers = { 'Content-Type': 'application/x-thrift' }
  const send = (spans: readonly Span[]): Promise<void> =>
    post({ url, headers, body: encodeJaeger(spans, name, wall.offsetMs), timeoutMs: TIMEOUT_MS })
  return { name: 'jaeger', send, maxQueued: asked > 0 ? Math.min(asked, MAX_ASKED) : MAX_QUEUED }
}

async function openAgent({ ocagent }: Exporters, site: Site): Promise<SpanExporter | null> {
  const address = ocagent === undefined ? null : ocagentAddress(ocagent)
  if (ocagent === undefined || address === null) return null
  const resource = resourceOf({ service_name: ocagent.service_name, service_version: '', deploy_env: '' }, site)
  const { send, close } = await openOtlpTraces(address, resource, site.clock)
  return { name: 'ocagent', send, maxQueued: MAX_QUEUED, close }
}
