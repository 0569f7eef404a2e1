// How KrakenD's messages print values: Go's quotes, English numbers, JSON pointers. Knows nothing of schemas.

const ESCAPES = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ["'", "\\'"],
])

/** In single quotes, escaped as Go's %q does where a character does not print. */
export function quote(text: string): string {
  return `'${text.replaceAll(/[\\']|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, escapeCharacter)}'`
}

function escapeCharacter(character: string): string {
  const known = ESCAPES.get(character)
  if (known !== undefined) return known
  const code = character.codePointAt(0) as number
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}

export function quoteList(names: readonly string[]): string {
  return names.map(quote).join(', ')
}

/** A value of `enum` or `const`. */
export function display(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (value === null) return '<nil>'
  return typeof value === 'object' ? 'value' : JSON.stringify(value)
}

const english = new Intl.NumberFormat('en-US', { maximumFractionDigits: 20 })

/** With English digit grouping: `1,000`. */
export function formatNumber(number: number): string {
  return english.format(number)
}

export function joinPointer(pointer: string, token: string | number): string {
  return `${pointer}/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

export type TypeName = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

export function typeOf(value: unknown): TypeName {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as TypeName
}
