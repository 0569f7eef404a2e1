// What `modifier/martian` promises: what each modifier changes, in which direction, and what a mistake in the block means.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import type { Dialect } from '../../../config/types.ts'
import { bodyOf, NO_BODY, wholeBody } from '../../../engine/body.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import type { BackendRequest, BackendResponse } from '../../../engine/types.ts'
import { buildFor, checkOptions, makeSite } from '../../../testing/index.ts'
import { martian } from './index.ts'

interface Passed {
  /** What the backend was asked; null when it was not. */
  readonly asked: BackendRequest | null
  readonly answer: BackendResponse
}

/** Sends a request through a block. Rejects with what goes wrong. */
async function pass(
  block: unknown,
  request: Partial<BackendRequest> = {},
  response: Partial<BackendResponse> = {},
  dialect: Dialect = 3,
): Promise<Passed> {
  let asked: BackendRequest | null = null
  const whole = {
    method: 'GET',
    origin: 'http://h:81',
    path: '/b',
    headers: new HeaderMap(),
    body: NO_BODY,
    wantsStream: false,
    ...request,
  }
  const layer = buildFor(martian, block, makeSite({}, { dialect }))
  const send = (sent: BackendRequest): Promise<BackendResponse> => {
    asked = sent
    const url = sent.origin + sent.path
    return Promise.resolve({ statusCode: 200, headers: new HeaderMap(), body: Buffer.from('{}'), url, ...response })
  }
  const answer = await (layer === null ? send(whole) : layer(send)(whole, Scope.root()))
  return { asked, answer }
}

/** The header fields that the backend is sent. */
async function fieldsOf(block: unknown, fields: string[] = []): Promise<readonly string[] | undefined> {
  return (await pass(block, { headers: new HeaderMap(fields) })).asked?.headers.fields
}
const both = { scope: ['request', 'response'] }
const setX = (value: string) => ({ 'header.Modifier': { name: 'X', value } })
const appendX = (value: string) => ({ 'header.Append': { name: 'X', value } })

