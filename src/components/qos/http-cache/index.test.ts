// What the cache promises around a backend: when it is asked, with which headers, and who gets whose answer.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { setImmediate as afterImmediates } from 'node:timers/promises'
import type { GatewayConfig } from '../../../config/types.ts'
import { discardBody } from '../../../engine/body.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import type { BackendRequest, BackendResponse, Sender } from '../../../engine/types.ts'
import { readOptions } from '../../../schema/read-options.ts'
import { checkOptions, makeSite } from '../../../testing/index.ts'
import { httpCache } from './index.ts'

interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly error?: Error
}

const FRESH = { 'Cache-Control': 'max-age=3600' }

/** A backend that gives its answers in turn and remembers what it was asked. */
function makeBackend(...answers: Answer[]): { sender: Sender; asked: BackendRequest[] } {
  const asked: BackendRequest[] = []
  const sender: Sender = (request) => {
    const { status = 200, headers = {}, body = `n${asked.length + 1}`, error } = answers[Math.min(asked.length, answers.length - 1)] ?? {}
    asked.push(request)
    if (error !== undefined) return Promise.reject(error)
    const fields = Object.entries({ Date: new Date().toUTCString(), ...headers }).flat()
    const bytes = Buffer.from(body)
    const pieces = [bytes.subarray(0, 1), bytes.subarray(1)]
    return Promise.resolve<BackendResponse>({
      statusCode: status,
      headers: HeaderMap.fromRaw(fields),
      body: request.wantsStream ? Readable.from(pieces, { objectMode: false }) : bytes,
      url: 'u',
    })
  }
  return { sender, asked }
}

interface Place {
  readonly config?: GatewayConfig
  readonly id?: string
  readonly extraConfig?: Record<string, unknown>
  /** What exists once in the gateway that the backend belongs to. */
  readonly once?: Site['once']
}

const V2 = { dialect: 2 } as GatewayConfig

function cached(
  sender: Sender,
  block: unknown = {},
  { config = { dialect: 3 } as GatewayConfig, id = 'b', extraConfig = {}, once = makeSite().once }: Place = {},
): Sender {
  const site = makeSite({ config, id, once }, { backend: extraConfig })
  const { value } = readOptions(httpCache.options, block, 'struct')
  const options = value ?? readOptions(httpCache.options, {}, 'struct').value
  assert.ok(options !== null)
  return httpCache.build(options, site)?.(sender) ?? sender
}

interface Asked {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  /** Name, value, … where a name comes twice. */
  readonly fields?: readonly string[]
  readonly wantsStream?: boolean
  readonly host?: string
}

function requestOf({ method = 'GET', path = '/m', headers = {}, fields = Object.entries(headers).flat(), ...rest }: Asked): BackendRequest {
  const { wantsStream = false, host } = rest
  return { method, origin: 'http://h', path, headers: HeaderMap.fromRaw(fields), wantsStream, host } as unknown as BackendRequest
}

async function ask(sender: Sender, asked: Asked = {}): Promise<string> {
  const request = requestOf(asked)
  const response = await sender(request, Scope.root())
  const bytes = Buffer.isBuffer(response.body) ? response.body : await buffer(response.body)
  await afterImmediates()
  return `${response.statusCode} ${bytes.toString()}`
}

async function askAll(sender: Sender, ...asked: Asked[]): Promise<string[]> {
  const answers: string[] = []
  for (const one of asked) answers.push(await ask(sender, one))
  return answers
}

test('a fresh answer is used again, decoded or streamed', async () => {
  for (const wantsStream of [false, true]) {
    const { sender, asked } = makeBackend({ headers: FRESH })
    assert.deepEqual(await askAll(cached(sender), { wantsStream }, { wantsStream }), ['200 n1', '200 n1'])
    assert.equal(asked.length, 1)
  }
})

