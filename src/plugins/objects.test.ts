// What plugins see of requests and responses: written once, checked, sealed, and no digit lost.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { bodyOf } from '../engine/body.ts'
import { Data } from '../engine/data.ts'
import { HeaderMap } from '../engine/headers.ts'
import { verifiedClaims } from '../engine/ports.ts'
import { Scope } from '../engine/scope.ts'
import { encodeJson } from '../json/write.ts'
import { JsonNumber } from '../json/types.ts'
import { makeBackendRequest, makeRequest, makeResponse } from '../testing/index.ts'
import { EndpointRequest } from './endpoint-request.ts'
import { headersFrom, LightHeaders, SEALED } from './headers.ts'
import { HttpError } from './http-error.ts'
import { parseJson, stringifyJson, toJsonValue, toPluginValue } from './json-values.ts'
import { lackingParams, paramNamesOf } from './params.ts'
import { DataResponse, RawResponse } from './response.ts'
import { WireRequest } from './wire-request.ts'

const OPEN = { assertOpen() {} }
const CONTEXT = { maxBody: 10, paramNames: paramNamesOf('/users/{user_id}/{*rest}') }

function endpointRequest(overrides: Parameters<typeof makeRequest>[0] = {}, scope = Scope.root()): EndpointRequest {
  return new EndpointRequest(makeRequest(overrides), scope, CONTEXT)
}

describe('headers', () => {
  test('a plugin counts on the parameters of its endpoint’s pattern, and on those that the gateway makes', () => {
    assert.deepEqual(lackingParams(['id', 'rest', 'JWT.sub', 'resp0_x', 'other'], '/users/{id}/{*rest}'), ['other'])
    assert.deepEqual(lackingParams(['JWT.sub'], null), ['JWT.sub'])
  })

  test('names in any case, values in lists, iterated in canonical form', () => {
    const map = new HeaderMap(['Accept', 'a', 'Accept', 'b', 'Set-Cookie', 'x=1', 'Set-Cookie', 'y=2'])
    const headers = new LightHeaders(map, OPEN)
    assert.equal(headers.get('aCCEPT'), 'a, b')
    assert.equal(headers.get('none'), null)
    assert.deepEqual(headers.getSetCookie(), ['x=1', 'y=2'])
    headers.set('x-many', ['1', '2'])
    headers.delete('accept')
    assert.deepEqual([...headers].slice(-2), [
      ['X-Many', '1'],
      ['X-Many', '2'],
    ])
    assert.deepEqual(map.values('Accept'), ['a', 'b'], 'what was given is not written to')
  })
  test('what cannot stand on the wire is a TypeError', () => {
    const headers = new LightHeaders(null, OPEN)
    for (const [name, value] of [
      ['a b', 'x'],
      ['', 'x'],
      ['X', 'a\r\nB: c'],
      ['X', 'a\0'],
      ['X', 'ł'],
    ] as const) {
      assert.throws(() => headers.set(name, value), TypeError)
      assert.throws(() => headers.append(name, value), TypeError)
    }
    headers.set('X', 'é')
    assert.equal(headers.get('X'), 'é')
  })
  test('fields of one connection and lengths are the gateway’s own', () => {
    const headers = headersFrom([
      ['Content-Length', '5'],
      ['transfer-encoding', 'chunked'],
      ['Connection', 'close'],
      ['X', '1'],
    ])
    assert.deepEqual(headers.fields, ['X', '1'])
  })
  test('what is sealed refuses every write', () => {
    const headers = new LightHeaders(new HeaderMap(['A', '1']), SEALED)
    assert.throws(() => headers.set('A', '2'), TypeError)
    assert.throws(() => headers.delete('A'), TypeError)
    assert.equal(headers.get('a'), '1')
  })
})

