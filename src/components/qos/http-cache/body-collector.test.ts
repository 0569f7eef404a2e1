// A collector lets everything through, keeps what fits, and says truly how much memory that takes.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { BodyCollector } from './body-collector.ts'

async function collect(chunks: readonly Buffer[], maxBytes: number, memory: number) {
  const found = { body: null as Buffer | null, reserved: 0, most: 0, reservations: 0 }
  const collector = new BodyCollector({
    maxBytes,
    reserve(bytes) {
      if (found.reserved + bytes > memory) return false
      found.reserved += bytes
      found.most = Math.max(found.most, found.reserved)
      found.reservations++
      return true
    },
    unreserve: (bytes) => void (found.reserved -= bytes),
    onComplete: (body) => (found.body = body),
  })
  const passed = await buffer(Readable.from(chunks, { objectMode: false }).pipe(collector))
  return { ...found, passed }
}

test('what passes is what came; it is kept if it fits, in at most twice its size', async () => {
  const chunk = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 12 }), fc.integer({ min: 1, max: 3000 }), async (chunks, maxBytes) => {
      const whole = Buffer.concat(chunks)
      const { body, reserved, most, passed } = await collect(chunks, maxBytes, maxBytes)
      assert.deepEqual(passed, whole)
      assert.deepEqual(body, whole.length < maxBytes ? whole : null)
      assert.equal(reserved, 0)
      assert.ok(most <= Math.min(2 * whole.length, maxBytes))
    }),
  )
})

test('bytes that come alone take no block each', async () => {
  const { body, reservations } = await collect(
    Array.from({ length: 5000 }, () => Buffer.from('x')),
    10_000,
    10_000,
  )
  assert.equal(body?.length, 5000)
  assert.ok(reservations <= 15)
})

test('without memory nothing is kept, and all is given back', async () => {
  const { body, reserved, passed } = await collect([Buffer.alloc(60), Buffer.alloc(60)], 1000, 100)
  assert.deepEqual([body, reserved, passed.length], [null, 0, 120])
})
