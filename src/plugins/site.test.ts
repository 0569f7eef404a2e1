// What `site` gives a plugin: other endpoints with their rules, other hosts, values with a life of their own, and an end.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { HeaderMap } from '../engine/headers.ts'
import type { BackendRequest, BackendResponse } from '../engine/types.ts'
import { makeBackendResponse, makeSite, type MemoryGatewayInit } from '../testing/index.ts'
import { PluginSite } from './site.ts'
import { openWith } from './test-gateway.ts'
import type { Next, PluginRequest, Site } from './types.ts'

const backendOf = (url_pattern: string, more: object = {}) => [{ host: ['http://b'], url_pattern, ...more }]

/** `/main` with a plugin that runs `work`, and endpoints to be called. */
async function run(work: (site: Site, request: PluginRequest) => unknown, init: MemoryGatewayInit = {}, request: object = {}) {
  const main = {
    name: 'main',
    kind: 'middleware',
    setup: (_options: unknown, site: Site) => async (asked: PluginRequest, next: Next) => {
      const found = await work(site, asked)
      const response = await next()
      response.data = { found }
    },
  }
  const validator = { alg: 'HS256', jwk_url: 'http://keys/', disable_jwk_security: true }
  const endpoints = [
    { endpoint: '/main', input_headers: ['*'], extra_config: { 'plugin/middleware': { name: ['main'] } }, backend: backendOf('/main') },
    { endpoint: '/users/{id}', input_query_strings: ['lang'], input_headers: ['X-A'], backend: backendOf('/u/{id}') },
    { endpoint: '/mine', extra_config: { 'auth/validator': validator }, backend: backendOf('/of/{JWT.sub}') },
    { endpoint: '/named', extra_config: { 'documentation/openapi': { operation_id: 'byName' } }, backend: backendOf('/named') },
  ]
  const gateway = await openWith([main], { endpoints }, init)
  const answer = await gateway.ask({ target: '/main', ...request })
  return { ...answer, found: (JSON.parse(answer.answered.body ?? '{}') as { found?: unknown }).found, gateway }
}

function echoPath(asked: BackendRequest[] = []) {
  return (request: BackendRequest) => {
    asked.push(request)
    return Promise.resolve(makeBackendResponse(JSON.stringify({ path: request.path })))
  }
}

test('another endpoint is called with its rules: parameters, listed query and headers, its status', async () => {
  const asked: BackendRequest[] = []
  const { found } = await run(
    async (site) => {
      const input = { params: { id: 'a b' }, query: { lang: ['de', 'fr'], hidden: '1' }, headers: { 'x-a': '1', 'X-B': '2' } }
      const result = await site.call('GET /users/{id}', input)
      return [result.status, result.complete, result.data, result.headers.get('content-type'), JSON.parse(result.text())]
    },
    { backend: echoPath(asked) },
  )
  const path = '/u/a%20b?lang=de&lang=fr'
  assert.deepEqual(found, [200, true, { path }, 'application/json; charset=utf-8', { path }])
  assert.deepEqual([asked[0]?.headers.get('X-A'), asked[0]?.headers.has('X-B')], ['1', false])
})

test('a parameter that is encoded stays in its place of the backend’s path', async () => {
  const { found } = await run(
    async (site) => (await site.call('GET /users/{id}', { params: { id: encodeURIComponent('../a b?c#d%') } })).data,
    { backend: echoPath() },
  )
  assert.deepEqual(found, { path: '/u/..%2Fa%20b%3Fc%23d%25' })
})

test('the name may be an operation_id; an unknown one rejects', async () => {
  const { found } = await run(
    async (site) => [(await site.call('byName')).data, await site.call('GET /nobody').catch((error: { code: string }) => error.code)],
    { backend: echoPath() },
  )
  assert.deepEqual(found, [{ path: '/named' }, 'ERR_NO_SUCH_ENDPOINT'])
})

test('a call without a token is refused as a client would be; trusted claims enter behind that', async () => {
  const { found } = await run(
    async (site, request) => {
      const refused = await site.call('GET /mine', {}, { request })
      const trusted = await site.call('GET /mine', {}, { request, trusted: { claims: { sub: 'ann' } } })
      return [refused.status, refused.data, trusted.status, trusted.data, request.claims]
    },
    { backend: echoPath() },
  )
  assert.deepEqual(found, [401, null, 200, { path: '/of/ann' }, null])
})

test('what an endpoint fails with is a result', async () => {
  const { found } = await run(
    async (site) => {
      const { status, complete, data } = await site.call('GET /users/{id}')
      return [status, complete, data]
    },
    { backend: ({ path }) => (path.startsWith('/u') ? Promise.reject(new Error('x')) : echoPath()({ path } as BackendRequest)) },
  )
  assert.deepEqual(found, [500, false, null])
})

