// What plugins ask beside `next`: other endpoints of the gateway, and other hosts.

import { NO_BODY } from '../engine/body.ts'
import type { Call, CallAnswer } from '../engine/endpoint/call.ts'
import { CANCELED } from '../engine/errors.ts'
import type { Scope } from '../engine/scope.ts'
import type { Sender } from '../engine/types.ts'
import { requestBodyOf } from './body.ts'
import { checkFetch, checkInput, checkOptions, paramsOf, queryOf } from './call-input.ts'
import { headersFrom, LightHeaders, SEALED } from './headers.ts'
import { pairsOf } from './http-error.ts'
import { parseJson, stringifyJson } from './json-values.ts'
import { LightRequest } from './request.ts'
import { rawResponseOf } from './sender-seat.ts'
import type { CallInput, CallOptions, CallResult, FetchInit } from './site-types.ts'
import type { PluginResponse } from './types.ts'
import { addressOf } from './wire-request.ts'

const JSON_TYPE = 'application/json'

/** Asks an endpoint by its name. What the endpoint answers is a result, an error of its own too. */
export async function callEndpoint(call: Call, own: Scope, name: string, input: CallInput, options: CallOptions): Promise<CallResult> {
  checkInput(input)
  checkOptions(options)
  const { params, query, headers, body, data } = input
  const { request, signal, trusted } = options
  const asking = request instanceof LightRequest ? request : null
  const fields = headersFrom(pairsOf(headers))
  const values = params === undefined ? undefined : paramsOf(params)
  const text = queryOf(query)
  const bytes = data === undefined ? body : stringifyJson(data)
  if (data !== undefined && !fields.has('Content-Type')) fields.set('Content-Type', JSON_TYPE)
  const scope = (asking?.scope ?? own).child()
  const release = endWith(scope, signal)
  try {
    const answer = await call(name, {
      scope,
      headers: fields,
      query: text,
      ...(values === undefined ? null : { params: values }),
      ...(bytes === undefined ? null : { body: Buffer.from(bytes) }),
      ...(asking?.client ? { clientIp: asking.client.ip } : null),
      ...(trusted === undefined ? null : { trustedClaims: trusted.claims }),
    })
    return resultOf(answer)
  } finally {
    release()
    scope.close()
  }
}

function resultOf({ statusCode, headers, body, isCut }: CallAnswer): CallResult {
  const bytes = body ?? Buffer.alloc(0)
  const isJson = (headers.get('Content-Type') ?? '').includes('json')
  return {
    status: statusCode,
    headers: new LightHeaders(headers, SEALED),
    complete: headers.get('X-Krakend-Completed') === 'true' && !isCut,
    data: isJson && statusCode < 400 && !isCut ? parsedOrNull(bytes) : null,
    text: () => bytes.toString('utf8'),
    bytes: () => bytes,
  }
}

function parsedOrNull(bytes: Buffer): CallResult['data'] {
  try {
    return parseJson(bytes.toString('utf8'))
  } catch {
    return null
  }
}

export interface FetchMeans {
  readonly transport: Sender
  readonly scope: Scope
  readonly maxBody: number
  readonly userAgent: string
}

/** Asks another host as the gateway asks a backend, with nothing around it: a redirect is an answer. Its time is that of the signal, or of the configuration. */
export async function fetchFrom(
  { transport, scope: own, maxBody, userAgent }: FetchMeans,
  url: string,
  init: FetchInit,
): Promise<PluginResponse> {
  checkFetch(init)
  const { origin, path, authorization } = addressOf(url)
  const headers = headersFrom(pairsOf(init.headers))
  if (authorization !== null && !headers.has('Authorization')) headers.set('Authorization', authorization)
  if (!headers.has('User-Agent')) headers.set('User-Agent', userAgent)
  if (init.data !== undefined && !headers.has('Content-Type')) headers.set('Content-Type', JSON_TYPE)
  const source = init.data === undefined ? init.body : stringifyJson(init.data)
  const body = source === undefined ? NO_BODY : requestBodyOf(source)
  const method = init.method ?? (body === NO_BODY ? 'GET' : 'POST')
  const scope = own.child()
  const release = endWith(scope, init.signal)
  const done = (): void => {
    release()
    scope.close()
  }
  try {
    const response = await transport({ method, origin, path, headers, body, wantsStream: true }, scope)
    if (Buffer.isBuffer(response.body)) done()
    else response.body.once('close', done)
    return rawResponseOf(response, maxBody)
  } catch (error) {
    done()
    throw error
  }
}

/** The scope ends with the signal, until that is taken back. */
function endWith(scope: Scope, signal: AbortSignal | undefined): () => void {
  if (signal === undefined) return ignore
  const end = (): void => scope.end(CANCELED)
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return () => signal.removeEventListener('abort', end)
}

function ignore(): void {}
