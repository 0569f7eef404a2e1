// The table of clients: the same answers as a map of buckets, whatever is asked in which order, in bounded memory.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sharedLock } from '../shared-lock.ts'
import { RefillWhenEmpty } from './bucket.ts'
import { ClientTable, type TableSize } from './client-table.ts'
import { KeyHasher } from './key-hash.ts'

const SMALL: TableSize = { shards: 1, slotsPerShard: 256 }
const hasher = new KeyHasher(1, 2)

function makeTable(size = SMALL): ClientTable {
  return new ClientTable(new SharedArrayBuffer(ClientTable.byteLength(size)), size, sharedLock)
}

function take(table: ClientTable, client: string, rule: RefillWhenEmpty, seconds: number, ttlS = 600): boolean {
  hasher.hash(client)
  return table.take(hasher.hi, hasher.lo, rule, seconds * 1e9, ttlS)
}

interface Known {
  tokens: number
  lastNs: number
  expiresS: number
}

test('answers as a map of buckets does', () => {
  const requests = fc.array(fc.tuple(fc.integer({ min: 0, max: 150 }), fc.double({ min: 0, max: 2, noNaN: true })), { maxLength: 800 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 5, max: 60 }), requests, (capacity, ttlS, steps) => {
      const table = makeTable()
      const rule = new RefillWhenEmpty(0.2, capacity)
      const expected = new RefillWhenEmpty(0.2, capacity)
      const known = new Map<number, Known>()
      let seconds = 0
      for (const [client, pause] of steps) {
        seconds += pause
        const second = Math.floor(seconds)
        let entry = known.get(client)
        if (entry === undefined || entry.expiresS < second) entry = { tokens: capacity, lastNs: seconds * 1e9, expiresS: 0 }
        Object.assign(expected, { tokens: entry.tokens, lastNs: entry.lastNs })
        const wanted = expected.take(seconds * 1e9)
        known.set(client, { tokens: expected.tokens, lastNs: expected.lastNs, expiresS: second + ttlS })
        assert.equal(take(table, `client ${client}`, rule, seconds, ttlS), wanted)
      }
      assert.equal(table.forgotten, 0)
    }),
  )
})

test('two workers see the same buckets', () => {
  const memory = new SharedArrayBuffer(ClientTable.byteLength(SMALL))
  const one = new ClientTable(memory, SMALL, sharedLock)
  const other = new ClientTable(memory, SMALL, sharedLock)
  assert.deepEqual(
    one.hashKey(() => [7, -8]),
    other.hashKey(() => assert.fail('the key is there')),
  )
  const rule = new RefillWhenEmpty(0.001, 3)
  const answers = [one, other, one, other, one].map((table) => take(table, 'x', rule, 0))
  assert.deepEqual(answers, [true, true, true, false, false])
})

test('a full table forgets those that were seen least recently, and says how many', () => {
  const table = makeTable()
  const rule = new RefillWhenEmpty(0.0001, 1)
  for (let client = 0; client < 2000; client++) take(table, `${client}`, rule, client / 100)
  assert.ok(table.forgotten > 0)
  assert.equal(table.count + table.forgotten, 2000)
  assert.ok(table.count <= 192)
  assert.equal(take(table, '1999', rule, 20), false)
  assert.equal(take(table, '1900', rule, 20), false)
  assert.equal(take(table, '0', rule, 20), true)
})

test('clients of the same second are not forgotten all at once', () => {
  const table = makeTable()
  const rule = new RefillWhenEmpty(0.0001, 1)
  for (let client = 0; client < 5000; client++) {
    take(table, `${client}`, rule, 1)
    assert.ok(client < 192 || table.count >= 160)
  }
})

test('what has expired makes room before anybody is forgotten', () => {
  const table = makeTable()
  const rule = new RefillWhenEmpty(0.0001, 1)
  for (let round = 0; round < 50; round++)
    for (let client = 0; client < 80; client++) take(table, `${round} ${client}`, rule, round * 20, 10)
  assert.equal(table.forgotten, 0)
})

test('a lower capacity after a reload holds for known clients', () => {
  const table = makeTable()
  take(table, 'x', new RefillWhenEmpty(0.0001, 100), 0)
  const rule = new RefillWhenEmpty(0.0001, 2)
  assert.deepEqual(
    [1, 2, 3].map(() => take(table, 'x', rule, 1)),
    [true, true, false],
  )
})
