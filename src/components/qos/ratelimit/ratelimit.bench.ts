// What one request pays for the limits: rows of `npm run bench`. Run by itself it measures the buckets and the table alone.

import { memoryUsage } from 'node:process'
import type { BenchRow } from '../../../../bench/rows.ts'
import { sharedLock } from '../shared-lock.ts'
import { RefillWhenEmpty } from './bucket.ts'
import { ClientTable, DEFAULT_SIZE } from './client-table.ts'
import { SYSTEM_CLOCK } from '../../../engine/compile/site.ts'
import { KeyHasher } from './key-hash.ts'
import { SharedBucket } from './shared-bucket.ts'

const readNs = (): number => SYSTEM_CLOCK.steady() * 1e6

const limits = { max_rate: 1e6, capacity: 1e6, client_max_rate: 1e6, client_capacity: 1e6, strategy: 'ip' }

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + both rate limits',
    path: '/limited',
    endpoints: [
      {
        endpoint: '/limited',
        backend: [{ url_pattern: '/small.json', extra_config: { 'qos/ratelimit/proxy': { max_rate: 1e6, capacity: 1e6 } } }],
        extra_config: { 'qos/ratelimit/router': limits },
      },
    ],
    target: 'row 1 + 0.2',
  },
  {
    name: 'one JSON backend + client limit that is told',
    path: '/told',
    endpoints: [
      {
        endpoint: '/told',
        backend: [{ url_pattern: '/small.json' }],
        extra_config: { 'qos/ratelimit/router': limits, '_gw/ratelimit-headers': true },
      },
    ],
    target: 'row 1 + 0.3',
  },
]

function measure(name: string, count: number, work: (i: number) => void): void {
  for (let i = 0; i < 1000; i++) work(i)
  const start = performance.now()
  for (let i = 0; i < count; i++) work(i)
  // oxlint-disable-next-line no-console -- a measurement is read on the screen
  console.log(`${name}: ${(((performance.now() - start) * 1e6) / count).toFixed(0)} ns`)
}

function measureAlone(): void {
  const bucket = new SharedBucket(new SharedArrayBuffer(SharedBucket.BYTES), new RefillWhenEmpty(1e6, 1e6), readNs(), sharedLock)
  measure('one bucket', 1e6, () => void bucket.take(readNs()))
  const hasher = new KeyHasher(1, 2)
  measure('hash of an address', 1e6, (i) => hasher.hash(`10.1.${i & 255}.77`))
  const before = memoryUsage.rss()
  const table = new ClientTable(new SharedArrayBuffer(ClientTable.byteLength(DEFAULT_SIZE)), DEFAULT_SIZE, sharedLock)
  const rule = new RefillWhenEmpty(5, 5)
  function ask(i: number): void {
    hasher.hash(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
    table.take(hasher.hi, hasher.lo, rule, readNs(), 600)
  }
  measure('a client seen for the first time', 1e6, ask)
  measure('a client among a million', 1e6, ask)
  // oxlint-disable-next-line no-console -- a measurement is read on the screen
  console.log(`${table.count} clients: ${((memoryUsage.rss() - before) / 2 ** 20).toFixed(0)} MiB, ${table.forgotten} forgotten`)
}

if (import.meta.main) measureAlone()
