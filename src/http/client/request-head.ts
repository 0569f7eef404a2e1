// Writes the head of an HTTP/1.1 request. Nothing that could start a second header or request gets through. Knows no sockets.

import { GatewayError } from '../../engine/errors.ts'
import type { BackendRequest } from '../../engine/types.ts'

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const TARGET = /^[\u0021-\u007e]+$/
const NAME = METHOD
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
const LENGTH = /^\d{1,15}$/
/** What belongs to one connection only, or is written here. */
const OWN_FIELDS = new Set([
  'Connection',
  'Content-Length',
  'Host',
  'Keep-Alive',
  'Proxy-Connection',
  'Te',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
])
/** Methods whose request says that it has no body. */
const SAYS_NO_BODY = new Set(['POST', 'PUT', 'PATCH'])

/** How the request's body is sent: not at all, with a length, or in chunks. */
export type BodyFraming = 'none' | 'length' | 'chunked'

export interface RequestHead {
  readonly text: string
  readonly body: BodyFraming
  /** Whether the gateway asked for gzip on its own account, so that nobody else shall see it. */
  readonly asksForGzip: boolean
}

export interface RequestHeadOptions {
  /** Scheme and authority before the path, for a proxy; empty otherwise. */
  readonly prefix: string
  /** Further lines, each with its line break. */
  readonly extra: string
  readonly disableCompression: boolean
  readonly disableKeepAlives: boolean
}

/** Throws a GatewayError for a name or value that no header may have. */
export function writeRequestHead(request: BackendRequest, options: RequestHeadOptions): RequestHead {
  const { method, path, origin } = request
  if (!METHOD.test(method)) throw invalid(`invalid method "${method}"`)
  if (!TARGET.test(path)) throw invalid('invalid character in URL')
  let text = `${method} ${options.prefix}${path} HTTP/1.1\r\nHost: ${origin.slice(origin.indexOf('//') + 2)}\r\n`
  let acceptsEncoding = false
  let hasUserAgent = false
  let hasRange = false
  let length = ''
  const { fields } = request.headers
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    const value = fields[i + 1] as string
    if (name === 'Content-Length') length = value
    if (OWN_FIELDS.has(name)) continue
    // security: a line break in a claim or a parameter must not become a header of its own.
    if (!VALUE.test(value)) throw invalid(`invalid header field value for "${name}"`)
    if (!NAME.test(name)) throw invalid(`invalid header field name "${name}"`)
    if (name === 'Accept-Encoding') acceptsEncoding = true
    else if (name === 'User-Agent') hasUserAgent = true
    else if (name === 'Range') hasRange = true
    text += `${name}: ${value}\r\n`
  }
  const asksForGzip = !acceptsEncoding && !hasRange && method !== 'HEAD' && !options.disableCompression
  if (asksForGzip) text += 'Accept-Encoding: gzip\r\n'
  if (!hasUserAgent) text += 'User-Agent: Go-http-client/1.1\r\n'
  const body = frameBody(request, length)
  if (body === 'length') text += `Content-Length: ${length}\r\n`
  else if (body === 'chunked') text += 'Transfer-Encoding: chunked\r\n'
  else if (SAYS_NO_BODY.has(method)) text += 'Content-Length: 0\r\n'
  if (options.disableKeepAlives) text += 'Connection: close\r\n'
  return { text: `${text}${options.extra}\r\n`, body, asksForGzip }
}

/** compat: only a Content-Length that was forwarded is used; any other body goes out in chunks. */
function frameBody(request: BackendRequest, length: string): BodyFraming {
  if (request.body.length === 0) return 'none'
  return LENGTH.test(length) && length !== '0' ? 'length' : 'chunked'
}

function invalid(detail: string): GatewayError {
  return new GatewayError(`net/http: ${detail}`, { code: 'ERR_BACKEND_REQUEST', source: 'gateway' })
}