describe('numbers', () => {
  test('integers that a double cannot hold are bigint, decimals are doubles', () => {
    assert.deepEqual(parseJson('{"a":12345678901234567890,"b":1.5,"c":-9007199254740993,"d":1e3}'), {
      a: 12345678901234567890n,
      b: 1.5,
      c: -9007199254740993n,
      d: 1000,
    })
    assert.equal(stringifyJson({ a: 12345678901234567890n, b: [1n] }), '{"a":12345678901234567890,"b":[1]}')
  })
  test('any JSON survives a round through a plugin', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        assert.deepEqual(parseJson(stringifyJson(parseJson(text))), JSON.parse(text))
      }),
    )
  })
  test('any integer keeps its digits', () => {
    fc.assert(
      fc.property(fc.bigInt(), (integer) => {
        const text = `{"n":${integer}}`
        assert.equal(stringifyJson(parseJson(text)), text)
      }),
    )
  })
  test('values are written by the rules of JSON.stringify', () => {
    const value = { date: new Date(0), none: undefined, list: [undefined, NaN], fn() {}, nested: { x: undefined }, map: new Map([[1, 2]]) }
    assert.equal(stringifyJson(value), JSON.stringify(value))
    assert.equal(stringifyJson(undefined), 'null')
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    assert.throws(() => stringifyJson(cycle), /a cycle/)
  })
  test('what a plugin holds is not changed, and nothing of the gateway’s is shared', () => {
    const held = { big: 12345678901234567890n, inner: { a: 1 } }
    toJsonValue(held)
    assert.equal(held.big, 12345678901234567890n)
    const source = { inner: { a: 1 }, big: new JsonNumber('12345678901234567890') }
    const copy = toPluginValue(source) as { inner: { a: number } }
    copy.inner.a = 2
    assert.equal(source.inner.a, 1)
  })
  test('__proto__ is a key like any other', () => {
    const data = parseJson('{"__proto__":{"polluted":12345678901234567890}}') as object
    assert.ok(Object.hasOwn(data, '__proto__'))
    assert.equal(({} as { polluted?: unknown }).polluted, undefined)
    assert.equal(stringifyJson(data), '{"__proto__":{"polluted":12345678901234567890}}')
  })
})

describe('a request', () => {
  test('goes on as it came when nothing was written', () => {
    const base = makeRequest({ params: new Map([['User_id', '1']]), query: new Map([['q', ['1']]]) })
    const request = new EndpointRequest(base, Scope.root(), CONTEXT)
    void [request.params, request.headers, request.query, request.url, request.body]
    assert.equal(request.toRequest(), base)
  })
  test('has parameters by the names of the pattern, without anything inherited', () => {
    const params = new Map([
      ['User_id', '1'],
      ['Rest', '/a'],
      ['JWT.sub', 's'],
      ['Resp0_id', '2'],
    ])
    const request = endpointRequest({ params })
    assert.deepEqual({ ...request.params }, { user_id: '1', rest: '/a', 'JWT.sub': 's', resp0_id: '2' })
    assert.equal(request.params['constructor'], undefined)
    request.params['user_id'] = '7'
    delete request.params['rest']
    request.params['__proto__'] = 'p'
    const written = request.toRequest().params
    assert.deepEqual([written.get('User_id'), written.has('Rest'), written.get('__proto__')], ['7', false, 'p'])
  })
  test('is sealed when it goes on: every later write says what to do', () => {
    const request = endpointRequest({ params: new Map([['User_id', '1']]) })
    void request.params
    request.seal()
    for (const write of [
      () => request.headers.set('A', '1'),
      () => request.query.set('a', '1'),
      () => (request.body = 'x'),
      () => (request.url = '/y'),
      () => (request.params['user_id'] = '2'),
      () => request.setData({}),
    ])
      assert.throws(write, new TypeError('the request has been sent on: use request.with({…})'))
    const copy = request.with({ headers: { 'X-A': ['1', '2'] }, params: { user_id: '2' }, data: { a: 1 } })
    assert.equal(copy.headers.get('x-a'), '1, 2')
    assert.equal(copy.headers.get('Content-Type'), 'application/json')
    assert.equal(copy.params['user_id'], '2')
    assert.equal(request.params['user_id'], '1')
  })
  test('changes of the query appear in the URL, and another URL has another query', () => {
    const request = new WireRequest(makeBackendRequest('http://h', '/p?a=1&b=%20'), Scope.root(), CONTEXT)
    request.query.append('a', 'x y')
    assert.equal(request.url, 'http://h/p?a=1&a=x+y&b=+')
    request.url = 'https://other/q?c=3#fragment'
    assert.deepEqual([...request.query], [['c', '3']])
    assert.deepEqual([request.path, request.toRequest().origin, request.toRequest().path], ['/q', 'https://other', '/q?c=3'])
  })
  test('a body that was read goes on; above max_body it is a 413, what is no JSON a 400', async () => {
    const request = endpointRequest({ body: bodyOf(Buffer.from('{"a":1}')) })
    assert.deepEqual(await request.json(), { a: 1 })
    assert.equal(await request.text(), '{"a":1}')
    assert.equal((await request.toRequest().body.bytes()).toString(), '{"a":1}')
    await assert.rejects(endpointRequest({ body: bodyOf(Buffer.alloc(11)) }).bytes(), (error: HttpError) => error.status === 413)
    await assert.rejects(endpointRequest({ body: bodyOf(Buffer.from('{')) }).json(), (error: HttpError) => error.status === 400)
    const streamed = endpointRequest()
    streamed.body = Readable.from([Buffer.alloc(6), Buffer.alloc(6)])
    await assert.rejects(streamed.bytes(), (error: HttpError) => error.status === 413)
  })
  test('a stream that was read is taken: it goes on only with another body', async () => {
    const request = endpointRequest({ body: bodyOf(Buffer.from('abc')) })
    request.assertWhole()
    const { body } = request
    request.assertWhole()
    assert.equal(Buffer.concat(await Array.fromAsync(body as ReadableStream<Uint8Array>)).toString(), 'abc')
    assert.throws(() => request.assertWhole(), { code: 'ERR_BODY_TAKEN' })
    await assert.rejects(request.bytes(), { code: 'ERR_BODY_TAKEN' })
    request.body = 'new'
    request.assertWhole()
  })
  test('is a web Request, and a web Request is one', async () => {
    const request = endpointRequest({
      path: '/a b',
      method: 'POST',
      body: bodyOf(Buffer.from('abc')),
      headers: new HeaderMap(['X-A', '1']),
    })
    const web = request.toWeb()
    assert.deepEqual([web.url, web.method, web.headers.get('x-a')], ['http://localhost/a%20b', 'POST', '1'])
    const back = request.fromWeb(new Request(web, { headers: { 'X-B': '2' } }))
    assert.equal(back.headers.get('X-B'), '2')
    assert.equal((await back.bytes()).toString(), 'abc')
    assert.throws(() => request.assertWhole(), { code: 'ERR_BODY_TAKEN' })
  })
  test('knows the verified claims, frozen to the last member, and shares state', () => {
    const scope = Scope.root()
    const request = endpointRequest({}, scope)
    assert.equal(request.claims, null)
    assert.equal(request.client, null)
    verifiedClaims.set(scope, { sub: 'a', roles: ['x'], big: new JsonNumber('12345678901234567890') })
    const claims = request.claims as unknown as { roles: string[]; big: bigint }
    assert.equal(claims.big, 12345678901234567890n)
    assert.throws(() => claims.roles.push('admin'), TypeError)
    assert.equal(request.claims, claims)
    request.state.set('k', 1)
    assert.equal(endpointRequest({}, scope.child()).state.get('k'), 1)
    assert.equal(endpointRequest({}, scope.apart()).state.has('k'), false)
  })
})

