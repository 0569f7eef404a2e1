// What `auth/client-credentials` promises: one token for all requests, asked for as KrakenD asks.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { OAuth2Server } from 'oauth2-mock-server'
import { wholeBody } from '../../../engine/body.ts'
import { ConfigError } from '../../../engine/compile/component.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { DEADLINE_EXCEEDED } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import type { BackendRequest, BackendResponse, Sender } from '../../../engine/types.ts'
import { buildFor, checkOptions, makeSite } from '../../../testing/index.ts'
import { clientCredentials } from './index.ts'
import { compileTokenRequests } from './token-request.ts'

const OPTIONS = {
  client_id: 'client',
  client_secret: 'secret',
  token_url: 'http://auth/token',
  scopes: 'read',
  endpoint_params: {},
  is_disabled: false,
}

interface Asked {
  readonly url: string
  readonly authorization: string | undefined
  readonly body: string
}

type Answer = Partial<{ status: number; type: string; body: unknown }>

/** A gateway whose token endpoint gives these answers in turn, the last one for ever. */
function gatewayWith(answers: readonly Answer[], options = {}, extras: object | null = null) {
  const asked: Asked[] = []
  const sent: (string | undefined)[] = []
  const transport: Sender = async (request) => {
    const body = (await request.body.bytes()).toString()
    asked.push({ url: request.origin + request.path, authorization: request.headers.get('Authorization'), body })
    const { status = 200, type = 'application/json', body: answer } = answers[Math.min(asked.length, answers.length) - 1] as Answer
    return responseOf(status, typeof answer === 'string' ? answer : JSON.stringify(answer), type)
  }
  const backend = { status: 200 }
  const layer = buildFor(clientCredentials, { ...OPTIONS, ...options }, siteWith(transport), extras ?? undefined)
  const next: Sender = (request) => {
    sent.push(request.headers.get('Authorization'))
    return Promise.resolve(responseOf(backend.status, '{}', 'application/json'))
  }
  const sender = layer === null ? next : layer(next)
  return {
    asked,
    sent,
    backend,
    send: (scope = Scope.root(), changes: Partial<BackendRequest> = {}) => sender({ ...requestOf(), ...changes }, scope),
  }
}

function siteWith(transport: Sender): Site {
  return makeSite({ transport }, { backend: {} })
}

function requestOf(): BackendRequest {
  const body = { length: 0, inMemory: null, clientMs: 0, stream: () => assert.fail(), bytes: () => assert.fail() }
  return {
    method: 'GET',
    origin: 'http://b',
    path: '/data',
    headers: new HeaderMap(['Authorization', 'Basic mine']),
    body,
    wantsStream: false,
  }
}

function responseOf(statusCode: number, text: string, type: string): BackendResponse {
  return { statusCode, headers: new HeaderMap(['Content-Type', type]), body: Buffer.from(text), url: '' }
}

const good = (token: string, expires = 3600): Answer => ({ body: { access_token: token, token_type: 'bearer', expires_in: expires } })

test('the first request fetches a token, the others use it in place of the client’s', async () => {
  const gateway = gatewayWith([good('t')], {
    client_id: 'i d',
    client_secret: 's&c=r%t',
    scopes: 'a,b',
    endpoint_params: { audience: ['X'] },
  })
  for (let i = 0; i < 3; i++) await gateway.send()
  const authorization = `Basic ${Buffer.from('i+d:s%26c%3Dr%25t').toString('base64')}`
  assert.deepEqual(gateway.asked, [{ url: 'http://auth/token', authorization, body: 'audience=X&grant_type=client_credentials&scope=a+b' }])
  assert.deepEqual(gateway.sent, ['Bearer t', 'Bearer t', 'Bearer t'])
})

test('where a redirect leads to another host, neither the token nor what it stands for goes along', async () => {
  const gateway = gatewayWith([good('t')])
  for (const origin of ['http://b', 'http://b:81', 'https://b', 'http://x.b'])
    await gateway.send(Scope.root(), { origin, redirectedFrom: 'http://b' })
  assert.deepEqual(gateway.sent, ['Bearer t', undefined, undefined, undefined])
})

test('requests at once wait for one fetch', async () => {
  const gateway = gatewayWith([good('t')])
  await Promise.all([gateway.send(), gateway.send(), gateway.send()])
  assert.equal(gateway.asked.length, 1)
})

test('the credentials go into the body when Basic fails, and that is remembered', async () => {
  const gateway = gatewayWith([{ status: 400, body: 'no' }, good('a', 5), good('b')], { client_id: 'i d', client_secret: 'ö+' })
  await gateway.send()
  await gateway.send()
  await gateway.send()
  const body = 'client_id=i+d&client_secret=%C3%B6%2B&grant_type=client_credentials&scope=read'
  assert.deepEqual(
    gateway.asked.map((asked) => [asked.authorization?.slice(0, 6), asked.body]),
    [
      ['Basic ', 'grant_type=client_credentials&scope=read'],
      [undefined, body],
      [undefined, body],
    ],
  )
  assert.deepEqual(gateway.sent, ['Bearer a', 'Bearer b', 'Bearer b'])
})

test('after two failures the next request tries Basic again', async () => {
  const gateway = gatewayWith([{ status: 500, body: 'x' }, { status: 500, body: 'x' }, good('t')])
  await assert.rejects(gateway.send(), {
    message: 'Get "http://b/data": oauth2: cannot fetch token: 500 Internal Server Error\nResponse: x',
  })
  await gateway.send()
  assert.deepEqual(
    gateway.asked.map(({ authorization }) => authorization !== undefined),
    [true, false, true],
  )
  assert.deepEqual(gateway.sent, ['Bearer t'])
})

