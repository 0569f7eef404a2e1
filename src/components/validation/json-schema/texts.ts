// How KrakenD's messages print values: Go's quotes, English numbers, JSON pointers. Knows nothing of schemas.

import { quote as quoteAsGo } from '../../../go/quote.ts'

/** As Go's %q, but in single quotes. compat: of a backslash at the end and the mark behind it one is lost. */
export function quote(text: string): string {
  const quoted = quoteAsGo(text.toWellFormed()).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${quoted.slice(1, -1)}'`
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
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** A length or a position, with English digit grouping: `1,000`. */
export function formatCount(count: number): string {
  return english.format(count)
}

/** A value or a limit of one: digits grouped below a million, and what is larger or very small as a power of ten: `1.5×10⁰⁶`. */
export function formatNumber(number: number): string {
  const [mantissa = '', exponent = '0'] = number.toExponential().split('e')
  const power = Number(exponent)
  if (!Number.isFinite(number) || (power >= -4 && power < 6)) return english.format(number === 0 ? 0 : number)
  const digits = String(Math.abs(power)).padStart(2, '0')
  return `${mantissa}×10${power < 0 ? '⁻' : ''}${digits.replaceAll(/\d/g, (digit) => SUPERSCRIPTS.charAt(Number(digit)))}`
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
