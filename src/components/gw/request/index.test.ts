// What `_gw/request` promises: each value in its place, with its type, and nothing sent when one is missing.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkBlocks } from '../../../engine/compile/check-blocks.ts'
import { loadDeclarations } from '../../../engine/compile/order.ts'
import { Scope } from '../../../engine/scope.ts'
import type { LoopItem } from '../../../engine/step-answers.ts'
import type { BackendRequest } from '../../../engine/types.ts'
import { order } from '../../../order.ts'
import {
  buildFor,
  checkOptions,
  configOf,
  type ExchangeInit,
  makeBackendResponse,
  makeRequest,
  makeResponse,
  makeSite,
  openInMemory,
} from '../../../testing/index.ts'
import { requestTemplate } from './index.ts'

interface Place {
  readonly endpoint?: object
  readonly backend?: object
  readonly init?: ExchangeInit
}

/** Asks `/e/{id}` and gives what its one backend was sent. */
async function send(block: object, { endpoint = {}, backend = {}, init = {} }: Place = {}) {
  const seen: BackendRequest[] = []
  const bodies: string[] = []
  const own = { url_pattern: '/x', ...backend, extra_config: { '_gw/request': block } }
  const file = { host: ['http://b:80'], endpoints: [{ endpoint: '/e/{id}', backend: [own], ...endpoint }] }
  const gateway = await openInMemory(configOf(file), {
    async backend(request: BackendRequest) {
      seen.push(request)
      bodies.push((await request.body.bytes()).toString())
      return makeBackendResponse('{}')
    },
  })
  const exchange = await gateway.ask({ target: '/e/7', ...init })
  const [call] = seen
  return { status: exchange.statusCode, call, path: call?.path, headers: call?.headers, body: bodies[0], calls: seen.length }
}

describe('encoding by place', () => {
  test('a value is one segment, one pair, one field', async () => {
    const block = { path: '/p/{id}', query: { q: '{id}&', l: ['1', '{id}'] }, headers: { 'x-a': 'v {id}' } }
    const { path, headers } = await send(block, { init: { target: '/e/a%26b%20c' }, backend: { input_headers: ['X-Other'] } })
    assert.equal(path, '/p/a%26b%20c?q=a%26b%20c%26&l=1&l=a%26b%20c')
    assert.equal(headers?.get('X-A'), 'v a&b c')
  })
  test('a rest keeps its slashes, a raw path its bytes', async () => {
    const rest = { endpoint: '/e/{id}', extra_config: { '_gw/route': { path: '/e/{rest*}' } } }
    assert.equal((await send({ path: '/p/{rest}' }, { endpoint: rest, init: { target: '/e/a/b%20c' } })).path, '/p/a/b%20c')
  })
  test('no value climbs out of its segment', async () => {
    const { status, calls } = await send({ path: '/p/{input_query_strings.q}/x' }, { init: { target: '/e/7?q=..' } })
    assert.deepEqual([status, calls], [400, 0])
    assert.equal((await send({ path: '/p/v{input_query_strings.q}' }, { init: { target: '/e/7?q=..' } })).path, '/p/v..')
  })
  test('no value ends its header field', async () => {
    const { status, calls } = await send({ headers: { 'X-A': '{input_query_strings.q}' } }, { init: { target: '/e/7?q=a%0d%0aX-B:1' } })
    assert.deepEqual([status, calls], [400, 0])
  })
  test('lists in a path have commas between them', async () => {
    const init = { method: 'POST', body: '{"ids":[1,"a/b"]}' }
    assert.equal((await send({ path: '/p/{body.ids}' }, { endpoint: { method: 'POST' }, init })).path, '/p/1,a%2Fb')
  })
})

