// What is sent last: a collector that does not answer holds nothing up for longer than it may, and what it did not take is told.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Outage } from '../../engine/outage.ts'
import { createSharedMemory } from '../../runtime/shared.ts'
import { makeLog, makeSite } from '../../testing/index.ts'
import type { MetricReader } from './metric-reader.ts'
import { startPushing } from './metric-push.ts'
import { SpanQueue } from './span-queue.ts'
import type { Span } from './tracer.ts'

const never = (): Promise<never> => new Promise(() => {})

test('spans', async () => {
  const log = makeLog()
  const outage = new Outage(createSharedMemory(), 'x')
  const queue = new SpanQueue({ label: 'x', log, outage, send: never, maxQueued: 9, maxBatch: 2, delayMs: 1000 })
  for (let i = 0; i < 3; i++) queue.take({} as Span)
  await queue.close(10)
  assert.deepEqual(log.lines, ['ERROR x: 3 spans could not be sent before the end'])
})

test('metrics', async () => {
  const log = makeLog()
  const reader = { collect: () => [{}], startMs: 0 } as unknown as MetricReader
  const otlp = { send: never, close: () => Promise.resolve() }
  const stop = startPushing({ label: 'x', log, clock: makeSite().clock, reader, otlp, periodMs: 1e6 })
  await stop(10)
  assert.deepEqual(log.lines, ['ERROR x: the last metrics could not be sent before the end'])
})
