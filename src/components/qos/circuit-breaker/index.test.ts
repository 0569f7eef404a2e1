// What the breaker promises around a backend: which errors count, and what callers are told.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Dialect } from '../../../config/types.ts'
import { CANCELED, DEADLINE_EXCEEDED } from '../../../engine/errors.ts'
import { Scope } from '../../../engine/scope.ts'
import { NO_BODY } from '../../../engine/body.ts'
import type { Pipe, PipeRequest, PipeResponse } from '../../../engine/types.ts'
import { readOptions } from '../../../schema/read-options.ts'
import { makeRequest, makeSite } from '../../../testing/index.ts'
import { circuitBreaker } from './index.ts'

const REQUEST = makeRequest()
const RESPONSE = { isComplete: true } as PipeResponse
const BROKEN = new Error('broken')

function makePipe(block: Record<string, unknown>, backend: Pipe, dialect: Dialect = 3): { pipe: Pipe; lines: readonly string[] } {
  const site = makeSite({ label: '[BACKEND: /b]' }, { dialect, backend: {} })
  const { value } = readOptions(circuitBreaker.options, block, 'map')
  const layer = value === null ? null : circuitBreaker.build(value, site)
  return { pipe: layer === null ? backend : layer(backend), lines: site.lines }
}

async function call(pipe: Pipe, scope = Scope.root(), request: PipeRequest = REQUEST): Promise<string> {
  return pipe(request, scope).then(
    () => 'ok',
    (error: Error) => error.message,
  )
}

const BLOCK = { interval: 60, timeout: 30, max_errors: 1, name: 'n', log_status_change: true }

test('errors open it, and what is refused reaches no backend', async () => {
  let calls = 0
  const { pipe, lines } = makePipe(BLOCK, () => {
    calls++
    return Promise.reject(DEADLINE_EXCEEDED)
  })
  const texts = [await call(pipe), await call(pipe), await call(pipe)]
  assert.deepEqual(texts, ['context deadline exceeded', 'context deadline exceeded', 'circuit breaker is open'])
  assert.equal(calls, 2)
  assert.deepEqual(lines, [
    "DEBUG [BACKEND: /b][CB] Creating the circuit breaker named 'n'",
    "WARNING [CB] Circuit breaker named 'n' went from 'closed' to 'open'",
  ])
})

test('the time of the site decides when it tries again', async () => {
  let steadyMs = 0
  let isBroken = true
  const site = makeSite({ clock: { now: () => 0, steady: () => steadyMs } }, { backend: {} })
  const layer = circuitBreaker.build(readOptions(circuitBreaker.options, BLOCK, 'map').value as never, site)
  const pipe = layer?.(() => (isBroken ? Promise.reject(BROKEN) : Promise.resolve(RESPONSE))) as Pipe
  for (let i = 0; i < 2; i++) assert.equal(await call(pipe), 'broken')
  isBroken = false
  steadyMs = 30_000
  assert.equal(await call(pipe), 'circuit breaker is open')
  steadyMs = 30_001
  assert.equal(await call(pipe), 'ok')
})

test('1.x logs in its own words; nothing is logged unasked', async () => {
  const old = makePipe(BLOCK, () => Promise.reject(BROKEN), 2)
  const silent = makePipe({ ...BLOCK, log_status_change: false }, () => Promise.reject(BROKEN))
  for (const { pipe } of [old, old, silent, silent]) await call(pipe)
  assert.equal(old.lines[1], "WARNING circuit breaker named 'n' went from 'closed' to 'open'")
  assert.equal(silent.lines.length, 1)
})

test('clients that leave count neither for nor against the backend', async () => {
  const scope = Scope.root()
  scope.end(CANCELED)
  let error: Error = CANCELED
  const { pipe } = makePipe({ ...BLOCK, max_errors: 0 }, () => Promise.reject(error))
  for (let i = 0; i < 5; i++) assert.equal(await call(pipe), 'context canceled')
  error = BROKEN
  for (let i = 0; i < 5; i++) assert.equal(await call(pipe, scope), 'broken')
  assert.equal(await call(pipe), 'broken')
  assert.equal(await call(pipe), 'circuit breaker is open')
})

test('timeouts that slow clients cause say nothing about the backend, those of the backend do', async () => {
  const asking = (clientMs: number): PipeRequest => makeRequest({ body: { ...NO_BODY, clientMs } })
  const { pipe } = makePipe({ ...BLOCK, max_errors: 0 }, async (_request, scope) => {
    scope.end(DEADLINE_EXCEEDED)
    throw DEADLINE_EXCEEDED
  })
  const late = Scope.root()
  late.end(DEADLINE_EXCEEDED)
  for (const clientMs of [Infinity, 60_000]) {
    assert.equal(await call(pipe, Scope.root(), asking(clientMs)), 'context deadline exceeded')
    assert.equal(await call(pipe, late, asking(clientMs)), 'context deadline exceeded')
  }
  assert.deepEqual([await call(pipe, late, asking(0)), await call(pipe)], ['context deadline exceeded', 'circuit breaker is open'])
  const refusing = makePipe({ ...BLOCK, max_errors: 0 }, () => Promise.reject(BROKEN)).pipe
  assert.deepEqual([await call(refusing, Scope.root(), asking(Infinity)), await call(refusing)], ['broken', 'circuit breaker is open'])
})

test('a throw before the first await is a failure as well', async () => {
  const { pipe } = makePipe({ ...BLOCK, max_errors: 0 }, () => {
    throw BROKEN
  })
  assert.deepEqual([await call(pipe), await call(pipe)], ['broken', 'circuit breaker is open'])
})

test('a block without a usable value is no breaker', async () => {
  for (const block of [{}, { interval: '60', timeout: '10', max_errors: '0' }]) {
    const { pipe } = makePipe(block, () => Promise.reject(BROKEN))
    for (let i = 0; i < 3; i++) assert.equal(await call(pipe), 'broken')
  }
})

test('fifty concurrent calls: one probe when half open', async (context) => {
  let now = 0
  context.mock.method(performance, 'now', () => now)
  let isDown = true
  let calls = 0
  const { pipe } = makePipe({ timeout: 1, max_errors: 0 }, async () => {
    calls++
    await new Promise((resolve) => setImmediate(resolve))
    if (isDown) throw BROKEN
    return RESPONSE
  })
  await call(pipe)
  now = 1001
  isDown = false
  const texts = await Promise.all(Array.from({ length: 50 }, () => call(pipe)))
  assert.equal(calls, 2)
  assert.deepEqual([texts.filter((text) => text === 'ok').length, texts.filter((text) => text === 'too many requests').length], [1, 49])
  assert.equal(await call(pipe), 'ok')
})