test('the key is method, URL and Host; other methods remove only their own key', async () => {
  const { sender } = makeBackend({ headers: FRESH })
  const sequence = [{}, { path: '/m?q' }, { method: 'HEAD' }, { method: 'POST' }, {}, { headers: { Range: 'bytes=0-1' } }, {}]
  const answers = ['200 n1', '200 n2', '200 n3', '200 n4', '200 n1', '200 n5', '200 n6', '200 n7', '200 n6']
  assert.deepEqual(await askAll(cached(sender), ...sequence, { host: 'a' }, {}), answers)
})

test('no-store is not stored, neither by the answer nor by the request', async () => {
  const backend = makeBackend({ headers: { 'Cache-Control': 'no-store, max-age=60' } })
  assert.deepEqual(await askAll(cached(backend.sender), {}, {}), ['200 n1', '200 n2'])
  const other = makeBackend({ headers: FRESH })
  const noStore = { headers: { 'Cache-Control': 'no-store' } }
  assert.deepEqual(await askAll(cached(other.sender), noStore, {}, {}), ['200 n1', '200 n2', '200 n2'])
})

test('stale answers are revalidated; a 304 brings the stored body and refreshes its headers', async () => {
  const { sender, asked } = makeBackend(
    { headers: { ETag: '"v1"', 'Last-Modified': 'Mon, 01 Jan 2024 00:00:00 GMT' } },
    { status: 304, headers: FRESH, body: '' },
  )
  assert.deepEqual(await askAll(cached(sender), {}, {}, {}), ['200 n1', '200 n1', '200 n1'])
  assert.equal(asked.length, 2)
  assert.equal(asked[1]?.headers.get('If-None-Match'), '"v1"')
  assert.equal(asked[1]?.headers.get('If-Modified-Since'), 'Mon, 01 Jan 2024 00:00:00 GMT')
})

test('bad statuses are kept where their body is read', async () => {
  const answer = { status: 404, headers: FRESH }
  const decoded = makeBackend(answer)
  assert.deepEqual(await askAll(cached(decoded.sender), {}, {}), ['404 n1', '404 n2'])
  const streamed = makeBackend(answer)
  assert.deepEqual(await askAll(cached(streamed.sender), { wantsStream: true }, { wantsStream: true }), ['404 n1', '404 n1'])
  const detailed = makeBackend(answer)
  const place = { extraConfig: { 'backend/http': { return_error_details: 'b' } } }
  assert.deepEqual(await askAll(cached(detailed.sender, {}, place), {}, {}), ['404 n1', '404 n1'])
})

test('one variant is kept, and given only to requests with the same headers', async () => {
  const { sender, asked } = makeBackend({ headers: { ...FRESH, Vary: 'authorization, X-A' } })
  const cache = cached(sender)
  const [a, b] = ['A', 'B'].map((Authorization) => ({ headers: { Authorization } }))
  const answers = await askAll(cache, a as Asked, a as Asked, b as Asked, a as Asked, {})
  assert.deepEqual(answers, ['200 n1', '200 n1', '200 n2', '200 n3', '200 n4'])
  assert.equal(asked.length, 4)
})

test('every line of a header that Vary names counts', async () => {
  const { sender, asked } = makeBackend({ headers: { ...FRESH, Vary: 'Cookie' } })
  const cache = cached(sender)
  const fields = (...cookies: string[]): Asked => ({ fields: cookies.flatMap((cookie) => ['Cookie', cookie]) })
  const [alice, mallory] = [fields('lang=en', 'session=alice'), fields('lang=en', 'session=mallory')]
  const answers = await askAll(cache, alice, alice, mallory, fields('lang=en'), fields())
  assert.deepEqual(answers, ['200 n1', '200 n1', '200 n2', '200 n3', '200 n4'])
  assert.equal(asked.length, 4)
})

