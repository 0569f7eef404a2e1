// The signer as an endpoint sees it: objects out of the pipe become tokens, whatever goes wrong becomes a status without a body.

import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import type { Site } from '../../../engine/compile/component.ts'
import { Data } from '../../../engine/data.ts'
import { GatewayError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { JsonNumber } from '../../../json/types.ts'
import type { JsonObject } from '../../../json/types.ts'
import type { PipeResponse } from '../../../engine/types.ts'
import { readOptions } from '../../../schema/read-options.ts'
import { answerOf, makeExchange, makeLog, makeResponse, makeSite } from '../../../testing/index.ts'
import type { RecordedExchange } from '../../../testing/index.ts'
import { signerOptions } from './options.ts'
import { buildSigner } from './signer.ts'

const SECRET = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const KEYS = {
  keys: [
    { kty: 'oct', kid: 'sim2', k: SECRET },
    { kty: 'oct', k: SECRET },
    { ...rsa.privateKey.export({ format: 'jwk' }), kid: 'private' },
    { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'public' },
    { ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }), kid: 'p384' },
  ],
}
const KEY_FILE = join(mkdtempSync(join(tmpdir(), 'auth-jose-')), 'jwks.json')
writeFileSync(KEY_FILE, JSON.stringify(KEYS))

const CLAIMS = {
  aud: 'http://api.example.com',
  iss: 'https://krakend.io',
  sub: '1234567890qwertyuio',
  jti: 'mnb23vcsrt756yuiomnbvcx98ertyuiop',
  roles: ['role_y'],
  exp: 1735689600,
}
const TOKEN =
  'eyJhbGciOiJIUzI1NiIsImtpZCI6InNpbTIiLCJ0eXAiOiJKV1QifQ.eyJhdWQiOiJodHRwOi8vYXBpLmV4YW1wbGUuY29tIiwiZXhwIjoxNzM1Njg5NjAwLCJpc3MiOiJodHRwczovL2tyYWtlbmQuaW8iLCJqdGkiOiJtbmIyM3Zjc3J0NzU2eXVpb21uYnZjeDk4ZXJ0eXVpb3AiLCJyb2xlcyI6WyJyb2xlX3kiXSwic3ViIjoiMTIzNDU2Nzg5MHF3ZXJ0eXVpbyJ9.zkfOW6Fsd0DzhYTXjc_SA3oOv2mG76JZTAvRaVibPNA'

function responseWith(data: JsonObject | null, more: Partial<PipeResponse> = {}): PipeResponse {
  return makeResponse({ data: data && Data.of(data), ...more })
}

interface Endpoint {
  readonly log: ReturnType<typeof makeLog>
  readonly clock: { nowMs: number }
  readonly started: Promise<void>
  ask(): Promise<RecordedExchange>
}

function endpointWith(block: Record<string, unknown>, response: PipeResponse | Error, overrides: Partial<Site> = {}): Endpoint {
  const base = { alg: 'HS256', kid: 'sim2', keys_to_sign: ['access_token'], jwk_local_path: KEY_FILE, disable_jwk_security: true }
  const options = readOptions(signerOptions, { ...base, ...block }, 'struct').value ?? assert.fail()
  const log = makeLog()
  const clock = { nowMs: 0 }
  let started: Promise<void> = Promise.resolve()
  const site = makeSite({
    label: '[ENDPOINT: /token]',
    log,
    runPipe: () => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response)),
    waitFor: (something) => void (started = something),
    clock: { now: () => clock.nowMs, steady: () => clock.nowMs },
    ...overrides,
  })
  const handle = buildSigner(options, site)(() => assert.fail('the inner handler must not run'))
  const ask = (): Promise<RecordedExchange> => answerOf(handle, makeExchange())
  return { log, clock, started, ask }
}

async function bodyOf(block: Record<string, unknown>, data: JsonObject, overrides: Partial<Site> = {}): Promise<unknown> {
  return JSON.parse((await endpointWith(block, responseWith(data), overrides).ask()).answered.body ?? '')
}

test("KrakenD's own example", async () => {
  const exchange = await endpointWith({}, responseWith({ access_token: CLAIMS, other: 1 })).ask()
  assert.equal(exchange.statusCode, 200)
  assert.deepEqual(exchange.responseHeaders.fields, ['Content-Type', 'application/json; charset=utf-8'])
  assert.deepEqual(JSON.parse(exchange.answered.body ?? ''), { access_token: TOKEN, other: 1 })
})

test('full puts the parts into a text', async () => {
  const [header, payload, signature] = TOKEN.split('.')
  assert.deepEqual(await bodyOf({ full: true }, { access_token: CLAIMS }), {
    access_token: `{"payload":"${payload}","protected":"${header}","signature":"${signature}"}`,
  })
})

test('only objects under the listed names are signed', async () => {
  const data = { a: { x: 1 }, b: {}, list: [{ x: 1 }], number: 1, text: 't', nothing: null, c: { x: 1 } }
  const signed = await bodyOf({ keys_to_sign: ['a', 'b', 'missing', 'list', 'number', 'text', 'nothing', 'a.x'] }, data)
  const header = 'eyJhbGciOiJIUzI1NiIsImtpZCI6InNpbTIiLCJ0eXAiOiJKV1QifQ'
  assert.deepEqual(signed, {
    ...data,
    a: `${header}.eyJ4IjoxfQ.fm1kl4lbEtbAPNXZU5Lsz1BNDB_cqO5-OOV7jCiJAmE`,
    b: `${header}.e30.XeyIsjkYYug3aLmRg3EaVU-sbn17NFJaUn8-FE_f38E`,
  })
})

