import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeaderMap } from '../../engine/headers.ts'
import { CACHE_STATUS, cacheStatuses, formatCacheStatus, tellBackendCache } from './cache-status.ts'

test('what is written is read: whose cache, and what it did', () => {
  const headers = new HeaderMap()
  for (const [backend, status] of [
    [null, 'fwd=miss; stored'],
    [0, 'hit; ttl=4'],
    [12, 'hit; detail=stale-if-error'],
  ] as const)
    headers.add(CACHE_STATUS, formatCacheStatus(backend, status))
  headers.add(CACHE_STATUS, 'ExampleCDN; hit')
  assert.deepEqual(
    cacheStatuses(headers).map(({ backend, word }) => [backend, word]),
    [
      [null, 'miss'],
      [0, 'hit'],
      [12, 'stale'],
    ],
  )
})

test('a backend has one member, and that it was asked says more', () => {
  const headers = new HeaderMap()
  for (const status of ['hit; ttl=1', 'fwd=miss; stored', 'hit; ttl=9']) {
    tellBackendCache(headers, 1, status)
    tellBackendCache(headers, 11, 'hit; ttl=1')
  }
  assert.deepEqual(headers.values(CACHE_STATUS).sort(), ['krakend-ts-b11; hit; ttl=1', 'krakend-ts-b1; fwd=miss; stored'])
})
