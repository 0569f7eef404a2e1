// Where in a request the token is. Knows nothing of tokens.

/** The part of a header map that is read here. */
export interface HeaderReader {
  get(name: string): string | undefined
  values(name: string): string[]
}

const SCHEME = 'bearer '
/** security: a header line of semicolons alone is not made a million texts. */
const MAX_COOKIES = 3000

/** The token of a request as it came; empty when there is none. */
export type FindToken = (headers: HeaderReader) => string

/**
 * The first value of a header, or of a cookie when that header is missing or empty.
 *
 * @param headerName canonical
 * @param needsScheme compat: KrakenD 1.x takes a value without `Bearer` for no token; later ones for the token itself
 */
export function compileFindToken(headerName: string, cookieName: string, needsScheme: boolean): FindToken {
  return function findToken(headers) {
    const value = headers.get(headerName)
    if (value !== undefined && value !== '') {
      if (value.length > SCHEME.length && value.slice(0, SCHEME.length).toLowerCase() === SCHEME) return value.slice(SCHEME.length)
      if (!needsScheme) return value
    }
    return readCookie(headers, cookieName)
  }
}

/** The first cookie of that name, without quotes around it; empty when there is none among the first 3000. */
function readCookie(headers: HeaderReader, name: string): string {
  let left = MAX_COOKIES
  for (const line of headers.values('Cookie')) {
    const parts = line.split(';', left)
    left -= parts.length
    for (const part of parts) {
      const pair = part.trim()
      const at = pair.indexOf('=')
      if (at < 0 || pair.slice(0, at) !== name) continue
      const value = pair.slice(at + 1)
      return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
    }
  }
  return ''
}