test('calls of calls end at some depth, whether they hand on a request or not', async () => {
  for (const handsOn of [true, false]) {
    let calls = 0
    const { found } = await run(
      async (site, request) => {
        calls++
        await new Promise(setImmediate)
        const result = await site.call('GET /main', {}, handsOn ? { request } : {}).catch((error: { code: string }) => error.code)
        return typeof result === 'string' ? result : (result.data as { found: unknown }).found
      },
      { backend: echoPath() },
    )
    assert.equal(found, 'ERR_CALL_DEPTH')
    assert.equal(calls, 9)
  }
})

test('calls one after the other, or begun by one that has ended, are not deeper', async () => {
  const { promise: isDone, resolve } = Promise.withResolvers<void>()
  let rounds = 0
  const { found } = await run(
    async (site, request) => {
      if (request.headers.get('X-Round') === null) {
        for (let i = 0; i < 20; i++) await site.call('GET /users/{id}')
        await site.call('GET /main', { headers: { 'X-Round': '0' } })
        await isDone
        return rounds
      }
      rounds++
      if (rounds === 20) resolve()
      else setImmediate(() => setImmediate(() => void site.call('GET /main', { headers: { 'X-Round': '1' } }).catch(resolve)))
      return null
    },
    { backend: echoPath() },
  )
  assert.equal(found, 20)
})

test('an endpoint cannot be called before the gateway has started', async () => {
  let code = ''
  const early = {
    name: 'early',
    setup: async (_options: unknown, site: Site) => {
      code = await site.call('GET /x').then(String, (error: { code: string }) => error.code)
      return null
    },
  }
  await openWith([early], {
    endpoints: [{ endpoint: '/x', backend: backendOf('/'), extra_config: { 'plugin/middleware': { name: ['early'] } } }],
  })
  assert.equal(code, 'ERR_CALL_TOO_EARLY')
})

test('fetch asks other hosts with the gateway’s own client and gives a raw response', async () => {
  const asked: BackendRequest[] = []
  const { found } = await run(
    async (site) => {
      const response = await site.fetch('http://user:pw@other/p?a=1', { data: { a: 1 }, headers: { 'X-A': '1' } })
      return [response.kind, response.status, await response.json()]
    },
    {
      backend(request) {
        asked.push(request)
        if (!request.wantsStream) return Promise.resolve(makeBackendResponse('{}'))
        return Promise.resolve(makeBackendResponse('', { body: Readable.from([Buffer.from('[1]')]), statusCode: 404 }))
      },
    },
  )
  assert.deepEqual(found, ['raw', 404, [1]])
  const [sent] = asked
  assert.deepEqual([sent?.method, sent?.origin, sent?.path], ['POST', 'http://other', '/p?a=1'])
  assert.equal(sent?.headers.get('Authorization'), 'Basic dXNlcjpwdw==')
  assert.equal(String(await sent?.body.bytes()), '{"a":1}')
})

test('fetch follows no redirect', async () => {
  const headers = new HeaderMap(['Location', 'http://other/there'])
  const transport = (): Promise<BackendResponse> => Promise.resolve(makeBackendResponse('', { statusCode: 302, headers }))
  const { site } = siteOf(makeSite({ transport }))
  const response = await site.fetch('http://other/here')
  assert.deepEqual([response.status, response.headers.get('location')], [302, 'http://other/there'])
})

function siteOf(engine = makeSite()): { site: PluginSite; engine: ReturnType<typeof makeSite> } {
  const site = new PluginSite(engine, { name: 'p', kind: 'middleware', label: '[X]', block: {}, maxBody: 10 })
  return { site, engine }
}

test('one value for all places of a plugin, another for other plugins; a rejected one is not kept', async () => {
  const { site, engine } = siteOf()
  const other = new PluginSite(engine, { name: 'other', kind: 'middleware', label: '[X]', block: {}, maxBody: 10 })
  const same = new PluginSite(engine, { name: 'p', kind: 'http-client', label: '[Y]', block: {}, maxBody: 10 })
  const disposed: unknown[] = []
  const value = site.once(
    'k',
    () => ({}),
    (given) => void disposed.push(given),
  )
  assert.equal(
    same.once('k', () => ({})),
    value,
  )
  assert.notEqual(
    other.once('k', () => ({})),
    value,
  )
  await assert.rejects(site.once('r', () => Promise.reject(new Error('no'))))
  assert.equal(await site.once('r', () => Promise.resolve(2)), 2)
  await engine.retire()
  assert.deepEqual(disposed, [value])
})

test('what is to be closed runs last first, each whatever the others do, and the signal is aborted before', async () => {
  const { site, engine } = siteOf()
  const ran: unknown[] = []
  site.onClose(() => void ran.push('first'))
  site.onClose(() => Promise.reject(new Error('no')))
  site.onClose(async () => {
    await Promise.resolve()
    ran.push(site.signal.aborted)
  })
  await site.close()
  assert.deepEqual(ran, [true, 'first'])
  assert.match(engine.lines.join(), /ERROR \[X\]\[PLUGIN: p\] failed to close: Error: no/)
})

test('lines of the log begin with place and plugin', () => {
  const { site, engine } = siteOf()
  site.log.info('hello')
  assert.deepEqual(engine.lines, ['INFO [X][PLUGIN: p] hello'])
})
