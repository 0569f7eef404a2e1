// Where a Location leads, read as Go's net/url does and not as browsers do. Knows nothing of redirects' rules.

import { textOfBytes } from '../../go/text.ts'
import { quote } from '../../go/quote.ts'
import { basicCredentials, parseUrl, resolvePath, writtenPath, type GoUrl } from '../../go/url-parts.ts'
import { encodeTarget, escapePath } from '../../go/url.ts'

export interface Address {
  /** `http://host:port`, lower case, without the port that is usual. */
  readonly origin: string
  /** Path and query, encoded for the wire. */
  readonly path: string
  /** Lower case, without port. */
  readonly hostname: string
  /** Whether it names a host itself. */
  readonly isAbsolute: boolean
  /** `Basic …` from user and password in it; null without. */
  readonly authorization: string | null
}

/**
 * `location` as it came, one character a byte, from where the request went. Throws an Error in Go's words for what is no URL,
 * and for one without a host.
 */
export function resolveLocation(location: string, from: { readonly origin: string; readonly path: string }): Address {
  const text = textOfBytes(location)
  let url: GoUrl
  try {
    url = parseUrl(text)
  } catch (error) {
    throw new Error(`failed to parse Location header ${quote(text)}: ${(error as Error).message}`, { cause: error })
  }
  const { scheme, opaque, userinfo, host } = url
  const path = escapePath(writtenPath(url))
  const query = url.query === '' && !url.forceQuery ? null : url.query
  const isAbsolute = scheme !== '' || host !== '' || userinfo !== null
  const origin = isAbsolute ? originOf(scheme === '' ? schemeOf(from.origin) : scheme, host) : from.origin
  const mark = from.path.indexOf('?')
  const base = mark < 0 ? from.path : from.path.slice(0, mark)
  const keepsQuery = !isAbsolute && path === '' && query === null
  const ownQuery = keepsQuery ? (mark < 0 ? null : from.path.slice(mark + 1)) : query
  const whole = (isAbsolute ? resolvePath(path, '') : resolvePath(base, path)) || '/'
  return {
    origin,
    path: opaque === '' ? encodeTarget(ownQuery === null ? whole : `${whole}?${ownQuery}`) : `/${opaque}`,
    hostname: URL.canParse(origin) ? new URL(origin).hostname : host,
    isAbsolute,
    authorization: userinfo === null ? null : basicCredentials(userinfo),
  }
}

/** Other schemes go on to the transport, which refuses them. */
function originOf(scheme: string, host: string): string {
  if (scheme !== 'http' && scheme !== 'https') return `${scheme}://${host}`
  if (host === '') throw new Error('http: no Host in request URL')
  const origin = `${scheme}://${host}`
  return URL.canParse(origin) ? new URL(origin).origin : origin
}

function schemeOf(origin: string): string {
  return origin.slice(0, origin.indexOf('://'))
}