describe('the query string', () => {
  const forwarded = { endpoint: { input_query_strings: ['*'] }, init: { target: '/e/7?a=1&b=2' } }
  test('a name replaces the pairs of that name, null takes them away, wherever they are from', async () => {
    assert.equal((await send({ path: '/p?c=0&a=0', query: { a: 'x', b: null } }, forwarded)).path, '/p?c=0&a=x')
    assert.equal((await send({ path: '/p?a=0', query: { a: '{input_query_strings.z?}' } }, forwarded)).path, '/p?b=2')
  })
  test('a mark inside braces begins none', async () => {
    assert.equal((await send({ path: '/p/{input_query_strings.z?}-{id}?v={id}' })).path, '/p/-7?v=7')
  })
})

describe('the body', () => {
  const post = { endpoint: { method: 'POST' }, init: { method: 'POST', body: '{"n":1.00,"big":12345678901234567890,"s":"t","z":null}' } }
  test('a text that is one placeholder has the value with its type and digits', async () => {
    const { body, headers } = await send(
      { body: { n: '{body.n}', big: ['{body.big}'], s: 'is {body.n}', m: '{body.q?}', l: ['{body.z?}'] } },
      post,
    )
    assert.equal(body, '{"n":1.00,"big":[12345678901234567890],"s":"is 1.00","l":[]}')
    assert.equal(headers?.get('Content-Type'), 'application/json')
  })
  test('a text is sent as one, unless a header says what it is', async () => {
    const text = await send({ body: '{body.s}' }, post)
    assert.deepEqual([text.body, text.headers?.get('Content-Type')], ['t', 'text/plain; charset=utf-8'])
    const xml = await send({ body: '<a>{id}</a>', headers: { 'content-type': 'text/xml' } }, post)
    assert.deepEqual([xml.body, xml.headers?.values('Content-Type')], ['<a>7</a>', ['text/xml']])
  })
  test('null is none, without a word about its type; no option is the client’s', async () => {
    const headers = { 'Content-Type': 'application/json' }
    const none = await send({ body: null }, { ...post, init: { ...post.init, headers } })
    assert.deepEqual([none.body, none.call?.body.length, none.headers?.has('Content-Type')], ['', 0, false])
    assert.equal((await send({ method: 'PUT' }, post)).body, post.init.body)
  })
  test('one that is too large to be looked at is refused', async () => {
    const large = { ...post, init: { method: 'POST', body: JSON.stringify({ a: 'x'.repeat(1024 * 1024) }) } }
    const { status, calls } = await send({ path: '/{body.a}' }, large)
    assert.deepEqual([status, calls], [413, 0])
  })
  test('what is no JSON has no members', async () => {
    assert.equal((await send({ path: '/{body.a}' }, { ...post, init: { method: 'POST', body: 'a=1' } })).status, 400)
  })
})

test('null takes a header away after the filters; a default stands for what is missing', async () => {
  const headers = { 'X-A': '1', 'X-B': '2' }
  const place = { endpoint: { input_headers: ['*'] }, init: { headers } }
  const { call } = await send({ headers: { 'X-A': null, 'X-C': ['{input_headers.x-b}', '{input_headers.X-D:-none}'] } }, place)
  assert.deepEqual([call?.headers.has('X-A'), call?.headers.get('X-B'), call?.headers.values('X-C')], [false, '2', ['2', 'none']])
})

test('a missing value of a step fails the step, and sends nothing', async () => {
  const seen: string[] = []
  const second = { url_pattern: '/x', extra_config: { '_gw/request': { path: '/two/{resp0_nope}' } } }
  const endpoint = { endpoint: '/e', backend: [{ url_pattern: '/one' }, second], extra_config: { proxy: { sequential: true } } }
  const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [endpoint] }), {
    backend: (request) => (seen.push(request.path), Promise.resolve(makeBackendResponse('{"a":1}'))),
  })
  const exchange = await gateway.ask({ target: '/e' })
  assert.deepEqual([exchange.answered.body, exchange.responseHeaders.get('X-Krakend-Completed'), seen], ['{"a":1}', 'false', ['/one']])
  assert.match(gateway.lines.join('\n'), /the value of \{resp0_nope\} is missing/)
})

