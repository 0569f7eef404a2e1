// Spans on their way to one collector: by the batch, one batch at a time, and bounded. A collector that does not take them costs them.

import type { Logger } from '../../engine/compile/component.ts'
import type { Outage } from '../../engine/outage.ts'
import { settlesWithin } from '../../engine/settles-within.ts'
import { timerMs } from '../../engine/timer-ms.ts'
import type { Span } from './tracer.ts'

export interface SpanQueueInit {
  /** `[SERVICE: OpenTelemetry] OTLP exporter "x"`: whose lines of the log they are. */
  readonly label: string
  readonly log: Logger
  /** What all threads know of the collector. */
  readonly outage: Outage
  readonly send: (spans: readonly Span[]) => Promise<void>
  readonly maxQueued: number
  readonly maxBatch: number
  readonly delayMs: number
}

export class SpanQueue {
  readonly #init: SpanQueueInit
  #spans: Span[] = []
  /** Spans that the collector has not answered for. */
  #underWay = 0
  #timer: NodeJS.Timeout | null = null
  #sending: Promise<void> | null = null
  #isOver = false

  constructor(init: SpanQueueInit) {
    this.#init = init
  }

  readonly take = (span: Span): void => {
    const { maxQueued, maxBatch, delayMs, outage } = this.#init
    if (this.#isOver) return
    if (this.#spans.length >= maxQueued) {
      outage.lose(1)
      return
    }
    this.#spans.push(span)
    if (this.#spans.length >= maxBatch) this.#sendSoon()
    else this.#timer ??= setTimeout(this.#onTime, timerMs(delayMs)).unref()
  }

  /** Sends what is there, for `maxMs` at most, and takes nothing more. */
  async close(maxMs: number): Promise<void> {
    this.#isOver = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await settlesWithin(maxMs, Promise.all([this.#sending, this.#sendWhile(1)]))
    const left = this.#spans.length + this.#underWay
    if (left > 0) this.#init.log.error(`${this.#init.label}: ${left} spans could not be sent before the end`)
  }

  readonly #onTime = (): void => {
    this.#timer = null
    this.#sendSoon()
  }

  /** What is there, and what comes meanwhile as long as that is whole batches. */
  #sendSoon(): void {
    if (this.#sending !== null) return
    this.#sending = this.#sendBatch()
      .then(() => this.#sendWhile(this.#init.maxBatch))
      .finally(() => {
        this.#sending = null
        if (this.#spans.length > 0 && !this.#isOver) this.#timer ??= setTimeout(this.#onTime, timerMs(this.#init.delayMs)).unref()
      })
  }

  async #sendWhile(least: number): Promise<void> {
    while (this.#spans.length >= least) await this.#sendBatch()
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#spans.splice(0, this.#init.maxBatch)
    if (batch.length === 0) return
    this.#underWay += batch.length
    try {
      await this.#init.send(batch)
      this.#onSent()
    } catch (error) {
      this.#init.outage.lose(batch.length)
      this.#onFailed(error as Error)
    } finally {
      this.#underWay -= batch.length
    }
  }

  #onFailed({ message }: Error): void {
    const { label, log, outage } = this.#init
    if (outage.begin()) log.error(`${label}: ${message}; its traces are lost until it answers`)
  }

  #onSent(): void {
    const { label, log, outage } = this.#init
    const lost = outage.end()
    if (lost !== null) log.info(`${label}: answers again; ${lost} spans were lost`)
  }
}