test('the payload is sorted, escaped as Go does, and its numbers keep their text', async () => {
  const data = { access_token: { z: '<&>', a: { c: 1, b: 2 }, n: new JsonNumber('12345678901234567890') } }
  const { access_token: signed } = (await bodyOf({}, data)) as { access_token: string }
  const payload = Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString()
  assert.equal(payload, '{"a":{"b":2,"c":1},"n":12345678901234567890,"z":"\\u003c\\u0026\\u003e"}')
})

test('typ, and none of it for version-2 files', async () => {
  const headerOf = async (block: Record<string, unknown>, overrides: Partial<Site> = {}): Promise<string> => {
    const { access_token: signed } = (await bodyOf(block, { access_token: {} }, overrides)) as { access_token: string }
    return Buffer.from(signed.split('.')[0] ?? '', 'base64url').toString()
  }
  const legacy = { config: { dialect: 2 } as Site['config'] }
  assert.equal(await headerOf({ typ: 'at+jwt' }), '{"alg":"HS256","kid":"sim2","typ":"at+jwt"}')
  assert.equal(await headerOf({ typ: '' }), '{"alg":"HS256","kid":"sim2","typ":"JWT"}')
  assert.equal(await headerOf({ kid: '' }), '{"alg":"HS256","kid":"","typ":"JWT"}')
  assert.equal(await headerOf({}, legacy), '{"alg":"HS256","kid":"sim2"}')
  assert.equal(await headerOf({ typ: 'x' }, legacy), '{"alg":"HS256","kid":"sim2","typ":"x"}')
})

test('private keys sign', async () => {
  const { access_token: signed } = (await bodyOf({ alg: 'RS256', kid: 'private' }, { access_token: CLAIMS })) as { access_token: string }
  const at = signed.lastIndexOf('.')
  assert.ok(verify('sha256', Buffer.from(signed.slice(0, at)), rsa.publicKey, Buffer.from(signed.slice(at + 1), 'base64url')))
})

test('status and first values of headers come from the pipe; a stream is dropped', async () => {
  const body = Readable.from(['raw'])
  const headers = HeaderMap.fromRaw([
    'X-A',
    '1',
    'X-A',
    '2',
    'Content-Length',
    '3',
    'Content-Type',
    'text/plain',
    'Content-Encoding',
    'gzip',
  ])
  const exchange = await endpointWith({}, responseWith({}, { statusCode: 201, headers, body })).ask()
  assert.deepEqual([exchange.statusCode, exchange.answered.body], [201, '{}'])
  assert.deepEqual(exchange.responseHeaders.fields, ['X-A', '1', 'Content-Type', 'application/json; charset=utf-8'])
  assert.equal(body.destroyed, true)
  assert.equal((await endpointWith({}, responseWith(null)).ask()).answered.body, 'null')
})

test('errors of the pipe, parts of an answer and signatures that fail are a 400 without a body', async () => {
  for (const [endpoint, said] of [
    [endpointWith({}, new GatewayError('invalid status code', { code: 'ERR_STATUS' })), 'Proxy response: invalid status code'],
    [endpointWith({}, responseWith({ access_token: CLAIMS }, { isComplete: false, error: new Error('half') })), 'Proxy response: half'],
    [endpointWith({ alg: 'ES256', kid: 'p384' }, responseWith({ access_token: CLAIMS })), 'Signing fields: '],
  ] as const) {
    const exchange = await endpoint.ask()
    assert.deepEqual([exchange.statusCode, exchange.answered.body, exchange.responseHeaders.fields], [400, null, []])
    assert.ok(endpoint.log.lines.at(-1)?.startsWith(`ERROR [ENDPOINT: /token][JWTSigner] ${said}`), endpoint.log.lines.join('; '))
  }
})

test('a signer that cannot be made answers 401 and says why', async () => {
  for (const [block, message] of [
    [{ kid: 'nope' }, 'key "nope" not found in the key set'],
    [{ alg: 'HS257' }, 'JOSE: unknown algorithm HS257'],
    [{ alg: 'RS256', kid: 'public' }, 'go-jose/go-jose: unsupported key type/format'],
    [{ alg: 'RS256' }, 'go-jose/go-jose: unsupported key type/format'],
    [{ disable_jwk_security: false }, 'JWK client is using an insecure connection to the JWK service'],
    [{ jwk_local_path: '/nope' }, 'open /nope: no such file or directory'],
    [{ cypher_key: '?' }, 'cypher_key must be base64'],
  ] as const) {
    const endpoint = endpointWith(block, responseWith({ access_token: CLAIMS }))
    assert.equal((await endpoint.ask()).statusCode, 401)
    assert.deepEqual(endpoint.log.lines, [`ERROR [ENDPOINT: /token][JWTSigner] Unable to create the signer: ${message}`])
  }
})

test('keys from a URL: the start waits for them, and a failed download is repeated later', async () => {
  let isUp = false
  const server = http.createServer((request, response) => {
    if (isUp) response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(KEYS))
    else request.socket.destroy()
  })
  after(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwk`
  const endpoint = endpointWith({ jwk_local_path: '', jwk_url: url }, responseWith({ access_token: CLAIMS }))
  await endpoint.started
  assert.match(endpoint.log.lines[0] ?? '', /^ERROR \[ENDPOINT: \/token\]\[JWTSigner\] Unable to create the signer: /)
  isUp = true
  assert.equal((await endpoint.ask()).statusCode, 401)
  endpoint.clock.nowMs += 5000
  assert.equal((await endpoint.ask()).statusCode, 200)
  assert.equal((await endpoint.ask()).statusCode, 200)
  server.closeAllConnections()
})
