// What `_gw/retry` promises: which failures are worth another attempt, of which requests, how many of them, and who is called off.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { sizedBodyOf } from '../../../engine/body.ts'
import { CANCELED, DEADLINE_EXCEEDED, GatewayError, SendError, StatusError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import type { Body, Pipe, PipeRequest, PipeResponse } from '../../../engine/types.ts'
import { buildFor, checkOptions, makeBackend, makeBackendResponse, makeRequest, makeResponse, makeSite } from '../../../testing/index.ts'
import { retry } from './index.ts'

const QUICK = { backoff: '1ms' }
const refused = new SendError('refused', { phase: 'dial', isRetriable: true })
const reset = new SendError('EOF', { phase: 'headers' })

function badStatus(statusCode: number, fields: string[] = []): StatusError {
  return new StatusError('bad', makeBackendResponse('', { statusCode, headers: new HeaderMap(fields) }))
}

type Step = Error | PipeResponse | ((request: PipeRequest, scope: Scope) => Promise<PipeResponse>)

/** A backend with those endings in turn, the last one again and again. */
function backendWith(steps: readonly Step[]) {
  const seen: { request: PipeRequest; scope: Scope }[] = []
  const pipe: Pipe = (request, scope) => {
    const step = steps[Math.min(seen.push({ request, scope }), steps.length) - 1] as Step
    if (typeof step === 'function') return step(request, scope)
    return step instanceof Error ? Promise.reject(step) : Promise.resolve(step)
  }
  return { seen, pipe }
}

function pipeFor(block: object, backend: ReturnType<typeof backendWith>, hosts = ['http://a', 'http://b']): Pipe {
  const site = makeSite({ backend: makeBackend({ hosts }) })
  const layer = buildFor(retry, { ...QUICK, ...block }, site)
  assert.ok(layer)
  return layer(backend.pipe)
}

/** Calls made, and what came of the last. */
async function callsFor(block: object, steps: readonly Step[], request: Partial<PipeRequest> = {}): Promise<[number, string]> {
  const backend = backendWith(steps)
  const scope = Scope.root().child(5000)
  const result = await pipeFor(block, backend)(makeRequest(request), scope).then(
    ({ statusCode }) => String(statusCode),
    (error: unknown) => (error as Error).message,
  )
  scope.close()
  return [backend.seen.length, result]
}

const good = makeResponse()

describe('which failures', () => {
  test('those of the list are repeated, the last ending is the result', async () => {
    assert.deepEqual(await callsFor({}, [badStatus(503), good]), [2, '0'])
    assert.deepEqual(await callsFor({}, [reset, good]), [2, '0'])
    assert.deepEqual(await callsFor({}, [badStatus(500), good]), [1, 'bad'])
    assert.deepEqual(await callsFor({ on: ['5xx'], max_retries: 2 }, [badStatus(500)]), [3, 'bad'])
    assert.deepEqual(await callsFor({ on: ['any'] }, [badStatus(404), good]), [2, '0'])
    assert.deepEqual(await callsFor({ on: ['404'] }, [badStatus(404), good]), [2, '0'])
  })
  test('an open breaker only where it is listed, a bug and a client that left never', async () => {
    const open = new GatewayError('open', { code: 'ERR_CIRCUIT_OPEN' })
    assert.deepEqual(await callsFor({}, [open, good]), [1, 'open'])
    assert.deepEqual(await callsFor({ on: ['rejected'] }, [open, good]), [2, '0'])
    assert.deepEqual(await callsFor({ on: ['any'] }, [new TypeError('bug'), good]), [1, 'bug'])
    assert.deepEqual(await callsFor({ on: ['any'] }, [CANCELED, good]), [1, 'context canceled'])
  })
  test('an answer that is passed on is repeated for its status, and its body let go', async () => {
    const body = Readable.from(['x'])
    assert.deepEqual(await callsFor({}, [makeResponse({ statusCode: 503, body }), makeResponse({ statusCode: 200 })]), [2, '200'])
    assert.equal(body.destroyed, true)
    assert.deepEqual(await callsFor({}, [makeResponse({ statusCode: 503 })]), [2, '503'])
  })
})

describe('which requests', () => {
  test('a method that may do harm only when nothing was sent, or with an Idempotency-Key', async () => {
    assert.deepEqual(await callsFor({}, [reset, good], { method: 'POST' }), [1, 'EOF'])
    assert.deepEqual(await callsFor({}, [refused, good], { method: 'POST' }), [2, '0'])
    assert.deepEqual(await callsFor({}, [reset, good], { method: 'POST', headers: new HeaderMap(['Idempotency-Key', 'k']) }), [2, '0'])
    assert.deepEqual(await callsFor({ methods: ['POST'] }, [reset, good], { method: 'POST' }), [2, '0'])
    assert.deepEqual(await callsFor({ methods: ['POST'] }, [reset, good]), [1, 'EOF'])
  })
  test('hosts that were asked are told to the balancer', async () => {
    const backend = backendWith([
      (request) => {
        request.tried?.add('http://a')
        return Promise.reject(refused)
      },
      good,
    ])
    const scope = Scope.root().child(5000)
    await pipeFor({}, backend)(makeRequest(), scope)
    assert.deepEqual([...(backend.seen[1]?.request.tried ?? [])], ['http://a'])
    scope.close()
  })

  /** What both attempts read of a body. */
  async function bodiesOf(body: Body, readsFirst = true): Promise<string[]> {
    const read: string[] = []
    const backend = backendWith([
      async (request) => {
        if (readsFirst) read.push((await request.body.bytes()).toString())
        throw refused
      },
      async (request) => {
        read.push((await request.body.bytes()).toString())
        return good
      },
    ])
    const scope = Scope.root().child(5000)
    await pipeFor({}, backend)(makeRequest({ method: 'PUT', body }), scope).catch(() => read.push('failed'))
    scope.close()
    return read.map((text) => (text.length > 10 ? `${text.length} bytes` : text))
  }
  function clientBody(chunks: readonly string[], length: number | null): Body {
    const source = Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
    const bytes = async (): Promise<Buffer> => {
      const all: Buffer[] = []
      for await (const chunk of source) all.push(chunk as Buffer)
      return Buffer.concat(all)
    }
    return { length, inMemory: null, clientMs: 0, stream: () => source, bytes }
  }
  test('a body is sent again whole: one in memory, a small one of known and of unknown length', async () => {
    assert.deepEqual(await bodiesOf(sizedBodyOf(Buffer.from('abc'))), ['abc', 'abc'])
    assert.deepEqual(await bodiesOf(clientBody(['ab', 'c'], 3)), ['abc', 'abc'])
    assert.deepEqual(await bodiesOf(clientBody(['ab', 'c'], null)), ['abc', 'abc'])
  })
  test('a large one only as long as nobody has begun to read it', async () => {
    const large = ['x'.repeat(60_000), 'y'.repeat(60_000)]
    assert.deepEqual(await bodiesOf(clientBody(large, 120_000)), ['120000 bytes', 'failed'])
    assert.deepEqual(await bodiesOf(clientBody(large, 120_000), false), ['120000 bytes'])
    assert.deepEqual(await bodiesOf(clientBody(large, null)), ['120000 bytes', 'failed'])
  })
})

describe('time', () => {
  const hangs = (_request: PipeRequest, scope: Scope): Promise<PipeResponse> => new Promise((_resolve, reject) => void scope.onEnd(reject))

  test('an attempt that takes too long is a timeout of its own, which must be listed', async () => {
    assert.deepEqual(await callsFor({ per_try_timeout: '5ms', on: ['timeout'] }, [hangs, good]), [2, '0'])
    assert.deepEqual(await callsFor({ per_try_timeout: '5ms' }, [hangs, good]), [1, 'context deadline exceeded'])
    // Without another attempt it ends the only one.
    assert.deepEqual(await callsFor({ per_try_timeout: '5ms', max_retries: 0 }, [hangs, good]), [1, 'context deadline exceeded'])
  })
  test('a stream whose head came in time is not ended by it, but by the end of the request', async () => {
    const backend = backendWith([makeResponse({ statusCode: 200, body: Readable.from(['x']) })])
    const scope = Scope.root().child(5000)
    await pipeFor({ per_try_timeout: '1ms' }, backend)(makeRequest(), scope)
    const own = backend.seen[0]?.scope
    assert.equal(own?.deadline, scope.deadline)
    scope.end()
    assert.equal(own?.ended, true)
  })
  test('when the time of the request is over nothing is repeated', async () => {
    const backend = backendWith([hangs, good])
    const scope = Scope.root().child(5)
    await assert.rejects(pipeFor({ on: ['any'] }, backend)(makeRequest(), scope), DEADLINE_EXCEEDED)
    assert.equal(backend.seen.length, 1)
  })
  test('a Retry-After that is longer than what is left ends it, a shorter one is waited for', async () => {
    assert.deepEqual(await callsFor({}, [badStatus(503, ['Retry-After', '60']), good]), [1, 'bad'])
    assert.deepEqual(await callsFor({}, [badStatus(503, ['Retry-After', '0']), good]), [2, '0'])
    assert.deepEqual(await callsFor({}, [badStatus(503, ['Retry-After', 'Thu, 01 Jan 1970 00:00:00 GMT']), good]), [2, '0'])
    assert.deepEqual(await callsFor({}, [badStatus(502, ['Retry-After', '60']), good]), [2, '0'])
  })
})

describe('an attempt beside another', () => {
  const hedged = { hedge_delay: '5ms' }
  const hangs = (_request: PipeRequest, scope: Scope): Promise<PipeResponse> => new Promise((_resolve, reject) => void scope.onEnd(reject))
  const call = async (steps: readonly Step[], request: Partial<PipeRequest> = {}, block: object = hedged) => {
    const backend = backendWith(steps)
    const scope = Scope.root().child(200)
    const result = await pipeFor(block, backend)(makeRequest(request), scope).then(
      ({ statusCode }) => statusCode,
      (error: unknown) => (error as Error).message,
    )
    return { result, scopes: backend.seen.map((one) => one.scope.reason) }
  }
  test('the first good answer wins, the other one is called off', async () => {
    assert.deepEqual(await call([hangs, makeResponse({ statusCode: 7 })]), { result: 7, scopes: [CANCELED, null] })
  })
  test('a bad one does not win while the other may', async () => {
    const late = (): Promise<PipeResponse> => new Promise((resolve) => void setTimeout(resolve, 20, makeResponse({ statusCode: 7 })))
    assert.equal((await call([late, badStatus(503)])).result, 7)
    assert.equal((await call([late, new TypeError('bug')])).result, 7)
  })
  test('only for methods that do no harm twice, and within the number of retries', async () => {
    assert.deepEqual((await call([hangs], { method: 'POST' })).scopes.length, 1)
    assert.deepEqual((await call([hangs], {}, { ...hedged, max_retries: 2 })).scopes.length, 3)
  })
  test('a body of the loser that comes late is let go', async () => {
    const body = Readable.from(['x'])
    const late = (): Promise<PipeResponse> => new Promise((resolve) => void setTimeout(resolve, 20, makeResponse({ statusCode: 1, body })))
    await call([late, makeResponse({ statusCode: 7 })])
    while (!body.destroyed) await new Promise(setImmediate)
  })
})

test('the budget lets every second request be repeated with a ratio of a half, and gives back what is ten seconds old', async () => {
  let nowMs = 1_000_000
  const site = makeSite({ backend: makeBackend(), clock: { now: Date.now, steady: () => nowMs } })
  const backend = backendWith([badStatus(503)])
  const layer = buildFor(retry, { ...QUICK, budget: { ratio: 0.5, min_per_second: 0 } }, site) as (next: Pipe) => Pipe
  const pipe = layer(backend.pipe)
  const call = async (): Promise<number> => {
    const before = backend.seen.length
    const scope = Scope.root().child(5000)
    await pipe(makeRequest(), scope).catch(() => {})
    scope.close()
    return backend.seen.length - before
  }
  const calls: number[] = []
  for (let i = 0; i < 6; i++) calls.push(await call())
  assert.deepEqual(calls, [1, 2, 1, 2, 1, 2])
  nowMs += 10_000
  assert.deepEqual([await call(), await call()], [1, 2])
})

test('check names conditions that nothing meets, and what cannot go together', () => {
  assert.deepEqual(checkOptions(retry, { on: ['conect-failure', 99] }), [
    'error on[0]: "conect-failure" is no kind of failure',
    'error on[1]: "99" is no kind of failure',
  ])
  assert.deepEqual(checkOptions(retry, { hedge_delay: '1s', max_retries: 0 }), [
    'error hedge_delay: without "max_retries" no attempt begins beside another',
  ])
  assert.deepEqual(checkOptions(retry, { methods: ['get'] }), ['warning methods[0]: no request has the method "get"'])
  assert.match(String(checkOptions(retry, { max_retries: -1 })), /^error max_retries: must be at least 0/)
  assert.match(String(checkOptions(retry, { backoff: 5 })), /^error backoff: must be a text/)
})

test('nothing is left behind where nothing is to be repeated', () => {
  assert.equal(buildFor(retry, { max_retries: 0 }, makeSite({ backend: makeBackend() })), null)
  assert.equal(buildFor(retry, {}, makeSite({ backend: makeBackend({ extraConfig: new Map([['proxy', { shadow: true }]]) }) })), null)
})
