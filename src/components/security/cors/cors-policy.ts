// Which origins, methods and headers are allowed, as rs/cors decides it. Knows nothing of requests and the gateway.

export type TestText = (text: string) => boolean

/** Origins in any case; `*` alone allows all, the first `*` within one stands for any text. Null: all are allowed. */
export function compileOrigins(allowed: readonly string[]): TestText | null {
  if (allowed.length === 0 || allowed.includes('*')) return null
  const exact = new Set<string>()
  const wildcards: { readonly prefix: string; readonly suffix: string }[] = []
  for (const origin of allowed.map((each) => each.toLowerCase())) {
    const star = origin.indexOf('*')
    if (star < 0) exact.add(origin)
    else wildcards.push({ prefix: origin.slice(0, star), suffix: origin.slice(star + 1) })
  }
  return function isOriginAllowed(origin) {
    const lower = origin.toLowerCase()
    if (exact.has(lower)) return true
    return wildcards.some(
      ({ prefix, suffix }) => lower.length >= prefix.length + suffix.length && lower.startsWith(prefix) && lower.endsWith(suffix),
    )
  }
}

/** Methods exactly as written; OPTIONS always. */
export function compileMethods(allowed: readonly string[]): TestText {
  const methods = new Set(allowed.length === 0 ? ['GET', 'POST', 'HEAD'] : allowed)
  methods.add('OPTIONS')
  return (method) => methods.has(method)
}

const MAX_EMPTY_NAMES = 16

/**
 * Tests the values of Access-Control-Request-Headers; null when all headers are allowed.
 * compat: browsers send names in lower case, sorted and once each, so nothing else is taken.
 */
export function compileHeaders(allowed: readonly string[]): ((values: readonly string[]) => boolean) | null {
  if (allowed.length === 0 || allowed.includes('*')) return null
  const names = new Set(allowed.map((name) => name.toLowerCase()))
  return function areHeadersAllowed(values) {
    let last = ''
    let emptyNames = 0
    for (const name of values.flatMap((value) => value.split(',')).map((element) => trimOnce(element))) {
      if (name === '') {
        if (++emptyNames > MAX_EMPTY_NAMES) return false
        continue
      }
      if (!names.has(name) || name <= last) return false
      last = name
    }
    return true
  }
}

/** Why headers that `compileHeaders` refuses are refused: for the log. */
export function explainRefusedHeaders(allowed: readonly string[], values: readonly string[]): string {
  const names = new Set(allowed.map((name) => name.toLowerCase()))
  const requested = values.flatMap((value) => value.split(',')).map((element) => trimOnce(element))
  const stranger = requested.find((name) => name !== '' && !names.has(name.toLowerCase()))
  if (stranger !== undefined) return `the header ${stranger} is not allowed`
  const shouting = requested.find((name) => name !== '' && !names.has(name))
  if (shouting !== undefined) return `the header ${shouting} must be in lower case, as browsers send it`
  if (requested.filter((name) => name === '').length > MAX_EMPTY_NAMES) return 'too many empty header names'
  return 'header names must be sorted and stand once each, as browsers send them'
}

/** At most one blank or tab on either side goes; more of them make a name that nobody allows. */
function trimOnce(element: string): string {
  return element.replace(/[ \t]$/, '').replace(/^[ \t]/, '')
}

/** 204 for a status that ends no answer: KrakenD sends an interim one below 200, and beyond three digits breaks the connection off. */
export function preflightStatus(written: number): number {
  return written >= 200 && written <= 999 ? written : 204
}
