// Text → number by the rules of Go's strconv, which gopher-lua uses. All functions give NaN or undefined where Go gives an error.

import { trim } from '../go/trim.ts'

const MAX_INT64 = 2n ** 63n - 1n
const PREFIXES: Readonly<Record<string, number>> = { x: 16, o: 8, b: 2 }
const DECIMAL_FLOAT = /^[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?$/
const HEX_FLOAT = /^([+-]?)0[xX]_?((?:[\da-fA-F]_?)*)(?:\.((?:[\da-fA-F]_?)*))?[pP]([+-]?\d+)$/
const SPECIAL = /^([+-]?)(inf|infinity|nan)$/i
/** No number that means anything is longer. */
const MAX_LENGTH = 4096

/** `strconv.ParseInt(text, base, 64)`, as a double; base 0 understands 0x, 0o, 0b, a leading 0 and underscores. */
export function parseInteger(text: string, base: number): number | undefined {
  let at = text[0] === '+' || text[0] === '-' ? 1 : 0
  let digits = text.slice(at)
  let radix = base
  if (base === 0) {
    radix = 10
    if (digits.startsWith('0') && digits.length > 1) {
      const prefix = PREFIXES[(digits[1] as string).toLowerCase()]
      radix = prefix ?? 8
      digits = digits.slice(prefix === undefined ? 1 : 2)
      at = 1
      if (digits.startsWith('_')) digits = digits.slice(1)
    }
    if (/^_|__|_$/.test(digits)) return undefined
    digits = digits.replaceAll('_', '')
  }
  if (digits === '' || digits.length > MAX_LENGTH || radix < 2 || radix > 36) return undefined
  let value = 0n
  const bigRadix = BigInt(radix)
  for (const char of digits) {
    const digit = Number.parseInt(char, 36)
    if (!(digit < radix)) return undefined
    value = value * bigRadix + BigInt(digit)
    if (value > MAX_INT64 + 1n) return undefined
  }
  const isNegative = text[0] === '-'
  if (!isNegative && value > MAX_INT64) return undefined
  return Number(isNegative ? -value : value)
}

/** `strconv.ParseFloat(text, 64)`; out of range is an error, as there. */
export function parseFloat64(text: string): number | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const special = SPECIAL.exec(text)
  if (special !== null) {
    if ((special[2] as string).toLowerCase() === 'nan') return special[1] === '' ? Number.NaN : undefined
    return special[1] === '-' ? -Infinity : Infinity
  }
  let value: number
  if (DECIMAL_FLOAT.test(text) && !/__|_\.|\._|_[eE]|_$/.test(text)) value = Number(text.replaceAll('_', ''))
  else {
    const hex = HEX_FLOAT.exec(text)
    if (hex === null) return undefined
    value = hexFloat(hex)
  }
  return Number.isFinite(value) ? value : undefined
}

function hexFloat(match: RegExpExecArray): number {
  const whole = (match[2] as string).replaceAll('_', '')
  const fraction = (match[3] ?? '').replaceAll('_', '')
  if (whole + fraction === '') return Number.NaN
  const mantissa = Number(BigInt(`0x${whole}${fraction}`))
  const value = mantissa * 2 ** (Number(match[4]) - 4 * fraction.length)
  return match[1] === '-' ? -value : value
}

/** Without blanks, tabs and line feeds around. */
export function trimSpace(text: string): string {
  return trim(text, ' \t\n')
}

/** gopher-lua's `parseNumber`: what arithmetic makes of a string. undefined: no number. */
export function parseNumber(text: string): number | undefined {
  // perf: plain decimals, which nearly all are.
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  const trimmed = trimSpace(text)
  return parseInteger(trimmed, 0) ?? parseFloat64(trimmed)
}

/** A number in a program; what is none becomes not-a-number, as in gopher-lua. */
export function parseLiteral(text: string): number {
  return parseNumber(text) ?? Number.NaN
}
