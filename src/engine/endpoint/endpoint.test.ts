// What an endpoint answers of what its pipe gives: status, header fields and body, and what the log keeps for itself.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import {
  blocksOf,
  configOf,
  endpointWith,
  makeBackendResponse,
  makeConfig,
  makeExchange,
  makeLog,
  makeResponse,
  openInMemory,
} from '../../testing/index.ts'
import { loadEncodings } from '../../encodings/index.ts'
import { Data } from '../data.ts'
import { GatewayError, MergeError } from '../errors.ts'
import { HeaderMap } from '../headers.ts'
import type { Pipe, PipeResponse } from '../types.ts'
import { compileEndpoint, type EndpointInit } from './endpoint.ts'
import { streamWriter } from './write-response.ts'

/** An endpoint with a pipe, and what its log says. */
async function serve(
  pipe: Pipe,
  init: Partial<EndpointInit> = {},
  outputEncoding = 'json',
  cacheTtlMs = 0,
  exchange = makeExchange({ target: '/e' }),
) {
  const encodings = await loadEncodings(new Set([outputEncoding]))
  const log = makeLog()
  const compiled = compileEndpoint({
    endpoint: endpointWith([{}], { path: '/e', outputEncoding, cacheTtlMs }),
    pipe,
    render: encodings.renderFor(outputEncoding, null, 3),
    log,
    versionHeader: 'Version test',
    userAgent: 'KrakenD Version test',
    returnsErrorText: false,
    answers: { byEndpoint: new Map(), otherwise: null },
    mask: null,
    dropsHeader: null,
    stream: null,
    liftsEventStreams: true,
    ...init,
  })
  await compiled.handle(exchange)
  return { exchange, lines: log.lines, text: exchange.answered.body, headers: exchange.responseHeaders, run: compiled.run }
}

const gives =
  (response: Partial<PipeResponse>): Pipe =>
  () =>
    Promise.resolve(makeResponse(response))
const fails =
  (reason: Error): Pipe =>
  () =>
    Promise.reject(reason)

test('an error text that the client reads has no secrets', async () => {
  const mask = (text: string): string => text.replaceAll('s3cret', '***')
  const { text } = await serve(fails(new GatewayError('Get "http://b/?key=s3cret": EOF', { code: 'ERR_BACKEND_UNREACHABLE' })), {
    returnsErrorText: true,
    mask,
  })
  assert.equal(String(text), 'Get "http://b/?key=***": EOF')
})

test('a backend’s status and headers stay inside once its data is decoded, in every encoding', async () => {
  for (const outputEncoding of ['json', 'string', 'xml', 'yaml', 'negotiate', 'json-collection']) {
    const config = makeConfig({ endpoints: [endpointWith([{}], { outputEncoding })] })
    const gateway = await openInMemory(config, {
      backend: () =>
        Promise.resolve(
          makeBackendResponse('{"content":"x"}', {
            statusCode: 201,
            headers: new HeaderMap(['Set-Cookie', 'internal=1', 'X-Internal', 'secret']),
          }),
        ),
    })
    const { statusCode, responseHeaders } = await gateway.ask({ target: '/e' })
    assert.deepEqual(
      [statusCode, responseHeaders.has('Set-Cookie'), responseHeaders.has('X-Internal')],
      [200, false, false],
      outputEncoding,
    )
  }
})

test('an unknown encoding beside the only backend’s no-op passes its answer as it is', async () => {
  const backend = { url_pattern: '/b', host: ['http://b'], encoding: 'no-op' }
  const config = configOf({ endpoints: [{ endpoint: '/e', output_encoding: 'nope', backend: [backend] }] })
  const headers = new HeaderMap(['X-A', '1', 'Content-Type', 'text/q'])
  const gateway = await openInMemory(config, { backend: () => Promise.resolve(makeBackendResponse('tea', { statusCode: 418, headers })) })
  const { statusCode, responseHeaders, answered } = await gateway.ask({ target: '/e' })
  assert.deepEqual([statusCode, responseHeaders.get('X-A'), responseHeaders.get('Content-Type')], [418, '1', 'text/q'])
  assert.equal(String(answered.body), 'tea')
})

test('an XML answer that has no body because an attribute is no text is told in the log', async () => {
  const { exchange, lines } = await serve(gives({ data: Data.of({ b: { '-k': { z: 1 } } }) }), {}, 'xml')
  assert.deepEqual([exchange.statusCode, exchange.answered.body], [200, ''])
  assert.deepEqual(lines, ['ERROR [ENDPOINT: /e] invalid attribute value for: -k'])
})