test('scope among the parameters is an error of every request', async () => {
  const gateway = gatewayWith([good('t')], { endpoint_params: { scope: ['x'] } })
  for (let i = 0; i < 2; i++)
    await assert.rejects(gateway.send(), { message: 'Get "http://b/data": oauth2: cannot overwrite parameter "scope"' })
  assert.equal(gateway.asked.length, 0)
})

test('a token URL that is none is an error of every request', async () => {
  for (const url of ['', 'auth/token', 'ftp://x/'])
    await assert.rejects(gatewayWith([good('t')], { token_url: url }).send(), { code: 'ERR_TOKEN' })
})

test('a 401 of the backend drops the token only where it is asked for', async () => {
  for (const [extras, fetches] of [
    [null, 1],
    [{ drop_token_on_401: false }, 1],
    [{ drop_token_on_401: true }, 2],
  ] as const) {
    const gateway = gatewayWith([good('a'), good('b')], {}, extras)
    gateway.backend.status = 401
    await gateway.send()
    gateway.backend.status = 200
    await gateway.send()
    assert.equal(gateway.asked.length, fetches)
  }
})

test('a request waits for a token no longer than it may', async () => {
  let release = (): void => {}
  const transport: Sender = () =>
    new Promise((resolve) => {
      release = () => resolve(responseOf(200, '{"access_token":"t"}', 'application/json'))
    })
  const next: Sender = (request) => Promise.resolve(responseOf(200, request.headers.get('Authorization') ?? '', ''))
  const sender = buildFor(clientCredentials, OPTIONS, siteWith(transport))?.(next) as Sender
  const scope = Scope.root()
  const waiting = sender(requestOf(), scope)
  scope.end(DEADLINE_EXCEEDED)
  await assert.rejects(waiting, DEADLINE_EXCEEDED)
  const later = sender(requestOf(), Scope.root())
  release()
  assert.equal(wholeBody((await later).body).toString(), 'Bearer t')
})

test('is_disabled leaves no layer behind', async () => {
  const gateway = gatewayWith([good('t')], { is_disabled: true })
  await gateway.send()
  assert.deepEqual(gateway.sent, ['Basic mine'])
})

test('values of a wrong type stop the start', () => {
  const wrong = [
    { client_id: 5 },
    { is_disabled: 'true' },
    { is_disabled: null },
    { scopes: ['a'] },
    { endpoint_params: { a: 'b' } },
    { endpoint_params: { a: [5] } },
    { endpoint_params: 'x' },
  ]
  for (const change of wrong) {
    const site = siteWith(() => assert.fail())
    assert.throws(() => buildFor(clientCredentials, { ...OPTIONS, ...change }, site), ConfigError, JSON.stringify(change))
  }
})

test('token requests: sorted, escaped, with an empty scope, grant_type replaceable', () => {
  const grant = { clientId: '', clientSecret: '', scopes: '', endpointParams: { b: ['x y', 'z'], A: [], grant_type: ['custom'] } }
  const { withBasic, withBody } = compileTokenRequests(grant)
  assert.equal(withBasic.body.toString(), 'b=x+y&b=z&grant_type=custom&scope=')
  assert.equal(withBody.body.toString(), withBasic.body.toString())
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const body = compileTokenRequests({ ...grant, endpointParams: { a: [text] } }).withBody.body.toString()
      assert.match(body, /^a=([\w.~+-]|%[0-9A-F]{2})*&grant_type=client_credentials&scope=$/)
      assert.equal(new URLSearchParams(body).get('a'), text)
    }),
  )
})

test('a real token server gives a token', async () => {
  const server = new OAuth2Server()
  await server.issuer.keys.generate('RS256')
  await server.start(0, '127.0.0.1')
  try {
    const { port } = server.address()
    const transport: Sender = async ({ method, origin, path, headers, body }) => {
      const { fields } = headers
      const pairs = fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1] as string] as [string, string]] : []))
      const response = await fetch(origin + path, { method, headers: pairs, body: new Uint8Array(await body.bytes()) })
      const answered = Buffer.from(await response.arrayBuffer())
      return { statusCode: response.status, headers: HeaderMap.fromRaw([...response.headers].flat()), body: answered, url: '' }
    }
    const options = { ...OPTIONS, token_url: `http://127.0.0.1:${port}/token` }
    const next: Sender = (request) => Promise.resolve(responseOf(200, request.headers.get('Authorization') ?? '', ''))
    const sender = clientCredentials.build(options, siteWith(transport))?.(next) as Sender
    const [first, second] = [await sender(requestOf(), Scope.root()), await sender(requestOf(), Scope.root())]
    assert.match(wholeBody(first.body).toString(), /^Bearer eyJ[\w-]+\.[\w-]+\.[\w-]+$/)
    assert.equal(wholeBody(second.body).toString(), wholeBody(first.body).toString())
  } finally {
    await server.stop()
  }
})

test('check tells what stops the start and what asks in vain', () => {
  assert.deepEqual(checkOptions(clientCredentials, OPTIONS), [])
  assert.deepEqual(checkOptions(clientCredentials, { is_disabled: true }), [])
  assert.deepEqual(checkOptions(clientCredentials, { ...OPTIONS, scopes: ['a'], endpoint_params: { a: 'b' } }), [
    'error scopes: must be a text, not a list',
    'error endpoint_params.a: must be a list, not the text "b"',
  ])
  for (const wrong of [{ token_url: 'ftp://auth/token' }, { token_url: '' }, { endpoint_params: { scope: ['a'] } }]) {
    assert.match(checkOptions(clientCredentials, { ...OPTIONS, ...wrong }).join('|'), /^error : no token can be asked for: /)
  }
})
