// Builds the layer of `auth/signer`: answers with tokens instead of the objects that backends gave. Knows nothing of the validator.

import { discardBody } from '../../../engine/body.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { Data } from '../../../engine/data.ts'
import type { Part } from '../../../engine/data.ts'
import { GatewayError } from '../../../engine/errors.ts'
import { HeaderMap, HOP_BY_HOP, valuesByName } from '../../../engine/headers.ts'
import { encodeSorted } from '../../../json/write.ts'
import type { Exchange, Handler, Layer, PipeResponse } from '../../../engine/types.ts'
import { compileSign } from './token/algorithms.ts'
import type { Algorithm, Sign } from './token/algorithms.ts'
import type { Jwk } from './keys/jwk.ts'
import { JOSE_QUIRKS } from './jose-quirks.ts'
import { INSECURE, isInsecure, loadKeys } from './keys/key-supply.ts'
import { findUndecodedKeys, type SignerOptions } from './options.ts'
import { deny } from './validator.ts'
import { needAlgorithm } from './verifiers.ts'
import { quote } from '../../../go/quote.ts'

/** Whatever goes wrong after the start, in the backends or here. */
const FAILED = new GatewayError('the answer could not be signed', { code: 'ERR_SIGNER', statusCode: 400, isTold: true })
/** Fields of the backend's connection or of its body, which is not what the client gets. */
const NOT_COPIED = new Set([...HOP_BY_HOP, 'Content-Encoding', 'Content-Length', 'Content-Type'])
/** After a failed download the next request may try again. */
const RETRY_MS = 5000

/** Signs one encoded object. */
type SignPayload = (payload: string) => string

/** The layer for one endpoint: it runs the endpoint's pipe and answers itself; `next` is never called. */
export function buildSigner(options: SignerOptions, site: Site): Layer<Handler> {
  const label = `${site.label}[JWTSigner]`
  const fail = (error: unknown): Handler => {
    site.log.error(`${label} Unable to create the signer: ${(error as Error).message}`)
    return deny
  }
  try {
    const undecoded = findUndecodedKeys(options)
    if (undecoded !== null) throw new Error(undecoded.problem)
    if (isInsecure(options)) throw new Error(INSECURE)
    const algorithm = needAlgorithm(options.alg)
    const compile = (keys: readonly Jwk[]): Handler => compileSigner(createSign(keys, algorithm, options, site), options, site, label)
    const keys = loadKeys(options, site)
    const handler = keys instanceof Promise ? waitForSigner(keys, compile, fail, () => loadKeys(options, site), site) : compile(keys)
    return () => handler
  } catch (error) {
    const handler = fail(error)
    return () => handler
  }
}

/** A signer whose keys are on their way: the start waits for them, and later requests repeat a failed download. */
function waitForSigner(
  keys: Promise<readonly Jwk[]>,
  compile: (keys: readonly Jwk[]) => Handler,
  fail: (error: unknown) => Handler,
  reload: () => readonly Jwk[] | Promise<readonly Jwk[]>,
  site: Site,
): Handler {
  const { now } = site.clock
  let handler: Handler | null = null
  let triedAtMs = now()
  async function prepare(loading: Promise<readonly Jwk[]>): Promise<void> {
    handler = await loading.then(compile).catch(fail)
  }
  let pending = prepare(keys)
  site.waitFor(pending)
  return async function signWhenReady(exchange) {
    if (handler === deny && now() - triedAtMs >= RETRY_MS) {
      triedAtMs = now()
      handler = null
      pending = prepare(Promise.resolve().then(reload))
    }
    if (handler === null) await pending
    await (handler ?? deny)(exchange)
  }
}

/** Throws when there is no such key, or when it cannot sign with the algorithm. */
function createSign(keys: readonly Jwk[], algorithm: Algorithm, options: SignerOptions, site: Site): SignPayload {
  const key = keys.findLast(({ kid }) => kid === options.kid)
  if (key === undefined) throw new Error(`key ${quote(options.kid)} not found in the key set`)
  const sign = compileSign(algorithm, key.keyType, key.key)
  if (sign === null) throw new Error('go-jose/go-jose: unsupported key type/format')
  const header = protectedHeader(algorithm, key, options.typ || JOSE_QUIRKS[site.config.dialect].tokenType)
  return options.full ? flattened(sign, header) : compact(sign, header)
}

function protectedHeader(algorithm: Algorithm, key: Jwk, typ: string): string {
  // compat: a key without id gives an empty one.
  const fields = { alg: algorithm.name, kid: key.kid }
  const text = encodeSorted(typ === '' ? fields : { ...fields, typ })
  return Buffer.from(text).toString('base64url')
}

function compact(sign: Sign, header: string): SignPayload {
  return function signCompact(payload) {
    const input = `${header}.${Buffer.from(payload).toString('base64url')}`
    return `${input}.${sign(input).toString('base64url')}`
  }
}

function flattened(sign: Sign, header: string): SignPayload {
  return function signFlattened(payload) {
    const body = Buffer.from(payload).toString('base64url')
    return JSON.stringify({ payload: body, protected: header, signature: sign(`${header}.${body}`).toString('base64url') })
  }
}

function compileSigner(sign: SignPayload, options: SignerOptions, site: Site, label: string): Handler {
  site.log.debug(`${label} Signer enabled`)
  const { keys_to_sign: names } = options
  return async function signAnswer(exchange) {
    let body: string | Uint8Array
    let response: PipeResponse
    try {
      response = await site.runPipe(exchange)
      discardBody(response.body)
      if (response.error !== null) throw response.error
    } catch (error) {
      site.log.error(`${label} Proxy response: ${(error as Error).message}`)
      throw FAILED
    }
    try {
      body = response.data === null ? 'null' : signParts(response.data, names, sign).encoded()
    } catch (error) {
      site.log.error(`${label} Signing fields: ${(error as Error).message}`)
      throw FAILED
    }
    answer(exchange, response, body)
  }
}

/** The same data with tokens in place of the listed objects; anything else under those names stays. */
function signParts(data: Data, names: readonly string[], sign: SignPayload): Data {
  let signed: Map<string, Part> | null = null
  for (const name of names) {
    const child = data.child(name)
    if (child === null) continue
    signed ??= new Map(data.parts)
    signed.set(name, sign(encodeSorted(child.object)))
  }
  return signed === null ? data : Data.ofParts(signed)
}

function answer(exchange: Exchange, response: PipeResponse, body: string | Uint8Array): void {
  const { responseHeaders } = exchange
  const present = new Set(responseHeaders.names())
  for (const [name, [value = '']] of valuesByName(response.headers ?? new HeaderMap())) {
    if (NOT_COPIED.has(name)) continue
    if (present.has(name)) responseHeaders.set(name, value)
    else responseHeaders.add(name, value)
  }
  responseHeaders.set('Content-Type', 'application/json; charset=utf-8')
  exchange.answer(response.statusCode || 200, body)
}
