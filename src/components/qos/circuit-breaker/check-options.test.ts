// Breakers that never open.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackendConfig, GatewayConfig } from '../../../config/types.ts'
import { checkBlock } from '../../../engine/compile/check-blocks.ts'
import { makeSite } from '../../../testing/index.ts'
import { circuitBreaker } from './index.ts'

const GOOD = { interval: 60, timeout: 10, max_errors: 3 }

function told(options: object, backend: { encoding?: string; http?: object } = {}): string[] {
  const extraConfig = new Map(backend.http === undefined ? [] : [['backend/http', backend.http]])
  const place = {
    config: {} as GatewayConfig,
    endpoint: null,
    backend: { extraConfig, encoding: backend.encoding ?? 'json' } as unknown as BackendConfig,
  }
  return checkBlock(circuitBreaker, options, { dialect: 3, once: makeSite().once, place }).map(({ code, path }) =>
    [code, ...path].join(' '),
  )
}

test('a breaker that can open is no news', () => {
  assert.deepEqual(told(GOOD), [])
  assert.deepEqual(told(GOOD, { http: { return_error_code: true } }), [])
})

test('one that cannot is told', () => {
  assert.deepEqual(told({ ...GOOD, max_errors: -1 }), ['breaker-never-opens max_errors'])
  assert.deepEqual(told({}), ['breaker-never-opens'])
  assert.deepEqual(told(GOOD, { http: { return_error_details: 'x' } }), ['breaker-never-opens'])
  assert.deepEqual(told(GOOD, { encoding: 'no-op' }), ['breaker-never-opens'])
})
