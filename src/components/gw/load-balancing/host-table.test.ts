// What is known of hosts when there come ever new ones.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSharedMemory } from '../../../runtime/shared.ts'
import { HOST_MEMORY_BYTES, type HostRecord, HostTable } from './host-table.ts'

const PLACES = 256

function openTable() {
  const shared = createSharedMemory()
  const openWorker = (): HostTable => new HostTable(shared, 'hosts')
  return { openWorker, table: openWorker(), words: new Int32Array(shared.buffer('hosts', HOST_MEMORY_BYTES)) }
}

function holdOne(table: HostTable, url: string): HostRecord {
  return table.hold([url]).get(url) as HostRecord
}

/** As many hosts as there are places, one after the other. */
function passMany(table: HostTable): void {
  for (let i = 0; i <= PLACES; i++) assert.equal(holdOne(table, `http://passing-${i}`).inFlight, 0)
}

test('hosts that nobody names any more make room: as many as there are places have a state of their own', () => {
  const { table } = openTable()
  passMany(table)
  const records = [...table.hold(Array.from({ length: PLACES }, (_entry, index) => `http://pod-${index}`)).values()]
  records[0]?.begin()
  assert.equal(records.filter(({ inFlight }) => inFlight === 1).length, 1)
})

test('a new host knows nothing of the one whose place it has', () => {
  const { table } = openTable()
  for (let i = 0; i <= 2 * PLACES; i++) {
    const record = holdOne(table, `http://passing-${i}`)
    assert.deepEqual([record.isEjected(0), record.isUnhealthy, record.fail()], [false, false, 1])
    record.check(false, { healthy: 1, unhealthy: 1 })
    record.eject(0, 1000)
  }
})

test('a place is kept for a host that another worker names, that has requests in flight, or that comes back', () => {
  const { table, openWorker } = openTable()
  const other = openWorker()
  const shared = holdOne(other, 'http://shared')
  assert.equal(holdOne(table, 'http://shared').fail(), 1)
  const busy = holdOne(table, 'http://busy')
  busy.begin()
  passMany(table)
  assert.deepEqual([holdOne(table, 'http://shared').fail(), shared.fail()], [2, 3])
  busy.end()
  assert.equal(holdOne(table, 'http://busy').inFlight, 0)
  const back = holdOne(table, 'http://back')
  back.fail()
  table.hold([])
  assert.equal(holdOne(openWorker(), 'http://back').fail(), 2)
})

test('a worker that was ended while it gave places out does not stop others', () => {
  const { table, words } = openTable()
  words[words.length - 1] = 1
  assert.equal(holdOne(table, 'http://a').inFlight, 0)
  assert.equal(words.at(-1), 0)
})
