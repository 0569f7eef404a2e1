// What the tests of the validator share: keys, tokens, an endpoint without a gateway, a key server. Has no tests itself.

import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { EndpointConfig } from '../../../config/types.ts'
import type { Site } from '../../../engine/compile/component.ts'
import type { Handler } from '../../../engine/types.ts'
import { readOptions } from '../../../schema/read-options.ts'
import { answerOf, makeExchange, makeLog, makeSite } from '../../../testing/index.ts'
import type { RecordedExchange } from '../../../testing/index.ts'
import { validatorOptions } from './options.ts'
import type { ValidatorOptions } from './options.ts'
import { issuersOptions } from './issuers/issuer-options.ts'
import { type Issuer, namedIssuers, nameIssuers, openAccepted } from './issuers/open-issuer.ts'
import { buildValidator } from './validator.ts'

export const SECRET = Buffer.from('AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow', 'base64url')
export const HEADER = { alg: 'HS256', kid: 'sim2' }
export const C0 = {
  aud: 'http://api.example.com',
  exp: 2051882755,
  iss: 'https://krakend.io',
  jti: 'mnb23vcsrt756yuiomnbvcx98ertyuiop',
  roles: ['role_a', 'role_b'],
  sub: '1234567890qwertyuio',
}
const CONSTRAINTS = { audience: ['http://api.example.com'], issuer: 'https://krakend.io', roles_key: 'roles', roles: ['role_a', 'role_c'] }

export const folder = mkdtempSync(join(tmpdir(), 'auth-jose-'))
export const KEY_FILE = join(folder, 'jwks.json')
export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const RSA_FILE = join(folder, 'rsa.json')
writeFileSync(KEY_FILE, JSON.stringify({ keys: [{ kty: 'oct', kid: 'sim2', k: SECRET.toString('base64url') }] }))
writeFileSync(RSA_FILE, JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'r1' }] }))

export function token(claims: unknown, header: unknown = HEADER, secret: Buffer | KeyObject = SECRET): string {
  const input = [header, claims]
    .map((part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

function optionsOf(block: Record<string, unknown>): ValidatorOptions {
  return readOptions(validatorOptions, block, 'struct').value ?? assert.fail('the block does not decode')
}

interface Endpoint {
  readonly site: Site & { log: ReturnType<typeof makeLog> }
  readonly clock: { nowMs: number }
  readonly handle: Handler
  readonly ask: (headers?: Record<string, string | string[]>) => Promise<RecordedExchange>
  /** The status, 200 for whatever got through. */
  readonly statusFor: (token: string) => Promise<number>
}

interface EndpointInit {
  readonly inputHeaders?: readonly string[]
  readonly urlPatterns?: readonly string[]
  /** That of a fallback of the first backend. */
  readonly fallbackPattern?: string
  readonly blocks?: Readonly<Record<string, unknown>>
  readonly site?: Partial<Site>
  /** Definitions of `_gw/issuers`; the endpoint names all of them. */
  readonly issuers?: Readonly<Record<string, unknown>>
}

export function endpointWith(block: Record<string, unknown>, init: EndpointInit = {}): Endpoint {
  const log = makeLog()
  const standIn = init.fallbackPattern === undefined ? null : { urlPattern: init.fallbackPattern }
  const backends = (init.urlPatterns ?? ['/']).map((urlPattern, index) => ({ urlPattern, fallback: index === 0 ? standIn : null }))
  const extraConfig = new Map(Object.entries(init.blocks ?? {}))
  const endpoint = { inputHeaders: init.inputHeaders ?? [], backends, extraConfig } as unknown as EndpointConfig
  const clock = { nowMs: 1_700_000_000_000 }
  const time = { now: () => clock.nowMs, steady: () => clock.nowMs }
  const site = { ...makeSite({ endpoint, label: '[ENDPOINT: /private]', clock: time, ...init.site }), log }
  const layer = buildValidator(optionsOf({ disable_jwk_security: true, alg: 'HS256', ...block }), openAll(init.issuers ?? {}, site), site)
  const handle = layer((exchange) => exchange.answer(200))
  const ask = (headers = {}): Promise<RecordedExchange> => answerOf(handle, makeExchange({ headers }))
  return { site, clock, handle, ask, statusFor: async (text) => (await ask({ Authorization: `Bearer ${text}` })).statusCode }
}

function openAll(definitions: Readonly<Record<string, unknown>>, site: Site): Issuer[] {
  if (Object.keys(definitions).length === 0) return []
  const { value, issues } = readOptions(issuersOptions, definitions, 'exact')
  site.provide(namedIssuers, nameIssuers(value ?? assert.fail(issues[0]?.message), site))
  return openAccepted(Object.keys(definitions), site)
}

export function strict(more: Record<string, unknown> = {}, init: EndpointInit = {}): Endpoint {
  return endpointWith({ jwk_local_path: KEY_FILE, ...CONSTRAINTS, ...more }, init)
}

const servers: http.Server[] = []
after(() => servers.forEach((server) => (server.closeAllConnections(), server.close())))

/** A key server whose set can be changed, and which counts its requests. */
export async function keyServer(
  set: unknown,
): Promise<{ url: string; state: { set: unknown; requests: number; status: 'up' | 'down' | 'silent' } }> {
  const state = { set, requests: 0, status: 'up' as 'up' | 'down' | 'silent' }
  const server = http.createServer((request, response) => {
    state.requests++
    if (state.status === 'down') request.socket.destroy()
    else if (state.status === 'up') response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(state.set))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwk`, state }
}

export function symmetricSet(...entries: readonly (readonly [kid: string, secret: Buffer])[]): unknown {
  return { keys: entries.map(([kid, secret]) => ({ kty: 'oct', kid, k: secret.toString('base64url') })) }
}
