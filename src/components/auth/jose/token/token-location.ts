// Where in a request the token is. Knows nothing of tokens.

import { trim } from '../../../../go/trim.ts'

/** The part of a header map that is read here. */
export interface HeaderReader {
  get(name: string): string | undefined
  values(name: string): string[]
}

const SCHEME = 'bearer '
const BLANKS = ' \t'
/** security: a header line of semicolons alone is not made a million texts. Go knows the same bound. */
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

/** The first cookie of that name whose value is one, as Go reads them; empty when there is none, and in a crowd of them. */
function readCookie(headers: HeaderReader, name: string): string {
  const lines = headers.values('Cookie')
  if (countCookies(lines) > MAX_COOKIES) return ''
  for (const line of lines) {
    for (const part of line.split(';')) {
      const pair = trim(part, BLANKS)
      const at = pair.indexOf('=')
      const written = at < 0 ? pair : trim(pair.slice(0, at), BLANKS)
      if (written !== name) continue
      const value = unquote(at < 0 ? '' : pair.slice(at + 1))
      if (COOKIE_VALUE.test(value)) return value
    }
  }
  return ''
}

const COOKIE_VALUE = /^[ !#-:<-[\]-~]*$/

function countCookies(lines: readonly string[]): number {
  let count = lines.length
  for (const line of lines) for (let at = line.indexOf(';'); at >= 0; at = line.indexOf(';', at + 1)) count++
  return count
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}
