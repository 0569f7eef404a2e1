// The filter places elements where KrakenD places them, forgets nothing too early and everything in the end.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { bitCount, compileWalk, countBits, hashCount } from './bloom-filter.ts'
import type { FilterParameters, HashName } from './bloom-filter.ts'
import { crc64, defaultWords, fnv128, fnv64, optimalWords } from './hashes.ts'
import { finish } from './revocations.ts'
import { RotatingFilter, sharedBytes } from './rotating-filter.ts'

const MASK_64 = (1n << 64n) - 1n

function wordsAsBigInts(words: readonly number[]): bigint[] {
  return words.flatMap((word, i) => (i % 2 === 0 ? [(BigInt(word) << 32n) | BigInt(words[i + 1] as number)] : []))
}

function positionsOf(parameters: FilterParameters, element: Uint8Array): number[] {
  const walk = compileWalk(parameters)
  return Array.from({ length: walk.length }, (_none, i) => (i === 0 ? walk.start(element) : walk.next()))
}

function newFilter(hashName: HashName = 'optimal', n = 1000, p = 0.01): RotatingFilter {
  const parameters = { n, p, hashName }
  return new RotatingFilter(parameters, new SharedArrayBuffer(sharedBytes(parameters)), 1_000_000)
}

test('size and number of hashes follow from N and P', () => {
  assert.equal(bitCount(10_000_000, 1e-7), 335_477_044)
  assert.equal(hashCount(335_477_044, 10_000_000), 24)
  assert.equal(bitCount(1000, 0.01), 9586)
  assert.equal(hashCount(9586, 1000), 7)
})

test('known digests', () => {
  const hex = fnv128(Buffer.from('jti-abc')).map((word) => word.toString(16).padStart(8, '0'))
  assert.equal(hex.join(''), 'b8905e38344ff78c11fa64dd9f0498a3')
  assert.equal(crc64(Buffer.from('123456789')), 0x995dc9bbdf1939fan)
})

test('known positions', () => {
  const element = Buffer.from('jti-abc')
  assert.deepEqual(positionsOf({ n: 1000, p: 0.01, hashName: 'optimal' }, element), [3638, 9231, 70, 5663, 1670, 2095, 7688])
  assert.deepEqual(positionsOf({ n: 1000, p: 0.01, hashName: 'default' }, element), [8001, 2797, 5484, 2790, 5383, 5003, 3638, 425])
})

test('the word arithmetic equals that of big integers', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      let wide = 0x6c62272e07bb014262b821756295c58dn
      let narrow = 0xcbf29ce484222325n
      for (const byte of bytes) {
        wide = ((wide * 0x1000000000000000000013bn) & ((1n << 128n) - 1n)) ^ BigInt(byte)
        narrow = ((narrow * 0x100000001b3n) & MASK_64) ^ BigInt(byte)
      }
      assert.equal(
        fnv128(bytes).reduce((sum, word) => (sum << 32n) | BigInt(word), 0n),
        wide,
      )
      assert.equal(
        fnv64(bytes).reduce((sum, word) => (sum << 32n) | BigInt(word), 0n),
        narrow,
      )
    }),
  )
})

test('optimal positions are h0 + i·h1 in 64 bits, default positions are the words, both mod m', () => {
  const sizes = fc.record({ n: fc.integer({ min: 1, max: 1_000_000_000 }), p: fc.double({ min: 1e-9, max: 0.5, noNaN: true }) })
  fc.assert(
    fc.property(sizes, fc.uint8Array({ maxLength: 60 }), ({ n, p }, bytes) => {
      const m = BigInt(bitCount(n, p))
      const k = hashCount(Number(m), n)
      const [h0, h1] = wordsAsBigInts(optimalWords(bytes)) as [bigint, bigint]
      const optimal = Array.from({ length: k }, (_none, i) => Number(((h0 + BigInt(i) * h1) & MASK_64) % m))
      assert.deepEqual(positionsOf({ n, p, hashName: 'optimal' }, bytes), optimal)
      const words = wordsAsBigInts(defaultWords(bytes, Math.min(k, 5)))
      assert.deepEqual(
        positionsOf({ n, p, hashName: 'default' }, bytes),
        words.map((word) => Number(word % m)),
      )
    }),
  )
})

