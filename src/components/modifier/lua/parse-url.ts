// A URL that a script wrote becomes what a backend request has. Knows nothing of scripts.

import { basicCredentials, formatUrl, type GoUrl, parseUrl as parseGoUrl, writtenPath } from '../../../go/url-parts.ts'
import { encodeTarget, escapePath } from '../../../go/url.ts'
import { asError, GatewayError } from '../../../engine/errors.ts'
import { describeFailedCall } from '../../../go/failed-call.ts'
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
  if (scheme !== 'http' && scheme !== 'https') throw refuse(parsed, method, `unsupported protocol scheme ${quote(scheme)}`)
  if (host === '') throw refuse(parsed, method, 'http: no Host in request URL')
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

function refuse(url: GoUrl, method: string, detail: string): GatewayError {
  return new GatewayError(aboutCall(url, method, detail), { code: 'ERR_BACKEND_URL' })
}

/** What Go's client says of a call that failed: `Get "http://h/x": context canceled`. `url` is one that `parseUrl` takes. */
export function describeCall(url: string, method: string, detail: string): string {
  return aboutCall(parse(url), method, detail)
}

/** security: passwords are not told. */
function aboutCall(url: GoUrl, method: string, detail: string): string {
  const userinfo = url.userinfo?.replace(/:.*/, ':***') ?? null
  return describeFailedCall(method, formatUrl({ ...url, userinfo }), detail)
}

function parseError(message: string): GatewayError {
  return new GatewayError(message, { code: 'ERR_BACKEND_URL' })
}
