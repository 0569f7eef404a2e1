// Claims as texts, in the forms Go gives them: for headers and URL parameters. Knows nothing of requests.

/** How objects become text; the gateway has an encoder for that. */
export interface ObjectText {
  /** JSON with sorted keys. */
  encode(value: unknown): string
  /** Orders names as Go does. */
  compare(a: string, b: string): number
}

/** The text of one claim; lists are joined by commas. */
export function claimText(value: unknown, objects: ObjectText): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return numberText(value)
  if (Array.isArray(value)) return value.map((item) => printValue(item, objects)).join(',')
  return objects.encode(value)
}

/** The lines that a claim becomes when lists are preserved: one for each element, none for an empty list. */
export function claimLines(value: unknown, objects: ObjectText): string[] {
  return Array.isArray(value) ? value.map((item) => printValue(item, objects)) : [claimText(value, objects)]
}

/** Whole numbers, or nearly whole ones, without a fraction, others with six digits. */
function numberText(value: number): string {
  const whole = Math.round(value)
  return Math.abs(value - whole) < 1e-6 ? BigInt(whole).toString() : value.toFixed(6)
}

/** Go's `%v`. */
function printValue(value: unknown, objects: ObjectText): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return printNumber(value)
  if (value === null || value === undefined) return '<nil>'
  if (typeof value !== 'object') return value === true ? 'true' : 'false'
  if (Array.isArray(value)) return `[${value.map((item) => printValue(item, objects)).join(' ')}]`
  const members = Object.entries(value).sort(([a], [b]) => objects.compare(a, b))
  return `map[${members.map(([name, inner]) => `${name}:${printValue(inner, objects)}`).join(' ')}]`
}

/** Go's `%v` of a float64: the shortest digits, with an exponent below 1e-04 and from 1e+06 on. */
function printNumber(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [digits, power] = value.toExponential().split('e') as [string, string]
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 6) return String(value)
  const size = Math.abs(exponent)
  return `${digits}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`
}

/** What may not stand in a header field: everything below a blank but the tabulator, and DEL. */
const CONTROL = /[\0-\u0008\u000a-\u001f\u007f]/

export function hasControlCharacters(text: string): boolean {
  return CONTROL.test(text)
}

/** A text as header fields hold it: one character per byte of its UTF-8 form. */
export function asHeaderValue(text: string): string {
  return /^[\0-\u007f]*$/.test(text) ? text : Buffer.from(text).toString('latin1')
}

/** What would end a path segment, or its path. */
const BREAKS_PATH = /[/?#%\\\0-\u001f\u007f]/
/** What would end a query parameter as well. */
const BREAKS_QUERY = /[/?#%\\&=+;\0-\u001f\u007f]/

/**
 * A claim for a place in a URL: escaped where it could reach beyond that place, null when it cannot be made safe.
 *
 * security: KrakenD inserts claims raw, so `../admin?x=1` picks another resource of the backend. What needs escaping is
 * escaped throughout, because a target that is only half encoded would be decoded and encoded anew.
 */
export function urlText(text: string, isInQuery: boolean): string | null {
  if (text === '.' || text === '..') return null
  return (isInQuery ? BREAKS_QUERY : BREAKS_PATH).test(text) ? encodeURIComponent(text.toWellFormed()) : text
}
