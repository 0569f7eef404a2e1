// The innermost pipe: one HTTP call, then status policy, decoding and manipulation. Knows nothing of how bytes travel.

import type { BackendConfig, Dialect } from '../../config/types.ts'
import { Data } from '../data.ts'
import { GatewayError } from '../errors.ts'
import type { JsonObject } from '../../json/types.ts'
import type { BackendResponse, Decode, Pipe, PipeResponse, Sender } from '../types.ts'

export interface BackendInit {
  readonly backend: BackendConfig
  readonly dialect: Dialect
  readonly sender: Sender
  readonly decode: Decode
  /** Target, filters, mapping and group; null when there is nothing to do. */
  readonly manipulate: ((data: Data | null) => Data | null) | null
}

/** What is done with a status that is neither 200 nor 201: throws, or gives data in place of the error. */
type StatusPolicy = (response: BackendResponse) => PipeResponse

export function compileBackend(init: BackendInit): Pipe {
  const { sender } = init
  if (init.backend.encoding === 'no-op') return streamFrom(sender)
  const { decode, manipulate } = init
  const onBadStatus = compileStatusPolicy(init.backend, init.dialect)
  const toResponse = (response: BackendResponse): PipeResponse => {
    if (response.statusCode !== 200 && response.statusCode !== 201) return onBadStatus(response)
    const decoded = decode(response.bytes as Buffer)
    const data = manipulate === null ? decoded : manipulate(decoded)
    return { data, isComplete: true, error: null, statusCode: response.statusCode, headers: response.headers, body: null }
  }
  return function callBackend(request, scope) {
    const { method, origin, path, headers, body } = request
    return sender({ method, origin, path, headers, body, wantsStream: false }, scope).then(toResponse)
  }
}

/** `no-op`: the answer goes through as it is, whatever its status. */
function streamFrom(sender: Sender): Pipe {
  const toResponse = (response: BackendResponse): PipeResponse => ({
    data: Data.EMPTY,
    isComplete: true,
    error: null,
    statusCode: response.statusCode,
    headers: response.headers,
    body: response.stream ?? response.bytes,
  })
  return function streamBackend(request, scope) {
    const { method, origin, path, headers, body } = request
    return sender({ method, origin, path, headers, body, wantsStream: true }, scope).then(toResponse)
  }
}

/** `backend/http`: details win over the code; a details name that is no text, or empty, switches both off. */
function compileStatusPolicy(backend: BackendConfig, dialect: Dialect): StatusPolicy {
  const block = backend.extraConfig.get('backend/http')
  const options: Record<string, unknown> = typeof block === 'object' && block !== null ? { ...block } : {}
  const describe = compileDescription(backend, dialect)
  const refuse: StatusPolicy = (response) => {
    throw new GatewayError(describe(response), { code: 'ERR_BACKEND_STATUS', source: 'backend' })
  }
  const name = options['return_error_details']
  if (name !== undefined) return typeof name === 'string' && name !== '' ? giveDetails(name, dialect) : refuse
  if (options['return_error_code'] !== true || dialect === 2) return refuse
  return (response) => {
    throw new GatewayError((response.bytes as Buffer).toString('utf8'), {
      code: 'ERR_BACKEND_STATUS',
      statusCode: response.statusCode,
      source: 'backend',
      contentType: response.headers.get('Content-Type') ?? null,
    })
  }
}

function compileDescription(backend: BackendConfig, dialect: Dialect): (response: BackendResponse) => string {
  if (dialect === 2) return () => 'Invalid status code'
  return ({ statusCode, url }) => `invalid status code ${statusCode} [${backend.writtenMethod} ${backend.urlPattern}]: ${url}`
}

function giveDetails(name: string, dialect: Dialect): StatusPolicy {
  return (response) => {
    const body = (response.bytes as Buffer).toString('utf8')
    const encoding = response.headers.get('Content-Type')
    const details: JsonObject = { http_status_code: response.statusCode }
    if (body !== '') details['http_body'] = body
    if (encoding !== undefined && dialect === 3) details['http_body_encoding'] = encoding
    const data = Data.of({ [`error_${name}`]: details })
    return { data, isComplete: false, error: null, statusCode: response.statusCode, headers: response.headers, body: null }
  }
}
