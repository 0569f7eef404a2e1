// Sends all metrics to one OTLP collector again and again, one push at a time; a collector that is down costs its pushes, no memory.

import type { Clock, Logger } from '../../engine/compile/component.ts'
import { settlesWithin } from '../../engine/settles-within.ts'
import { timerMs } from '../../engine/timer-ms.ts'
import type { MetricReader } from './metric-reader.ts'
import type { OtlpMetrics } from './otlp-metrics.ts'

export interface MetricPushInit {
  /** `[SERVICE: OpenTelemetry] OTLP exporter "x"`. */
  readonly label: string
  readonly log: Logger
  readonly clock: Clock
  readonly reader: MetricReader
  readonly otlp: OtlpMetrics
  readonly periodMs: number
}

/** Gives the end of it: a last push, for `maxMs` at most. */
export function startPushing(init: MetricPushInit): (maxMs: number) => Promise<void> {
  const { label, log, clock, reader, otlp, periodMs } = init
  let isDown = false
  let pushing: Promise<void> | null = null
  const pushOnce = async (): Promise<void> => {
    const series = reader.collect()
    if (series.length === 0) return
    try {
      await otlp.send(series, reader.startMs, clock.now())
      if (isDown) log.info(`${label}: answers again, and gets what was counted meanwhile`)
      isDown = false
    } catch (error) {
      if (!isDown) log.error(`${label}: ${(error as Error).message}; metrics are counted on and sent when it answers`)
      isDown = true
    }
  }
  const push = (): Promise<void> =>
    (pushing ??= pushOnce().finally(() => {
      pushing = null
    }))
  const timer = setInterval(() => void push(), timerMs(periodMs)).unref()
  return async (maxMs) => {
    clearInterval(timer)
    if (!(await settlesWithin(maxMs, push()))) log.error(`${label}: the last metrics could not be sent before the end`)
    void otlp.close()
  }
}