test('an answer with Vary: * is not kept, and an old one goes when a 304 says so', async () => {
  for (const Vary of ['*', 'Accept, *', ' * ,Cookie', 'X'.repeat(8193)]) {
    const { sender } = makeBackend({ headers: { ...FRESH, Vary } })
    assert.deepEqual(await askAll(cached(sender), {}, {}), ['200 n1', '200 n2'])
  }
  const stale = makeBackend({ headers: { ETag: '"v"' } }, { status: 304, headers: { Vary: '*', ...FRESH } }, {})
  assert.deepEqual(await askAll(cached(stale.sender), {}, {}, {}), ['200 n1', '200 n1', '200 n3'])
})

test('a 304 may have as many fields as a backend likes', async () => {
  const headers = Object.fromEntries(Array.from({ length: 150_000 }, (_, i) => [`X-${i}`, `${i}`]))
  const cache = cached(makeBackend({ headers: { ETag: '"v"', 'X-7': 'old', 'X-Own': '1' } }, { status: 304, headers }).sender)
  await ask(cache)
  const refreshed = (await cache(requestOf({}), Scope.root())).headers
  assert.deepEqual([refreshed.values('X-7'), refreshed.get('X-149999'), refreshed.get('X-Own')], [['7'], '149999', '1'])
})

test('the answer of another client comes neither by a 304 nor in place of an error', async () => {
  const first = { headers: { ...FRESH, Vary: 'Authorization', ETag: '"a"' }, body: 'private' }
  const [a, b] = ['A', 'B'].map((Authorization) => ({ headers: { Authorization, 'If-None-Match': '"a"' } }))
  const notModified = makeBackend(first, { status: 304, body: '' })
  assert.deepEqual(await askAll(cached(notModified.sender), a as Asked, b as Asked), ['200 private', '304 '])
  const failing = makeBackend({ ...first, headers: { ...first.headers, 'Cache-Control': 'max-age=9, stale-if-error' } }, { status: 500 })
  assert.deepEqual(await askAll(cached(failing.sender), a as Asked, b as Asked), ['200 private', '500 n2'])
})

test('concurrent misses are not merged', async () => {
  const { sender } = makeBackend({ headers: FRESH })
  const cache = cached(sender)
  assert.deepEqual(await Promise.all([ask(cache), ask(cache)]), ['200 n1', '200 n2'])
})

test('stale-if-error covers failures, anything else removes the entry', async () => {
  const stale = { headers: { 'Cache-Control': 'max-age=0, stale-if-error' } }
  const covered = makeBackend(stale, { error: new Error('down') }, { status: 503 })
  assert.deepEqual(await askAll(cached(covered.sender), {}, {}, {}), ['200 n1', '200 n1', '200 n1'])
  const failing = makeBackend({ headers: { 'Cache-Control': 'max-age=0' } }, { error: new Error('down') }, {})
  const cache = cached(failing.sender)
  await ask(cache)
  await assert.rejects(ask(cache), /down/)
  assert.equal(await ask(cache, { headers: { 'Cache-Control': 'only-if-cached' } }), '504 ')
})

test('only-if-cached asks no backend', async () => {
  const { sender, asked } = makeBackend({})
  const onlyCached = { headers: { 'Cache-Control': 'only-if-cached' } }
  assert.deepEqual(await askAll(cached(sender), onlyCached, { ...onlyCached, wantsStream: true }, {}, onlyCached), [
    '504 ',
    '504 ',
    '200 n1',
    '200 n1',
  ])
  assert.equal(asked.length, 1)
  for (const unkept of [{ method: 'POST' }, { method: 'DELETE' }, { headers: { Range: 'bytes=0-1' } }, { path: `/${'x'.repeat(9000)}` }]) {
    const headers = { ...unkept.headers, 'Cache-Control': 'only-if-cached' }
    assert.equal(await ask(cached(sender), { ...unkept, headers }), '504 ')
  }
  assert.equal(asked.length, 1)
})

test('headers are stored as layers outside have changed them', async () => {
  const { sender, asked } = makeBackend({})
  const cache = cached(sender)
  const martian: Sender = (request, scope) =>
    cache(request, scope).then((response) => {
      const headers = response.headers as HeaderMap
      headers.set('Cache-Control', 'max-age=60')
      return response
    })
  assert.deepEqual(await askAll(martian, {}, {}), ['200 n1', '200 n1'])
  assert.equal(asked.length, 1)
})

