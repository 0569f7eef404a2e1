// A URL that a script wrote becomes what a backend request has. Knows nothing of scripts.

import { basicCredentials, type GoUrl, parseUrl as parseGoUrl, writtenPath } from '../../../go/url-parts.ts'
import { encodeTarget, escapePath } from '../../../go/url.ts'
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

/** Throws a GatewayError with Go's words for what cannot be called; `method` is what it would be called with. */
export function parseUrl(url: string, method: string): ParsedUrl {
  const parsed = parse(url)
  const { scheme, host, userinfo, query, forceQuery } = parsed
  if (scheme !== 'http' && scheme !== 'https') throw refuse(url, method, `unsupported protocol scheme ${quote(scheme)}`)
  if (host === '') throw refuse(url, method, 'http: no Host in request URL')
  const origin = `${scheme}://${host}`
  if (!URL.canParse(origin)) throw parseError(`parse ${quote(url)}: invalid host`)
  const path = escapePath(writtenPath(parsed)) || '/'
  return {
    origin,
    path: query === '' && !forceQuery ? path : encodeTarget(`${path}?${query}`),
    authorization: userinfo === null ? null : basicCredentials(userinfo),
  }
}

function parse(url: string): GoUrl {
  try {
    return parseGoUrl(url)
  } catch (error) {
    throw parseError(asError(error).message)
  }
}

function refuse(url: string, method: string, detail: string): GatewayError {
  const verb = method.slice(0, 1).toUpperCase() + method.slice(1).toLowerCase()
  return new GatewayError(`${verb} ${quote(url)}: ${detail}`, { code: 'ERR_BACKEND_URL' })
}

function parseError(message: string): GatewayError {
  return new GatewayError(message, { code: 'ERR_BACKEND_URL' })
}
