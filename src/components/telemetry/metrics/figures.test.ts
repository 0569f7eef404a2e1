// The arithmetic of the figures: counters of 64 bits, samples and what they say, statuses, timers.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { countMore, countOne, readCounter, type Words } from './counters.ts'
import { Meters } from './meters.ts'
import { RuntimeMemory } from './runtime-memory.ts'
import { describeSample, SAMPLE_SIZE } from './samples.ts'
import { Timer } from './timer.ts'

function makeWords(length: number): Words {
  return new Int32Array(new SharedArrayBuffer(length * 4))
}

/** Memory by names, and what was asked for. */
function makeMemory(): { memory: (name: string, bytes: number) => SharedArrayBuffer; buffers: Map<string, SharedArrayBuffer> } {
  const buffers = new Map<string, SharedArrayBuffer>()
  return {
    buffers,
    memory(name, bytes) {
      const buffer = buffers.get(name) ?? new SharedArrayBuffer(bytes)
      buffers.set(name, buffer)
      return buffer
    },
  }
}

test('counters go on beyond 2^32', () => {
  const words = makeWords(2)
  words[0] = -2
  for (let i = 0; i < 4; i++) countOne(words, 0)
  assert.equal(readCounter(words, 0), 2 ** 32 + 2)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { maxLength: 20 }), (amounts) => {
      const own = makeWords(2)
      for (const amount of amounts) countMore(own, 0, amount)
      assert.equal(
        readCounter(own, 0),
        amounts.reduce((sum, amount) => sum + amount, 0),
      )
    }),
  )
})

test('percentiles are those of go-metrics, others what they are', () => {
  const values = Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  const { count, min, max, mean, variance, stdDev, percentile } = describeSample(12, values)
  assert.deepEqual({ count, min, max, mean, variance }, { count: 12, min: 1, max: 10, mean: 5.5, variance: 8.25 })
  assert.equal(stdDev, Math.sqrt(8.25))
  assert.deepEqual([0.01, 0.5, 0.75, 0.99].map(percentile), [1, 5.5, 8.25, 10])
  const nothing = describeSample(0, new Float64Array(0))
  assert.deepEqual([nothing.min, nothing.max, nothing.mean, nothing.stdDev, nothing.percentile(0.5)], [0, 0, 0, 0, 0])
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (list, share) => {
        const sample = Float64Array.from(list).sort()
        const at = describeSample(list.length, sample).percentile(share)
        assert.ok(at >= (sample[0] as number) && at <= (sample.at(-1) as number))
      },
    ),
  )
})

test('a histogram keeps a sample of the last window, and counts all of it', () => {
  const { slab } = new Meters(makeMemory().memory)
  const words = makeWords(4)
  for (let i = 0; i < 5000; i++) slab.add(words, 0, i % 10)
  slab.add(words, 2, 77)
  assert.equal(slab.countOf(words, 0), 5000)
  const sample = slab.sampleOf(words, 0)
  assert.equal(sample.length, SAMPLE_SIZE)
  assert.deepEqual([...new Set(sample)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  assert.deepEqual([...slab.sampleOf(words, 2)], [77])
  slab.clear(words, 0)
  assert.deepEqual([slab.countOf(words, 0), slab.sampleOf(words, 0).length], [0, 0])
  slab.add(words, 0, 5)
  assert.deepEqual([...slab.sampleOf(words, 0)], [5])
})

test('histograms for which there is no room only count', () => {
  const { memory, buffers } = makeMemory()
  const { slab } = new Meters(memory)
  const words = makeWords(2)
  const [buffer] = buffers.values()
  new Int32Array(buffer as SharedArrayBuffer)[0] = 1_000_000
  slab.add(words, 0, 5)
  slab.add(words, 0, 5)
  assert.deepEqual([slab.countOf(words, 0), slab.sampleOf(words, 0).length], [2, 0])
})

test('statuses are counted one by one; what a backend makes up beyond a bound counts together', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 100, max: 999 }), { maxLength: 200 }), (statuses) => {
      const meter = new Meters(makeMemory().memory).response('/a')
      for (const status of statuses) meter.answered(status, 1, 1)
      const counted = meter.statuses()
      assert.equal(
        counted.reduce((sum, [, count]) => sum + count, 0),
        statuses.length,
      )
      assert.ok(counted.length <= 33)
      for (const [status, count] of counted) if (status !== 0) assert.equal(count, statuses.filter((one) => one === status).length)
    }),
  )
})

test('the same names are the same meters, and other names others', () => {
  const { memory } = makeMemory()
  const [one, two] = [new Meters(memory), new Meters(memory)]
  one.pipe('pipe', '/a').ended(true, false, 5)
  one.router().encrypted('TLSv1.3', 'TLS_AES_128_GCM_SHA256')
  one.router().encrypted('TLSv9', 'TLS_OF_TOMORROW')
  const counts = (meters: Meters, layer: 'pipe' | 'backend', name: string): number[] =>
    meters
      .pipe(layer, name)
      .outcomes()
      .map(({ count }) => count)
  assert.deepEqual(counts(two, 'pipe', '/a'), [0, 0, 1, 0])
  assert.deepEqual(counts(two, 'backend', '/a'), [0, 0, 0, 0])
  assert.deepEqual(two.router().tls, {
    versions: [
      ['VersionTLS13', 1],
      ['', 1],
    ],
    ciphers: [
      ['TLS_AES_128_GCM_SHA256', 1],
      ['', 1],
    ],
  })
})

test('a timer tells how often something happens', () => {
  const timer = new Timer(0)
  for (let s = 1; s <= 10; s++) timer.took(1000 * s, s * 1000)
  const { count, max, meanRate, rates } = timer.read(10_000)
  assert.deepEqual({ count, max, meanRate }, { count: 10, max: 10_000, meanRate: 1 })
  assert.ok(
    rates.every((rate) => rate > 0.7 && rate < 1.1),
    String(rates),
  )
  assert.ok(timer.read(3_600_000).rates[0] < 0.001)
})

test('heaps of all threads are added up; a thread that leaves takes its own away, not what it has allocated', () => {
  const { memory } = makeMemory()
  const runtime = new RuntimeMemory(memory, new Meters(memory).slab)
  const [one, two] = [runtime.join(), runtime.join()]
  one.publish({ used: 10, total: 20, external: 1, allocated: 100 })
  two.publish({ used: 5, total: 5, external: 0, allocated: 50 })
  one.publish({ used: 4, total: 20, external: 1, allocated: 200 })
  one.leave()
  runtime.paused(1.5, 1000)
  const { used, total, external, allocated, threads, collections, pauseTotalNs, lastCollectionMs } = runtime.read()
  assert.deepEqual({ used, total, external, allocated, threads }, { used: 5, total: 5, external: 0, allocated: 250, threads: 1 })
  assert.deepEqual({ collections, pauseTotalNs, lastCollectionMs }, { collections: 1, pauseTotalNs: 1_500_000, lastCollectionMs: 1000 })
})