test('private caches are apart, shared ones are not', async () => {
  const { once } = makeSite()
  const { sender, asked } = makeBackend({ headers: FRESH })
  const make = (block: unknown, id: string): Sender => cached(sender, block, { id, once })
  const senders = [make({ shared: true }, 'a'), make({ SHARED: true }, 'b'), make({}, 'c'), make({ shared: false }, 'd'), make([1], 'e')]
  const answers: string[] = []
  for (const one of [...senders, ...senders]) answers.push(await ask(one))
  assert.deepEqual(answers.slice(0, 5), ['200 n1', '200 n1', '200 n2', '200 n3', '200 n4'])
  assert.equal(asked.length, 4)
})

test('with both limits the least recently used answer goes, and large ones are never kept', async () => {
  const { sender } = makeBackend({ headers: FRESH })
  const cache = cached(sender, { max_size: 1000, max_items: 2 })
  const paths = ['/1', '/2', '/1', '/3', '/1', '/2', '/3'].map((path) => ({ path }))
  assert.deepEqual(await askAll(cache, ...paths), ['200 n1', '200 n2', '200 n1', '200 n3', '200 n1', '200 n4', '200 n5'])
  const large = makeBackend({ headers: FRESH, body: 'x'.repeat(1000) })
  const small = cached(large.sender, { max_size: 1000, max_items: 2 })
  for (const wantsStream of [false, true, false, true]) await ask(small, { wantsStream })
  assert.equal(large.asked.length, 4)
})

test('what a client chooses counts: a long key is not kept, keys and varied values take of max_size', async () => {
  const long = makeBackend({ headers: FRESH })
  const path = `/${'x'.repeat(8200)}`
  assert.deepEqual(await askAll(cached(long.sender), { path }, { path }), ['200 n1', '200 n2'])
  for (const [asked, headers] of [
    [(n: number) => ({ path: `/${n}${'x'.repeat(6000)}` }), FRESH],
    [(n: number) => ({ path: `/${n}`, headers: { Cookie: 'x'.repeat(4000) } }), { ...FRESH, Vary: 'Cookie' }],
  ] as const) {
    const { sender } = makeBackend({ headers })
    const cache = cached(sender, { max_size: 10_000, max_items: 100 })
    const answers = await askAll(cache, asked(1), asked(1), asked(2), asked(1))
    assert.deepEqual(answers, ['200 n1', '200 n1', '200 n2', '200 n3'])
  }
})

test('a body that was not read to its end is not stored', async () => {
  const { sender, asked } = makeBackend({ headers: FRESH })
  const cache = cached(sender)
  const response = await cache(requestOf({ wantsStream: true }), Scope.root())
  discardBody(response.body)
  await afterImmediates()
  await ask(cache)
  assert.equal(asked.length, 2)
})

test('1.x: one cache for all, marked answers, none beside client credentials', async () => {
  const { sender, asked } = makeBackend({ headers: FRESH })
  const { once } = makeSite()
  const [one, other] = ['a', 'b'].map((id) => cached(sender, { max_size: 1, max_items: 1 }, { config: V2, id, once }))
  await ask(one as Sender)
  const response = await (other as Sender)(requestOf({}), Scope.root())
  assert.equal(response.headers.get('X-From-Cache'), '1')
  assert.equal(asked.length, 1)
  const place = { config: V2, extraConfig: { 'auth/client-credentials': {} } }
  assert.equal(cached(sender, {}, place), sender)
})

test('check warns of half a limit', () => {
  for (const block of [{}, { shared: true }, { max_size: 1, max_items: 1 }]) assert.deepEqual(checkOptions(httpCache, block), [])
  assert.deepEqual(checkOptions(httpCache, { max_items: 1 }), ['warning : "max_size" and "max_items" limit the cache only together'])
})
