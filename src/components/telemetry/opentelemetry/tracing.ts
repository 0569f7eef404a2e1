// Opens the exporters of one gateway's traces, and closes them when it retires, after what waits has been sent.

import type { Site } from '../../../engine/compile/component.ts'
import { Outage } from '../../../engine/outage.ts'
import { maskerOf } from '../../../engine/secrets.ts'
import { LAST_SENDING_MS } from '../last-sending.ts'
import { openOtlpTraces } from '../otlp-traces.ts'
import { resourceOf } from '../resource.ts'
import { SpanQueue } from '../span-queue.ts'
import { masked } from '../span-text.ts'
import { type Span, Tracer } from '../tracer.ts'
import { LABEL, type ServiceOptions } from './options.ts'

const DEFAULT_QUEUE = 2048
const DEFAULT_BATCH = 512
const DEFAULT_DELAY_MS = 5000

/** Null without an exporter of traces. */
export async function openTracer(options: ServiceOptions, site: Site): Promise<Tracer | null> {
  const exporters = options.exporters.otlp.filter(({ disable_traces: isOff }) => !isOff)
  if (exporters.length === 0) return null
  const resource = resourceOf(options, site)
  const takers: ((span: Span) => void)[] = []
  for (const { name, host, port, use_http: isHttp } of exporters) {
    const otlp = await openOtlpTraces({ host, port, isHttp }, resource, site.clock)
    const label = `${LABEL} OTLP exporter "${name}"`
    const outage = new Outage(site.shared, `traces of ${label}`)
    const queue = new SpanQueue({ label, log: site.log, outage, send: otlp.send, ...limitsOf(site) })
    takers.push(queue.take)
    site.onRetire(async () => {
      await queue.close(LAST_SENDING_MS)
      // What still waits for an answer is not waited for.
      void otlp.close()
    })
  }
  const { trace_sample_rate: rate } = options
  const ratio = rate > 0 && rate < 1 ? rate : null
  const [first] = takers
  const take = takers.length === 1 && first !== undefined ? first : (span: Span): void => takers.forEach((taker) => taker(span))
  return new Tracer({ clock: site.clock, ratio, take: masked(take, maskerOf(site.config.secrets)) })
}

/** What `OTEL_BSP_…` say. */
function limitsOf({ environment }: Site): { maxQueued: number; maxBatch: number; delayMs: number } {
  const read = (name: string, otherwise: number): number => {
    const value = Number(environment[name])
    return Number.isInteger(value) && value > 0 ? value : otherwise
  }
  const maxQueued = read('OTEL_BSP_MAX_QUEUE_SIZE', DEFAULT_QUEUE)
  return {
    maxQueued,
    maxBatch: Math.min(maxQueued, read('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', DEFAULT_BATCH)),
    delayMs: read('OTEL_BSP_SCHEDULE_DELAY', DEFAULT_DELAY_MS),
  }
}