test('a signer gives none of a backend’s headers, nor its status', async () => {
  const keys = JSON.stringify({ keys: [{ kty: 'oct', kid: 'k', alg: 'HS256', k: Buffer.alloc(32, 1).toString('base64url') }] })
  const signer = { alg: 'HS256', kid: 'k', keys_to_sign: ['token'], jwk_local_path: '/keys.json', disable_jwk_security: true }
  const config = makeConfig({ endpoints: [endpointWith([{}], { extraConfig: blocksOf({ 'auth/signer': signer }) })] })
  const gateway = await openInMemory(config, {
    files: { '/keys.json': keys },
    backend: () =>
      Promise.resolve(
        makeBackendResponse('{"token":{"sub":"x"}}', { statusCode: 201, headers: new HeaderMap(['Set-Cookie', 'internal=1']) }),
      ),
  })
  const { statusCode, responseHeaders, answered } = await gateway.ask({ target: '/e' })
  assert.deepEqual([statusCode, responseHeaders.has('Set-Cookie')], [200, false])
  assert.match(answered.body ?? '', /^\{"token":"[\w-]+\.[\w-]+\.[\w-]+"\}$/)
})

test('header fields of a pipe’s answer are for the client, whatever the encoding, but for those of one connection', async () => {
  const data = Data.of({ content: 'x' })
  const headers = new HeaderMap(['X-A', '1', 'X-A', '2', 'Connection', 'close', 'X-Dropped', '3'])
  for (const outputEncoding of ['json', 'string', 'xml', 'yaml', 'negotiate', 'json-collection', 'no-op']) {
    const { headers: sent } = await serve(gives({ data, headers }), { dropsHeader: (name) => name === 'X-Dropped' }, outputEncoding)
    assert.deepEqual([sent.values('X-A'), sent.has('Connection'), sent.has('X-Dropped')], [['1', '2'], false, false], outputEncoding)
  }
  const typed = { data, headers: new HeaderMap(['Content-Type', 'text/q']) }
  for (const [outputEncoding, type] of [
    ['json', 'text/q'],
    ['xml', 'application/xml'],
  ] as const)
    assert.equal((await serve(gives(typed), {}, outputEncoding)).headers.get('Content-Type'), type)
})

test('only a complete answer with data may be cached', async () => {
  const head = async (response: Partial<PipeResponse>) => {
    const { headers } = await serve(gives(response), {}, 'json', 90_500)
    return [headers.get('X-Krakend-Completed'), headers.get('Cache-Control')]
  }
  const data = Data.of({ a: 1 })
  assert.deepEqual(await head({ data }), ['true', 'public, max-age=90'])
  assert.deepEqual(await head({ data, isComplete: false }), ['false', undefined])
  assert.deepEqual(await head({ data: Data.EMPTY }), ['false', undefined])
  assert.deepEqual(await head({ data: null }), ['false', undefined])
})

test('no-op passes status, header fields and bytes on; what has no type is looked at', async () => {
  const noOp = (response: Partial<PipeResponse>) => serve(gives(response), {}, 'no-op')
  const whole = await noOp({ statusCode: 418, headers: new HeaderMap(['Content-Type', 'a/b']), body: Buffer.from('{}') })
  assert.deepEqual([whole.exchange.statusCode, whole.headers.get('Content-Type'), whole.text], [418, 'a/b', '{}'])
  const bytes = await noOp({ statusCode: 200, body: Buffer.from('<html>') })
  assert.equal(bytes.headers.get('Content-Type'), 'text/html; charset=utf-8')
  const stream = await noOp({ statusCode: 200, body: Readable.from([Buffer.from('<html>'), Buffer.from('x')]) })
  assert.deepEqual([stream.headers.get('Content-Type'), stream.text], ['text/html; charset=utf-8', '<html>x'])
  const empty = await noOp({ statusCode: 204, body: Readable.from([]) })
  assert.deepEqual([empty.exchange.statusCode, empty.headers.has('Content-Type'), empty.text], [204, false, null])
  const without = await noOp({ statusCode: 0, body: null })
  assert.deepEqual([without.exchange.statusCode, without.text], [200, null])
})

test('no-op has no body for HEAD, which is not an empty one', async () => {
  const bodies: (string | null)[] = []
  for (const method of ['HEAD', 'GET']) {
    const exchange = makeExchange({ target: '/e', method })
    await streamWriter({ cacheControl: null, dropsHeader: null, isLive: false })(exchange, makeResponse({ body: Buffer.alloc(0) }))
    bodies.push(exchange.answered.body)
  }
  assert.deepEqual(bodies, [null, ''])
})

test('no-op says no type of bytes that are encoded, as whole or as a stream', async () => {
  const typeOf = async (encoding: string, body: PipeResponse['body']) =>
    (await serve(gives({ headers: new HeaderMap(['Content-Encoding', encoding]), body }), {}, 'no-op')).headers.get('Content-Type')
  for (const encoding of ['gzip', 'br', 'identity']) {
    assert.equal(await typeOf(encoding, Buffer.from('<html>')), undefined)
    assert.equal(await typeOf(encoding, Readable.from([Buffer.from('<html>')])), undefined)
  }
  assert.equal(await typeOf('', Buffer.from('<html>')), 'text/html; charset=utf-8')
})

