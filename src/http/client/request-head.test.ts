import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, NO_BODY } from '../../engine/body.ts'
import { HeaderMap } from '../../engine/headers.ts'
import type { BackendRequest } from '../../engine/types.ts'
import { type HeadOptions, requestHead } from './request-head.ts'

const OPTIONS: HeadOptions = {
  isProxied: false,
  host: 'h:81',
  authorization: null,
  proxyAuthorization: null,
  asksForGzip: true,
  closes: false,
}

function head(request: Partial<BackendRequest> & { fields?: string[] }, options: Partial<HeadOptions> = {}): string {
  const whole = { method: 'GET', origin: 'http://h:81', path: '/p?q', body: NO_BODY, wantsStream: false, ...request }
  return requestHead({ ...whole, headers: new HeaderMap(request.fields ?? []) }, { ...OPTIONS, ...options }).text
}

test('what Go adds', () => {
  assert.equal(head({}), 'GET /p?q HTTP/1.1\r\nHost: h:81\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n')
})

test('what the request brings stays as it is', () => {
  const text = head({ fields: ['User-Agent', 'me', 'x-lower', 'é', 'X-A', '1', 'X-A', '2', 'Accept-Encoding', 'br'] })
  assert.equal(text, 'GET /p?q HTTP/1.1\r\nHost: h:81\r\nUser-Agent: me\r\nx-lower: é\r\nX-A: 1\r\nX-A: 2\r\nAccept-Encoding: br\r\n\r\n')
})

test('gzip is not asked for with Range, with HEAD, or when compression is off', () => {
  assert.doesNotMatch(head({ fields: ['Range', 'bytes=0-1'] }), /gzip/)
  assert.doesNotMatch(head({ method: 'HEAD' }), /gzip/)
  assert.doesNotMatch(head({}, { asksForGzip: false }), /gzip/)
})

test('a host of its own stands in the Host header, and in the target for a proxy', () => {
  assert.match(head({ host: 'virtual.example:8' }), /^GET \/p\?q HTTP\/1\.1\r\nHost: virtual\.example:8\r\n/)
  assert.match(head({ host: 'virtual.example' }, { isProxied: true }), /^GET http:\/\/virtual\.example\/p\?q HTTP/)
  assert.match(head({}, { isProxied: true }), /^GET http:\/\/h:81\/p\?q HTTP/)
  assert.throws(() => head({ host: 'h\r\nX: 1' }), { message: 'http: invalid Host header' })
  assert.throws(() => head({ host: 'h/path' }), { message: 'http: invalid Host header' })
})

test('an empty User-Agent means none', () => {
  assert.doesNotMatch(head({ fields: ['User-Agent', ''] }), /User-Agent/)
})

test('fields of a connection never leave, in whatever case', () => {
  const fields = [
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Te',
    'Upgrade',
    'Http2-Settings',
    'Proxy-Authorization',
    'Proxy-Authenticate',
    'Transfer-Encoding',
    'Trailer',
    'host',
    'expect',
  ]
  assert.equal(head({ fields: fields.flatMap((name) => [name, 'x']) }), head({}))
})

test('the spelling of the file stands on the wire, and changes no rule', () => {
  const spellings = new Map([
    ['User-Agent', 'user-agent'],
    ['Range', 'range'],
    ['X-A', 'x-a'],
  ])
  assert.equal(
    head({ fields: ['User-Agent', 'me', 'Range', 'bytes=0-1', 'X-A', '1', 'X-B', '2'], spellings }),
    'GET /p?q HTTP/1.1\r\nHost: h:81\r\nuser-agent: me\r\nrange: bytes=0-1\r\nx-a: 1\r\nX-B: 2\r\n\r\n',
  )
})

test('lengths: none, zero, announced, chunked', () => {
  const body = bodyOf(Buffer.from('abc'))
  assert.match(head({ method: 'POST' }), /Content-Length: 0\r\n/)
  assert.doesNotMatch(head({ method: 'DELETE', fields: ['Content-Length', '0'] }), /Content-Length/)
  assert.match(head({ method: 'POST', body }), /Transfer-Encoding: chunked\r\n\r\n$/)
  assert.match(head({ body }), /^GET .*Transfer-Encoding: chunked\r\n\r\n$/s)
  assert.match(head({ method: 'POST', body, fields: ['Content-Length', '3'] }), /Content-Length: 3\r\n\r\n$/)
  for (const fields of [
    ['Content-Length', '3', 'Content-Length', '3'],
    ['Content-Length', 'x'],
    ['Content-Length', ''],
  ]) {
    const text = head({ method: 'POST', body, fields })
    assert.match(text, /Transfer-Encoding: chunked/)
    assert.doesNotMatch(text, /Content-Length/)
  }
})

test('nothing breaks out of its field', () => {
  for (const value of ['a\r\nb: c', 'a\nb', 'a\u0000', '\u007f'])
    assert.throws(() => head({ fields: ['X', value] }), /invalid header field value for "X"/)
  for (const name of ['a b', 'a:', '', 'a\r\nb', 'é']) assert.throws(() => head({ fields: [name, 'x'] }), /invalid header field name/)
  for (const path of ['/a b', '/a\r\nb', '/\u0000']) assert.throws(() => head({ path }), /invalid control character/)
  for (const method of ['', 'GET /x', 'G\r\nT']) assert.throws(() => head({ method }), /invalid method/)
  // The low byte of U+010A is a line feed.
  assert.match(head({ fields: ['X', '\u010a'] }), /X: \u00c4\u008a\r\n/)
})

test('credentials of the host, unless the request has its own', () => {
  const options = { authorization: 'Basic eA==' }
  assert.match(head({}, options), /Authorization: Basic eA==\r\n/)
  assert.doesNotMatch(head({ fields: ['Authorization', 'Bearer y'] }, options), /Basic/)
})
