// A URL that a script wrote becomes what a backend request has. Knows nothing of scripts.

import { encodeTarget } from '../../../go/url.ts'
import { asError, GatewayError } from '../../../engine/errors.ts'
import { quote } from '../../../go/quote.ts'

export interface ParsedUrl {
  /** `http://host:80`. */
  readonly origin: string
  /** Path and query, encoded. */
  readonly path: string
  /** `Basic …` from user and password; null without. */
  readonly authorization: string | null
}

const ABSOLUTE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is

/** Throws a GatewayError with Go's words for what cannot be called; `method` is what it would be called with. */
export function parseUrl(url: string, method: string): ParsedUrl {
  const parts = ABSOLUTE.exec(url)
  const scheme = parts?.[1]?.toLowerCase() ?? ''
  if (scheme !== 'http' && scheme !== 'https') throw refuse(url, method, `unsupported protocol scheme ${quote(scheme)}`)
  const [, , authority = '', rest = ''] = parts ?? []
  if (authority === '') throw refuse(url, method, 'http: no Host in request URL')
  const at = authority.lastIndexOf('@')
  const origin = `${scheme}://${authority.slice(at + 1)}`
  if (!URL.canParse(origin)) throw parseError(url, 'invalid host')
  try {
    const path = encodeTarget(rest)
    const authorization = at < 0 ? null : basicOf(authority.slice(0, at))
    return { origin, path: path.startsWith('/') ? path : `/${path}`, authorization }
  } catch (error) {
    throw parseError(url, asError(error).message.replace(/^net\/url: (?=invalid URL escape)/, ''))
  }
}

/** Throws for a malformed escape. */
function basicOf(userInfo: string): string {
  const text = decodeURIComponent(userInfo.includes(':') ? userInfo : `${userInfo}:`)
  return `Basic ${Buffer.from(text).toString('base64')}`
}

function refuse(url: string, method: string, detail: string): GatewayError {
  const verb = method.slice(0, 1).toUpperCase() + method.slice(1).toLowerCase()
  return new GatewayError(`${verb} ${quote(url)}: ${detail}`, { code: 'ERR_BACKEND_URL' })
}

function parseError(url: string, detail: string): GatewayError {
  return new GatewayError(`parse ${quote(url)}: ${detail}`, { code: 'ERR_BACKEND_URL' })
}