test('what was added is found, by every user of the memory', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 30 }),
      fc.constantFrom<HashName>('optimal', 'default'),
      (elements, hashName) => {
        const parameters = { n: 100, p: 0.001, hashName }
        const memory = new SharedArrayBuffer(sharedBytes(parameters))
        const writer = new RotatingFilter(parameters, memory, 5)
        const reader = new RotatingFilter(parameters, memory, 9)
        for (const element of elements) writer.add(element)
        return elements.every((element) => reader.has(element))
      },
    ),
  )
})

test('false positives are about as rare as configured', () => {
  const filter = newFilter('optimal', 2000, 0.01)
  for (let i = 0; i < 2000; i++) filter.add(Buffer.from(`in-${i}`))
  let wrong = 0
  for (let i = 0; i < 10_000; i++) if (filter.has(Buffer.from(`out-${i}`))) wrong++
  assert.ok(wrong < 200, `${wrong} of 10000`)
})

test('an element lives for two to three periods', async () => {
  const filter = newFilter()
  const element = Buffer.from('jti-abc')
  assert.equal(filter.rotateIfDue(1_000_400, 1000), 600)
  filter.add(element)
  for (const second of [1, 2]) {
    assert.equal(filter.rotateIfDue(1_000_000 + second * 1000, 1000), 1000)
    assert.equal(filter.has(element), true, `after ${second} moves`)
  }
  filter.rotateIfDue(1_003_000, 1000)
  assert.equal(filter.has(element), false)
  assert.equal(await finish(filter.fillDegreeInParts()), 0)
})

test('an element that was added again starts anew', () => {
  const filter = newFilter()
  const element = Buffer.from('jti-abc')
  filter.add(element)
  filter.rotateIfDue(1_001_000, 1000)
  filter.add(element)
  filter.rotateIfDue(1_002_000, 1000)
  filter.rotateIfDue(1_003_000, 1000)
  assert.equal(filter.has(element), true)
  filter.rotateIfDue(1_004_000, 1000)
  assert.equal(filter.has(element), false)
})

test('what one thread moves has moved for all', () => {
  const parameters = { n: 100, p: 0.01, hashName: 'optimal' as const }
  const memory = new SharedArrayBuffer(sharedBytes(parameters))
  const workers = [1, 2, 3].map((start) => new RotatingFilter(parameters, memory, start))
  workers[0]?.rotateIfDue(1001, 1000)
  assert.deepEqual(
    workers.map((worker) => worker.rotations),
    [1, 1, 1],
  )
})

test('after a long sleep everything is forgotten and the rhythm starts again', () => {
  const filter = newFilter()
  filter.add(Buffer.from('a'))
  assert.equal(filter.rotateIfDue(9_000_000, 1000), 1000)
  assert.equal(filter.has(Buffer.from('a')), false)
  assert.equal(filter.rotations, 3)
})

test('a union adds the bits of three filters', async () => {
  const filter = newFilter()
  const positions = positionsOf(filter.parameters, Buffer.from('x'))
  const bits = Buffer.alloc(Math.ceil(filter.m / 8))
  for (const position of positions) bits[position >> 3] = (bits[position >> 3] as number) | (1 << (position & 7))
  const empty = Buffer.alloc(bits.length)
  filter.unite(empty, bits, empty)
  assert.equal(filter.has(Buffer.from('x')), true)
  assert.equal(Math.round((await finish(filter.fillDegreeInParts())) * 3 * filter.m), new Set(positions).size)
})

test('bits are counted in words of every kind', () => {
  const bitsOf = (word: number): number => (word >>> 0).toString(2).replaceAll('0', '').length
  fc.assert(
    fc.property(
      fc.array(fc.integer()),
      (words) => countBits(Int32Array.from(words)) === words.reduce((sum, word) => sum + bitsOf(word), 0),
    ),
  )
  assert.equal(countBits(Int32Array.of(-1, 0, 1, -(2 ** 31))), 34)
})