describe('a response', () => {
  const init = { maxBody: 10, backend: null }
  test('of data stays bytes until somebody reads it', () => {
    const source = makeResponse({ data: Data.of({ a: { b: 1 } }) })
    const response = new DataResponse(source, init)
    assert.equal(response.isDataRead, false)
    response.data.a.b = 2
    assert.equal(encodeJson(response.writtenData()), '{"a":{"b":2}}')
    assert.equal(encodeJson(source.data?.object ?? null), '{"a":{"b":1}}', 'the gateway’s own is not changed')
    assert.throws(() => (response.body = 'x'), TypeError)
  })
  test('of data is bounded as text, whether it was read or not', async () => {
    const text = async (given: object, changed?: object): Promise<string> => {
      const response = new DataResponse(makeResponse({ data: Data.of(given as never) }), init)
      if (changed !== undefined) response.data = changed
      return response.text()
    }
    assert.equal(await text({ a: 1 }), '{"a":1}')
    assert.equal(await text({ a: 'too long' }, { b: 2 }), '{"b":2}')
    await assert.rejects(text({ a: 'too long' }), { code: 'ERR_PLUGIN_BODY' })
    await assert.rejects(text({ a: 1 }, { b: 'too long' }), { code: 'ERR_PLUGIN_BODY' })
  })
  test('has a status from 200 to 599', () => {
    const response = new DataResponse(makeResponse(), init)
    assert.equal(response.status, 200)
    for (const status of [199, 600, 200.5, '200' as unknown as number]) assert.throws(() => (response.status = status), TypeError)
  })
  test('of bytes keeps them when they are read, and bounds them', async () => {
    const raw = (body: Readable | string) =>
      new RawResponse(null, body, { ...init, status: 200, headers: new HeaderMap(['Content-Length', '3']), complete: true, error: null })
    const response = raw(Readable.from([Buffer.from('abc')]))
    assert.equal(await response.text(), 'abc')
    assert.equal(await response.text(), 'abc')
    await assert.rejects(raw(Readable.from([Buffer.alloc(11)])).bytes(), { code: 'ERR_PLUGIN_BODY' })
    response.body = 'new'
    assert.deepEqual([response.headers.has('Content-Length'), response.headers.get('Content-Type')], [false, 'text/plain; charset=utf-8'])
    assert.equal(response.data, undefined)
    assert.throws(() => (response.data = {}), TypeError)
    assert.equal(await response.toWeb().text(), 'new')
    await assert.rejects(response.bytes(), { code: 'ERR_BODY_TAKEN' })
  })
})
