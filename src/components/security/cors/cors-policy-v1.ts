// What differs in KrakenD 1.x (rs/cors 1.6): methods and headers in any case and order. Knows nothing of requests.

/** Methods in any case; OPTIONS always. */
export function compileMethodsV1(allowed: readonly string[]): (method: string) => boolean {
  const methods = new Set((allowed.length === 0 ? ['GET', 'POST', 'HEAD'] : allowed).map((method) => method.toUpperCase()))
  methods.add('OPTIONS')
  return (method) => methods.has(method.toUpperCase())
}

const DEFAULT_HEADERS = ['Origin', 'Accept', 'Content-Type', 'X-Requested-With']

/** Gives the requested names in canonical form; null when one is not allowed. */
export function compileHeadersV1(allowed: readonly string[]): (value: string) => string[] | null {
  const isAll = allowed.includes('*')
  const names = new Set((allowed.length === 0 ? DEFAULT_HEADERS : [...allowed, 'Origin']).map((name) => canonical(name)))
  return function readRequestedHeaders(value) {
    const requested = value
      .split(/[ ,]/)
      .map((name) => canonical(name))
      .filter((name) => name !== '')
    return isAll || requested.every((name) => names.has(name)) ? requested : null
  }
}

/**
 * Letters behind a dash or underscore in upper case; other characters than letters, digits and these two do not count.
 * compat: the library has a form of its own, which is not that of Go's header names.
 */
function canonical(name: string): string {
  return name
    .replace(/[^\w-]/g, '')
    .toLowerCase()
    .replace(/(^|[-_])([a-z])/g, (_all, before: string, letter: string) => before + letter.toUpperCase())
}