test('a loop makes equal calls once, and keeps no more of a call than it has to', async () => {
  const site = makeSite({}, { endpoint: {}, backend: { '_gw/for-each': {} } })
  const layer = buildFor(requestTemplate, { method: 'QUERY', path: '/x', body: '{item}' }, site)
  const sent: string[] = []
  const pipe = layer?.(async ({ body }) => {
    sent.push((await body.bytes()).toString().slice(-1))
    return makeResponse()
  })
  const calls: LoopItem['calls'] = new Map()
  const long = 'x'.repeat(10_000)
  for (const [index, value] of [`${long}1`, `${long}2`, `${long}1`, 'short1', 'short1'].entries())
    await pipe?.(makeRequest({ item: { value, index, isClients: true, calls } }), Scope.root())
  assert.deepEqual(sent, ['1', '2', '1'])
  for (const key of calls.keys()) assert.ok(key.length <= 1024, `a key of ${key.length} characters`)
})

async function issuesOf(endpoint: object): Promise<string[]> {
  const config = configOf({ host: ['http://b:80'], endpoints: [endpoint] })
  const issues = checkBlocks(config, await loadDeclarations(order, config), { isStrict: false })
  return issues.map(({ severity, message }) => `${severity} ${message}`)
}

test('check refuses what nothing fills', async () => {
  const at = (path: string) => ({ url_pattern: '/x', extra_config: { '_gw/request': { path } } })
  const sequence = { proxy: { sequential: true } }
  assert.deepEqual(await issuesOf({ endpoint: '/a/{id}', backend: [at('/{idd}')] }), ['error nothing is called {idd} here'])
  assert.match(
    String(await issuesOf({ endpoint: '/a', backend: [{ url_pattern: '/y' }, at('/{resp0_a}')] })),
    /^error \{resp0_a\} needs "sequential"/,
  )
  const own = await issuesOf({ endpoint: '/a', backend: [{ url_pattern: '/y' }, at('/{resp1_a}')], extra_config: sequence })
  assert.match(String(own), /^error \{resp1_a\} is no earlier step: there are 0 to 0/)
  assert.match(String(await issuesOf({ endpoint: '/a', backend: [at('/{item.a}')] })), /^error \{item\.a\} needs "_gw\/for-each"/)
  assert.deepEqual(
    await issuesOf({ endpoint: '/a', backend: [{ url_pattern: '/y' }, at('/{resp0.headers.ETag}/{{x}}')], extra_config: sequence }),
    [],
  )
})

test('check refuses braces that are none, wherever they stand', async () => {
  const block = { path: '/p/{id', query: { a: ['b}'] }, headers: { 'X-A': '{{x}' }, body: { c: [{ d: '{id' }] } }
  const found = await issuesOf({ endpoint: '/a/{id}', backend: [{ url_pattern: '/x', extra_config: { '_gw/request': block } }] })
  const [open, close] = ['error a "{" is not closed; a brace is written "{{"', 'error a "}" closes nothing; a brace is written "}}"']
  assert.deepEqual(found, [open, close, close, open])
})

test('check refuses what no call can have', () => {
  assert.deepEqual(checkOptions(requestTemplate, { path: '/a\r\nb', headers: { A: 'x\r\ny', B: ['x', 'y\0'], C: null } }), [
    'error path: has a line end or another control character: no such call is made',
    'error headers.A: has a line end, which no header field can have',
    'error headers.B: has a line end, which no header field can have',
  ])
  assert.deepEqual(checkOptions(requestTemplate, { path: 'x', method: 'A B' }), [
    'error method: "A B" is no method',
    'error path: must begin with a slash',
  ])
  assert.match(String(checkOptions(requestTemplate, { path: '/a/../b' })), /error path: has a segment/)
  assert.match(
    String(checkOptions(requestTemplate, { headers: { 'content-length': '1', 'a b': '' } })),
    /belongs to the connection.*is no name/,
  )
})