describe('headers', () => {
  test('are set, added, deleted and copied, in whatever case they are named', async () => {
    assert.deepEqual(await fieldsOf({ 'header.Modifier': { NAME: 'x', value: 'é' } }, ['X', '1', 'X', '2']), ['X', 'Ã©'])
    assert.deepEqual(await fieldsOf(appendX('2'), ['X', '1']), ['X', '1', 'X', '2'])
    assert.deepEqual(await fieldsOf({ 'header.Blacklist': { names: ['x', 'Y'] } }, ['X', '1', 'Z', '2']), ['Z', '2'])
    assert.deepEqual(await fieldsOf({ 'header.Copy': { from: 'x', to: 'y' } }, ['X', '1', 'X', '2']), ['X', '1', 'X', '2', 'Y', '1'])
    assert.deepEqual(await fieldsOf({ 'header.Copy': { from: 'x', to: 'y' } }), ['Y', ''])
  })
  test('of the request stay as they were for whoever has it', async () => {
    const headers = new HeaderMap(['X', '1'])
    const answered = new HeaderMap(['X', '1'])
    const { asked, answer } = await pass(setX('2'), { headers }, { headers: answered })
    assert.deepEqual([headers.get('X'), answered.get('X'), asked?.headers.get('X'), answer.headers.get('X')], ['1', '1', '2', '2'])
  })
  test('Host is the Host header, of a request alone', async () => {
    const set = { 'header.Modifier': { name: 'host', value: 'virtual' } }
    const { asked, answer } = await pass(set)
    assert.deepEqual([asked?.host, asked?.headers.fields, answer.headers.fields], ['virtual', [], []])
    assert.equal((await pass({ 'header.Blacklist': { names: ['Host'] } })).asked?.host, undefined)
    await assert.rejects(pass({ 'header.Append': { name: 'Host', value: 'x' } }), { message: 'proxyutil: illegal header multiple: Host' })
    assert.deepEqual(await fieldsOf({ 'header.Copy': { scope: ['request'], from: 'Host', to: 'X' } }), ['X', 'h:81'])
  })
  test('Content-Length and Transfer-Encoding are the framing', async () => {
    const length = (value: string) => ({ 'header.Modifier': { scope: ['request'], name: 'content-length', value } })
    assert.deepEqual(await fieldsOf(length('+7')), ['Content-Length', '7'])
    assert.deepEqual(await fieldsOf(length('0'), ['Content-Length', '7']), [])
    await assert.rejects(pass(length('many')), { message: 'strconv.ParseInt: parsing "many": invalid syntax', code: 'ERR_MODIFIER' })
    await assert.rejects(pass(length('9999999999999999999')), { message: /value out of range$/ })
    assert.deepEqual(await fieldsOf({ 'header.Modifier': { name: 'Transfer-Encoding', value: 'chunked' } }, ['Content-Length', '7']), [])
    assert.deepEqual(await fieldsOf({ 'header.Copy': { scope: ['request'], from: 'Content-Length', to: 'X' } }), ['X', '0'])
  })
  test('header.Id makes an identifier unless there is one', async () => {
    const made = await fieldsOf({ 'header.Id': {} })
    assert.match(String(made), /^X-Krakend-Id,[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.deepEqual(await fieldsOf({ 'header.Id': { header: 'x-a' } }, ['X-A', '7']), ['X-A', '7'])
  })
})

describe('URLs', () => {
  const urlAfter = async (block: unknown, path = '/b?z=1&a=2'): Promise<string> => {
    const { asked } = await pass(block, { path })
    return `${asked?.origin}${asked?.path} ${asked?.host ?? ''}`
  }
  test('have their parts replaced, the Host header stays', async () => {
    assert.equal(await urlAfter({ 'url.Modifier': { path: '/ä b' } }), 'http://h:81/%C3%A4%20b?z=1&a=2 ')
    assert.equal(await urlAfter({ 'url.Modifier': { query: 'q' } }), 'http://h:81/b?q ')
    assert.equal(await urlAfter({ 'url.Modifier': { scheme: 'https', host: 'o' } }), 'https://o/b?z=1&a=2 h:81')
    assert.equal(await urlAfter({ 'querystring.Modifier': { name: 'm', value: 'a b' } }), 'http://h:81/b?a=2&m=a+b&z=1 ')
    assert.equal(await urlAfter({ 'port.Modifier': { port: 8080 } }), 'http://h:8080/b?z=1&a=2 h:81')
    assert.equal(await urlAfter({ 'port.Modifier': { remove: true } }), 'http://h/b?z=1&a=2 h:81')
    assert.equal(await urlAfter({ 'port.Modifier': { defaultForScheme: true } }), 'http://h:80/b?z=1&a=2 h:81')
  })
  test('stash.Modifier keeps the URL for the answer', async () => {
    const { asked, answer } = await pass({ 'stash.Modifier': { headerName: 'X-S' } })
    assert.deepEqual([asked?.headers.get('X-S'), answer.headers.get('X-S')], ['http://h:81/b', 'http://h:81/b'])
  })
})

describe('bodies', () => {
  const block = { 'body.Modifier': { contentType: 'text/x', body: Buffer.from('0123456789').toString('base64') } }
  test('are replaced with type and length', async () => {
    const fields = ['Content-Encoding', 'gzip', 'Content-Length', '3']
    const stream = Readable.from(['abc'])
    const { asked, answer } = await pass(
      block,
      { headers: new HeaderMap([...fields]), body: bodyOf(Buffer.from('abc')), wantsStream: true },
      { headers: new HeaderMap([...fields]), body: stream },
    )
    assert.equal(String(await asked?.body.bytes()), '0123456789')
    assert.deepEqual([...(asked?.headers.fields ?? [])].sort(), ['10', 'Content-Length', 'Content-Type', 'text/x'])
    assert.deepEqual([wholeBody(answer.body).toString(), answer.headers.get('Content-Length')], ['0123456789', '10'])
    assert.equal(stream.destroyed, true)
  })
  test('of answers heed ranges', async () => {
    const request = { headers: new HeaderMap(['Range', 'bytes=2-4']) }
    const { answer } = await pass(block, request)
    assert.deepEqual(
      [answer.statusCode, answer.headers.get('Content-Range'), wholeBody(answer.body).toString()],
      [206, 'bytes 2-4/10', '234'],
    )
    assert.equal((await pass(block, { headers: new HeaderMap(['Range', 'bytes=4-2']) })).answer.statusCode, 416)
  })
  test('static.Modifier asks no backend', async () => {
    const { asked, answer } = await pass({ 'static.Modifier': { rootPath: './none' } }, { origin: 'https://h' })
    assert.deepEqual([asked, answer.statusCode, wholeBody(answer.body).toString(), answer.url], [null, 404, '', 'http://h/b'])
  })
  test('status.Modifier changes the status', async () => {
    assert.equal((await pass({ 'status.Modifier': { statusCode: 418 } })).answer.statusCode, 418)
    assert.equal((await pass({ 'status.Modifier': {} })).answer.statusCode, 0)
    assert.equal((await pass({ 'status.Modifier': {} }, { wantsStream: true })).answer.statusCode, 200)
  })
})

describe('filters', () => {
  const branches = { modifier: setX('then'), else: setX('else') }
  const branchOf = async (block: unknown, request: Partial<BackendRequest> = {}): Promise<string | undefined> =>
    (await pass(block, request)).asked?.headers.get('X')

  test('compare headers and cookies', async () => {
    const header = { 'header.Filter': { name: 'a', value: '1', ...branches } }
    assert.equal(await branchOf(header, { headers: new HeaderMap(['A', '2', 'A', '1']) }), 'then')
    assert.equal(await branchOf(header), 'else')
    assert.equal(await branchOf({ 'header.Filter': { name: 'a', ...branches } }, { headers: new HeaderMap(['A', '1']) }), 'else')
    const cookie = { 'cookie.Filter': { name: 'a', value: '1', ...branches } }
    assert.equal(await branchOf(cookie, { headers: new HeaderMap(['Cookie', 'b=2; a="1"']) }), 'then')
    assert.equal(await branchOf(cookie, { headers: new HeaderMap(['Cookie', 'a=2']) }), 'else')
    const regex = { 'header.RegexFilter': { header: 'a', regex: '^ü$', modifier: setX('then') } }
    assert.equal(await branchOf(regex, { headers: new HeaderMap(['A', 'Ã¼']) }), 'then')
    assert.equal(await branchOf(regex, { headers: new HeaderMap(['A', 'x', 'A', 'Ã¼']) }), undefined)
  })
  test('compare URLs', async () => {
    const hostIs = (host: string) => branchOf({ 'url.Filter': { host, ...branches } }, { origin: 'http://a.b.example' })
    const hosts = ['a.b.example', '*.b.example', '*.example', 'a.*.example', '*.a.b.example', 'a.b.*']
    assert.deepEqual(await Promise.all(hosts.map(hostIs)), ['then', 'then', 'else', 'then', 'else', 'then'])
    assert.equal(await branchOf({ 'url.Filter': { path: '/a b', query: 'c', ...branches } }, { path: '/a%20b?c' }), 'then')
    assert.equal(await branchOf({ 'url.RegexFilter': { regex: '^http://h:81/.\\?c$', ...branches } }, { path: '/b?c' }), 'then')
    assert.equal(await branchOf({ 'querystring.Filter': { name: 'a', value: 'x y', ...branches } }, { path: '/b?a=1&a=x+y' }), 'then')
    assert.equal(await branchOf({ 'querystring.Filter': { name: 'a', ...branches } }), 'else')
  })
  test('port.Filter knows default ports, and fails for the answer of a host without one', async () => {
    const filter = (port: number, scope: string[]) => ({ 'port.Filter': { scope, port, modifier: setX('then') } })
    assert.equal(await branchOf(filter(81, ['request'])), 'then')
    assert.equal(await branchOf(filter(443, ['request']), { origin: 'https://h' }), 'then')
    assert.equal(await branchOf(filter(80, ['request'])), undefined)
    await assert.rejects(pass(filter(81, ['response']), { origin: 'http://h' }), { message: 'address h: missing port in address' })
  })
  test('judge answers by their own headers and by the URL that answered', async () => {
    const cookie = { 'cookie.Filter': { scope: ['response'], name: 'a', ...branches } }
    assert.equal((await pass(cookie, {}, { headers: new HeaderMap(['Set-Cookie', 'a=1; Path=/']) })).answer.headers.get('X'), 'then')
    const url = { 'url.RegexFilter': { scope: ['response'], regex: 'elsewhere', ...branches } }
    assert.equal((await pass(url, {}, { url: 'http://elsewhere/' })).answer.headers.get('X'), 'then')
  })
})

describe('groups', () => {
  test('run in order, or by priority', async () => {
    assert.deepEqual(await fieldsOf({ 'fifo.Group': { modifiers: [setX('1'), appendX('2')] } }), ['X', '1', 'X', '2'])
    const modifiers = [-1, 5, 5, 9].map((priority, index) => ({ priority, modifier: appendX(String(index)) }))
    assert.deepEqual(await fieldsOf({ 'priority.Group': { modifiers } }), ['X', '3', 'X', '2', 'X', '1', 'X', '0'])
  })
  test('stop at an error, or collect them', async () => {
    const wrong = { 'header.Append': { scope: ['request'], name: 'Host', value: 'x' } }
    const group = (aggregateErrors: boolean) => ({
      'fifo.Group': { aggregateErrors, modifiers: [wrong, { 'fifo.Group': { modifiers: [wrong] } }] },
    })
    const words = 'proxyutil: illegal header multiple: Host'
    await assert.rejects(pass(group(false)), { message: words })
    await assert.rejects(pass(group(true)), { message: `${words}\n${words}` })
  })
  test('a nested modifier runs where everything around it does', async () => {
    const { asked, answer } = await pass({
      'fifo.Group': { scope: ['request'], modifiers: [{ 'header.Modifier': { ...both, name: 'X', value: '1' } }] },
    })
    assert.deepEqual([asked?.headers.get('X'), answer.headers.get('X')], ['1', undefined])
  })
})

test('verifiers: one does nothing, the others fail', async () => {
  assert.deepEqual(await fieldsOf({ 'header.Verifier': { name: 'X', value: '1' } }), [])
  await assert.rejects(pass({ 'url.Verifier': {} }), { code: 'ERR_MODIFIER' })
  assert.deepEqual(checkOptions(martian, { 'status.Verifier': { statusCode: 200 } }), [
    'warning status.Verifier: works in a Martian proxy alone: every request fails with it',
  ])
})

test('a refused answer lets its stream go', async () => {
  const stream = Readable.from(['x'])
  const block = { 'port.Filter': { scope: ['response'], port: 1, modifier: setX('1') } }
  await assert.rejects(pass(block, { origin: 'http://h' }, { body: stream }))
  assert.equal(stream.destroyed, true)
})

test('one mistake switches everything off, and check says where', async () => {
  const inner = (modifier: unknown) => ({ 'fifo.Group': { modifiers: [setX('1'), modifier] } })
  const mistakes: [unknown, RegExp][] = [
    [
      { ...setX('1'), '@comment': '' },
      /^error : parse: expected one modifier, received 2: header\.Modifier, @comment; no modifier of this block runs$/,
    ],
    [{}, /expected one modifier, received 0/],
    [[setX('1')], /^error : parse: a modifier is an object/],
    [
      inner({ 'header.Modifer': {} }),
      /^error fifo\.Group\.modifiers\[1\]\.header\.Modifer: parse: unknown modifier: header\.Modifer .*header\.Modifier/,
    ],
    [inner({ 'header.Modifier': { name: 5 } }), /^error fifo\.Group\.modifiers\[1\]\.header\.Modifier\.name: /],
    [inner({ 'url.Modifier': both }), /\.scope: parse: invalid scope "response" for modifier/],
    [inner({ 'url.Modifier': { scope: ['x'] } }), /invalid scope: x not in \["request", "response"\]/],
    [inner({ 'body.Modifier': { body: 'a' } }), /illegal base64 data/],
    [inner({ 'url.RegexFilter': { regex: '(', modifier: setX('1') } }), /\.regex: error parsing regexp/],
    [inner({ 'cookie.Modifier': { expires: '2024-02-30T00:00:00Z' } }), /\.expires: "2024-02-30T00:00:00Z" is no time/],
    [inner({ 'port.Modifier': { port: 1, remove: true } }), /Must specify only one of/],
    [inner({ 'stash.Modifier': { scope: ['response'] } }), /specify scope as both request and response/],
    [inner({ 'header.Filter': { name: 'X' } }), /\.modifier: parse: no modifier/],
    [inner({ 'header.Filter': { name: 'X', modifier: setX('1'), Else: null } }), /\.Else: parse: expected one modifier, received 0/],
    [{ 'priority.Group': { modifiers: [{ priority: 1.5, modifier: setX('1') }] } }, /priority: /],
  ]
  for (const [block, expected] of mistakes) {
    assert.match(checkOptions(martian, block)[0] ?? '', expected)
    assert.deepEqual(await fieldsOf(block), [], JSON.stringify(block))
  }
  assert.deepEqual(checkOptions(martian, { 'header.Modifier': { name: 'X', valeu: '1' } }), [
    'warning header.Modifier.valeu: unknown option "valeu", ignored',
  ])
})

test('files of version 2 do not know querystring.*', async () => {
  const block = { 'querystring.Modifier': { name: 'a', value: '1' } }
  assert.equal((await pass(block, {}, {}, 2)).asked?.path, '/b')
  assert.match(checkOptions(martian, block, 2)[0] ?? '', /unknown modifier: querystring\.Modifier/)
  assert.equal((await pass(block)).asked?.path, '/b?a=1')
})
