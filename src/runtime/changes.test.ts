// What a reload says about the difference of two configurations.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quirksOf } from '../config/dialect.ts'
import type { GatewayConfig } from '../config/types.ts'
import { describeChanges, findListenerChanges } from './changes.ts'

interface Short {
  readonly endpoints?: readonly (readonly [path: string, timeoutMs: number])[]
  readonly blocks?: Readonly<Record<string, unknown>>
  readonly port?: number
  readonly cacheTtlMs?: number
}

function configOf({ endpoints = [], blocks = {}, port = 8080, cacheTtlMs = 0 }: Short): GatewayConfig {
  const list = endpoints.map(([path, timeoutMs], i) => {
    const at = ['endpoints', i]
    return {
      at,
      method: 'GET',
      path,
      writtenPath: path,
      timeoutMs,
      extraConfig: new Map(),
      backends: [{ at: [...at, 'backend', 0], timeoutMs }],
    }
  })
  const config: unknown = {
    dialect: 3,
    quirks: quirksOf(3),
    service: { cacheTtlMs },
    server: { port, tls: null },
    transport: {},
    endpoints: list,
    asyncAgents: [],
    extraConfig: new Map(Object.entries(blocks)),
  }
  return config as GatewayConfig
}

test('endpoints are counted and named, wherever they stand in the file', async () => {
  const before = configOf({
    endpoints: [
      ['/a', 1],
      ['/b', 1],
      ['/c', 1],
    ],
  })
  const after = configOf({
    endpoints: [
      ['/new', 1],
      ['/c', 2],
      ['/a', 1],
    ],
  })
  assert.equal(await describeChanges(before, after), 'endpoints: 1 added (GET /new), 1 changed (GET /c), 1 removed (GET /b)')
  const many = configOf({
    endpoints: [
      ['/1', 1],
      ['/2', 1],
      ['/3', 1],
      ['/4', 1],
    ],
  })
  assert.equal(await describeChanges(configOf({}), many), 'endpoints: 4 added (GET /1, GET /2, GET /3, …)')
})

test('settings and blocks of the service are named as in the file', async () => {
  const before = configOf({ blocks: { router: { a: 1 }, gone: {} } })
  const after = configOf({ blocks: { router: { a: 2 } }, cacheTtlMs: 1 })
  assert.equal(await describeChanges(before, after), 'service: cache_ttl, router, gone')
  assert.equal(await describeChanges(before, configOf({ blocks: { gone: {}, router: { a: 1 } } })), 'nothing changed in the file')
})

test('what belongs to the socket', () => {
  assert.deepEqual(findListenerChanges(configOf({}), configOf({ port: 9090, cacheTtlMs: 5 })), ['port'])
})
