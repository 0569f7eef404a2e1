import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { KafkaCommits } from './kafka-commits.ts'
import { hashPartition } from './kafka-partition.ts'
import { assignRanges } from './kafka-ranges.ts'
import { kafkaReason, parseBrokers } from './kafka.ts'

test('brokers are a list of host and port, and nothing else', () => {
  assert.deepEqual(parseBrokers(' a:1, b ,[::1]:3'), ['a:1', 'b:9092', '[::1]:3'])
  for (const list of ['', 'a,', 'kafka://a', 'me:secret@a:1', 'a:x', 'a:99999']) assert.equal(parseBrokers(list), null)
})

test('a key chooses its partition as FNV-1a does', () => {
  // The hash of "a" is e40c292c, that of "foobar" bf9cf968: negative as signed numbers.
  assert.equal(hashPartition(Buffer.from('a'), 1000), (0x1_0000_0000 - 0xe40c292c) % 1000)
  assert.equal(hashPartition(Buffer.from('foobar'), 7), (0x1_0000_0000 - 0xbf9cf968) % 7)
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 50 }), (key, partitions) => {
      const partition = hashPartition(key, partitions)
      assert.ok(Number.isInteger(partition) && partition >= 0 && partition < partitions)
    }),
  )
})

test('ranges give every partition to one subscriber, in turns that differ by one at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 40 }), (readers, partitionsCount) => {
      const members = new Map(Array.from({ length: readers }, (_, i) => [`m${i}`, { topics: ['t'] }]))
      const metadata = { topics: new Map([['t', { partitionsCount }]]) }
      const shares = assignRanges('m0', members.set('other', { topics: ['u'] }), new Set(['t']), metadata)
      const own = shares.map(({ assignments }) => assignments.get('t')?.partitions ?? [])
      assert.deepEqual(
        own.flat().toSorted((a, b) => a - b),
        Array.from({ length: partitionsCount }, (_, i) => i),
      )
      const counts = own.slice(0, readers).map((partitions) => partitions.length)
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1)
      assert.deepEqual(own.at(-1), [])
    }),
  )
})

test('the innermost of the last errors is what went wrong, in the words of the broker or of OpenSSL', () => {
  const refused = new Error('outer', { cause: new Error('connect ECONNREFUSED') })
  assert.equal(kafkaReason(new AggregateError([new Error('first'), refused], 'all')), 'connect ECONNREFUSED')
  assert.equal(kafkaReason(new AggregateError([], 'alone')), 'alone')
  assert.equal(kafkaReason(Object.assign(new Error('refused'), { serverErrorMessage: 'not you' })), 'not you')
  assert.equal(kafkaReason(Object.assign(new Error('0A00:…'), { reason: 'alert bad certificate' })), 'alert bad certificate')
})

test('offsets are committed one after the other, again when that fails, and for the last time at the end', async () => {
  const committed: bigint[] = []
  let failures = 1
  const consumer = {
    isActive: () => true,
    on() {},
    commit({ offsets }: { offsets: readonly { offset: bigint }[] }) {
      if (failures-- > 0) return Promise.reject(new Error('away'))
      committed.push(...offsets.map(({ offset }) => offset))
      return Promise.resolve()
    },
  }
  const commits = new KafkaCommits(consumer as never, assert.fail)
  const place = { topic: 't', partition: 0, leaderEpoch: 1 }
  for (const offset of [0n, 1n, 2n]) commits.of(place).begin(offset)
  commits.of(place).settle(0n)
  commits.moved()
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  assert.deepEqual(committed, [])
  commits.of(place).settle(1n)
  await commits.finish(1000)
  assert.deepEqual(committed, [2n])
})