test('an error answers its own status; its text only where the file asks for it', async () => {
  const refusal = new GatewayError('too many', { code: 'ERR_TEST', statusCode: 429, headers: [['Retry-After', '1']] })
  const silent = await serve(fails(refusal))
  assert.deepEqual([silent.exchange.statusCode, silent.text, silent.headers.get('Retry-After')], [429, null, '1'])
  assert.deepEqual([silent.exchange.failure, silent.lines], [refusal, ['ERROR [ENDPOINT: /e] too many']])
  const told = await serve(fails(refusal), { returnsErrorText: true })
  assert.deepEqual(
    [told.text, told.headers.get('Content-Type'), told.headers.get('X-Krakend-Completed')],
    ['too many', 'text/plain; charset=utf-8', 'false'],
  )
})

test('a text that stays behind has no type', async () => {
  const { headers } = await serve(fails(new GatewayError('x', { code: 'ERR_LUA_CUSTOM', statusCode: 204 })), { returnsErrorText: true })
  assert.equal(headers.has('Content-Type'), false)
})

test('whether an answer is complete is not what its header fields say', async () => {
  const headers = new HeaderMap(['X-Krakend-Completed', 'maybe', 'X-A', '1'])
  const answered = await serve(gives({ data: Data.of({ a: 1 }), headers }))
  assert.deepEqual([answered.headers.values('X-Krakend-Completed'), answered.headers.get('X-A')], [['true'], '1'])
})

test('the text of a bug is not for the client', async () => {
  const { exchange, text, lines } = await serve(fails(new TypeError('oops')), { returnsErrorText: true })
  assert.deepEqual([exchange.statusCode, text], [500, 'internal server error'])
  assert.match(lines.join('\n'), /^ERROR \[ENDPOINT: \/e\] TypeError: oops/)
})

test('the log numbers the errors of a merge and says whose they are; the client reads only their texts', async () => {
  const error = new MergeError([new Error('one'), new Error('two')], ['backend 1, GET http://b/x, after 680 ms'])
  const { lines, text } = await serve(fails(error), { returnsErrorText: true })
  assert.deepEqual(lines, [
    'ERROR [ENDPOINT: /e] Error #0: one (backend 1, GET http://b/x, after 680 ms)',
    'ERROR [ENDPOINT: /e] Error #1: two',
  ])
  assert.equal(text, 'one\ntwo')
})

test('a merge of a file says whose errors they are, without user and password of a host', async () => {
  const backends = [{ hosts: ['http://u:p@one'] }, { hosts: ['http://two', 'http://three'], method: 'POST', urlPattern: '/{{.Id}}' }]
  const gateway = await openInMemory(makeConfig({ endpoints: [endpointWith(backends)] }), {
    backend: () => Promise.reject(new GatewayError('down', { code: 'ERR_TEST' })),
  })
  await gateway.ask({ target: '/e' })
  const errors = gateway.lines.filter((line) => line.startsWith('ERROR')).map((line) => line.replace(/after \d+ ms/, 'after N ms'))
  assert.deepEqual(errors, [
    'ERROR [ENDPOINT: /e] Error #0: down (backend 0, GET http://one/b, after N ms)',
    'ERROR [ENDPOINT: /e] Error #1: down (backend 1, POST /{{.Id}}, after N ms)',
  ])
})

test('the time of an endpoint is no longer counted when its answer cannot be written', async () => {
  const bug = new Error('bug')
  const scopes: boolean[] = []
  const pipe: Pipe = (_request, scope) => {
    scope.onEnd(() => scopes.push(scope.ended))
    return Promise.resolve(makeResponse({ data: Data.of({ a: 1 }) }))
  }
  const render = (): never => {
    throw bug
  }
  const stream = { timeoutMs: 1000, idleMs: 1000, maxMs: 1000, upgrades: [], allowsOrigin: null, dropsHeader: null, warn: () => {} }
  for (const init of [{}, { stream }]) {
    const exchange = makeExchange({ target: '/e' })
    await assert.rejects(serve(pipe, { render, ...init }, 'json', 0, exchange), bug)
    exchange.scope.end()
    assert.deepEqual(scopes, [])
  }
})

test('the time of an endpoint ends what its pipe waits for, and is no longer counted when the answer is there', async () => {
  const scopes: boolean[] = []
  const pipe: Pipe = (_request, scope) => {
    scope.onEnd(() => scopes.push(scope.ended))
    return Promise.resolve(makeResponse({ data: Data.of({ a: 1 }) }))
  }
  const { exchange, run } = await serve(pipe)
  exchange.scope.end()
  assert.deepEqual(scopes, [])
  const late = makeExchange({ target: '/e' })
  const waiting = run(late)
  late.scope.end()
  await waiting
  assert.deepEqual(scopes, [true])
})
