// A backend request becomes the text that goes on the wire, with what Go's http.Client adds. Knows nothing of sockets.

import { GatewayError } from '../../engine/errors.ts'
import { FewTexts } from '../../engine/few-texts.ts'
import { canonicalName, HOP_BY_HOP, type ReadonlyHeaders } from '../../engine/headers.ts'
import { hasControls, isWritable } from '../../engine/header-values.ts'
import type { BackendRequest, UpgradeRequest } from '../../engine/types.ts'
import { bytesOfText } from '../../go/text.ts'
import { isToken } from '../../go/header-name.ts'
import { isHostHeader } from '../../go/host-port.ts'
import { quote } from '../../go/quote.ts'

export interface HeadOptions {
  /** Whether a proxy is asked, which wants the whole URL: `http://host/path`. */
  readonly isProxied: boolean
  readonly host: string
  /** Added when the request has no Authorization of its own: from user and password in the host. */
  readonly authorization: string | null
  /** Added for a proxy that wants it. */
  readonly proxyAuthorization: string | null
  readonly asksForGzip: boolean
  readonly closes: boolean
}

export interface RequestHead {
  /** One character per byte, with the empty line. */
  readonly text: string
  /** 0 none, -1 chunked, else the bytes announced. */
  readonly bodyLength: number
  /** The head in place of `text` if a chunked body turns out to be empty; null where it goes out chunked all the same. */
  readonly bodiless: string | null
  /** Whether gzip was asked for here, so that nobody else expects it. */
  readonly addedGzip: boolean
}

const PLAIN_TARGET = /^[\u0021-\u007e\u0080-\u00ff]+$/
/** Fields of one connection, and what the transport decides itself. */
const OWN_FIELDS = new Set([...HOP_BY_HOP, 'Content-Length', 'Expect', 'Host'])
/** Methods whose empty body is none: many servers refuse what looks like one, or take its `0` for the next request. */
const USUALLY_BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PROPFIND', 'SEARCH'])
/** perf: names that have been looked at, and whether they go out; null for what is no token. */
const knownNames = new FewTexts(1000, (name) => (isToken(name) ? !OWN_FIELDS.has(canonicalName(name)) : null))

/** Names that requests will have: strangers cannot take their places in the table. */
export function expectRequestNames(names: Iterable<string>): void {
  knownNames.expect(names)
}

/** Throws a GatewayError for what cannot stand in a request. */
export function requestHead(request: BackendRequest, options: HeadOptions): RequestHead {
  const { method, headers, spellings = null } = request
  if (!isToken(method)) throw invalid(`net/http: invalid method ${quote(method)}`)
  const path = request.path.startsWith('/') ? request.path : `/${request.path}`
  if (!PLAIN_TARGET.test(path)) throw invalid('net/url: invalid control character in URL')
  const host = request.host ?? options.host
  // security: it may have been a client's text.
  if (request.host !== undefined && !isHostHeader(host)) throw invalid('http: invalid Host header')
  // compat: a proxy is asked for the host of the Host header.
  const prefix = options.isProxied ? `http://${host}` : ''
  let text = `${method} ${prefix}${path} HTTP/1.1\r\nHost: ${host}\r\n`
  let hasUserAgent = false
  let mayHaveEncoding = false
  const hasAuthorization = options.authorization === null || hasValue(headers, 'Authorization')
  const { fields } = headers
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    if (!goesOut(name)) continue
    const value = wireValue(name, fields[i + 1] as string)
    if (name === 'User-Agent') {
      // compat: only the first counts, and an empty one says that none is wanted.
      const isLater = hasUserAgent
      hasUserAgent = true
      if (isLater || value === '') continue
    } else if (name === 'Accept-Encoding' || name === 'Range') mayHaveEncoding = true
    else if (name === 'Authorization' && !hasAuthorization) continue
    text += `${spellings?.get(name) ?? name}: ${value}\r\n`
  }
  if (!hasUserAgent) text += 'User-Agent: Go-http-client/1.1\r\n'
  if (!hasAuthorization) text += `Authorization: ${options.authorization}\r\n`
  if (options.proxyAuthorization !== null) text += `Proxy-Authorization: ${options.proxyAuthorization}\r\n`
  const hasEncoding = mayHaveEncoding && (hasValue(headers, 'Accept-Encoding') || hasValue(headers, 'Range'))
  const addedGzip = options.asksForGzip && !hasEncoding && method !== 'HEAD'
  if (addedGzip) text += 'Accept-Encoding: gzip\r\n'
  const upgrade = request.upgrade ?? null
  if (upgrade !== null) text += upgradeLines(upgrade, headers)
  else if (options.closes) text += 'Connection: close\r\n'
  const bodyLength = bodyLengthOf(request)
  const bodiless = bodyLength < 0 && USUALLY_BODILESS.has(method) ? `${text}\r\n` : null
  if (bodyLength < 0) text += 'Transfer-Encoding: chunked\r\n\r\n'
  else if (bodyLength > 0 || method === 'POST' || method === 'PUT' || method === 'PATCH') text += `Content-Length: ${bodyLength}\r\n\r\n`
  else text += '\r\n'
  return { text, bodyLength, bodiless, addedGzip }
}

/** What asks for another protocol. Fields of it that are forwarded anyway are not written twice. */
function upgradeLines({ protocol, fields }: UpgradeRequest, headers: ReadonlyHeaders): string {
  let text = `Connection: Upgrade\r\nUpgrade: ${wireValue('Upgrade', protocol)}\r\n`
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    if (!headers.has(name)) text += `${name}: ${wireValue(name, fields[i + 1] as string)}\r\n`
  }
  return text
}

/** Whether the first line of that name says something. */
function hasValue(headers: ReadonlyHeaders, name: string): boolean {
  const value = headers.get(name)
  return value !== undefined && value !== ''
}

function goesOut(name: string): boolean {
  const known = knownNames.of(name)
  if (known === null) throw invalid(`net/http: invalid header field name ${quote(name)}`)
  return known
}

/** security: control characters would end the field and begin another; characters beyond a byte would turn into some. */
function wireValue(name: string, value: string): string {
  if (isWritable(value)) return value
  if (hasControls(value)) throw invalid(`net/http: invalid header field value for ${quote(name)}`)
  return bytesOfText(value)
}

/** compat: a client's body goes out chunked, even if its length is known, unless a single Content-Length was forwarded. */
function bodyLengthOf({ method, body, headers }: BackendRequest): number {
  if (body.length === 0) return 0
  if (body.inMemory?.length === 0 && USUALLY_BODILESS.has(method)) return 0
  if (body.announcesLength === true && body.length !== null) return body.length
  const declared = headers.get('Content-Length')
  if (declared === undefined || !/^\d{1,15}$/.test(declared)) return -1
  return headers.values('Content-Length').length === 1 ? Number(declared) : -1
}

function invalid(message: string): GatewayError {
  return new GatewayError(message, { code: 'ERR_BACKEND', source: 'backend' })
}
