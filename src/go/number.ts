// Numbers as Go's strconv writes and reads them.

import { quote } from './quote.ts'

const MANTISSA_BITS = 52n
const MIN_EXPONENT = -1074n
const VIEW = new DataView(new ArrayBuffer(8))
/** What Number's toFixed takes. */
const MAX_FIXED = 100

/** The letters of strconv.FormatFloat; `b` and `x` are powers of two. */
export type FloatFormat = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X'

/** Digits without a point; the value is 0.DIGITS × 10^point. */
interface Decimal {
  readonly digits: string
  readonly point: number
}

/** strconv.FormatFloat for 64 bits; `precision` -1 is the shortest text that reads back as the same number. */
export function formatFloat(value: number, format: FloatFormat, precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  if (format === 'b') return sign + formatBinary(size)
  if (format === 'x' || format === 'X') return sign + formatHex(size, format, precision)
  const letter = format.toLowerCase()
  const isUpper = format !== letter
  if (letter === 'f') return sign + (precision < 0 ? fixed(shortest(size), precision) : fixedTo(size, precision))
  if (letter === 'e') {
    const decimal = precision < 0 ? shortest(size) : roundAt(exact(size), precision + 1, 'digits')
    return sign + scientific(decimal, precision < 0 ? Math.max(decimal.digits.length - 1, 0) : precision, isUpper)
  }
  return sign + general(size, precision, isUpper)
}

/** strconv.FormatFloat for 32 bits in the format `E`, shortest: `4.2E+01`. */
export function formatFloat32(value: number): string {
  const single = Math.fround(value)
  if (!Number.isFinite(single)) return formatFloat(single, 'E', -1)
  let text = ''
  for (let digits = 0; digits === 0 || Math.fround(Number(text)) !== single; digits++) text = single.toExponential(digits)
  return formatFloat(Number(text), 'E', -1)
}

function fixedTo(size: number, precision: number): string {
  // perf: toFixed rounds from the exact value as well, but halves up; only a multiple of a power of two can be such a half
  if (precision <= MAX_FIXED && size < 1e21 && !Number.isInteger(size * 2 ** (precision + 1))) return size.toFixed(precision)
  return fixed(roundAt(exact(size), precision, 'point'), precision)
}

function general(size: number, precision: number, isUpper: boolean): string {
  const isShortest = precision < 0
  // perf: here JavaScript writes the same
  if (isShortest && size >= 1e-4 && size < 1e6) return String(size)
  const wanted = precision === 0 ? 1 : precision
  const decimal = isShortest ? shortest(size) : roundAt(exact(size), wanted, 'digits')
  const count = decimal.digits.length
  let limit = isShortest ? 6 : wanted
  if (!isShortest && limit > count && count >= decimal.point) limit = count
  const exponent = count === 0 ? -1 : decimal.point - 1
  if (exponent < -4 || exponent >= limit) return scientific(decimal, Math.max(count - 1, 0), isUpper)
  return fixed(decimal, Math.max(count - decimal.point, 0))
}

function shortest(size: number): Decimal {
  if (size === 0) return { digits: '', point: 0 }
  const [mantissa = '', exponent = ''] = size.toExponential().split('e')
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}

/** All digits of a double, trailing zeros cut. */
function exact(size: number): Decimal {
  const { mantissa, exponent } = split(size)
  if (mantissa === 0n) return { digits: '', point: 0 }
  const digits = (exponent >= 0n ? mantissa << exponent : mantissa * 5n ** -exponent).toString()
  const point = exponent >= 0n ? digits.length : digits.length - Number(-exponent)
  return { digits: digits.replace(/0+$/, ''), point }
}

function split(size: number): { mantissa: bigint; exponent: bigint } {
  VIEW.setFloat64(0, size)
  const bits = VIEW.getBigUint64(0)
  const biased = bits >> MANTISSA_BITS
  const fraction = bits & ((1n << MANTISSA_BITS) - 1n)
  if (biased === 0n) return { mantissa: fraction, exponent: MIN_EXPONENT }
  return { mantissa: fraction | (1n << MANTISSA_BITS), exponent: biased - 1075n }
}

/** Halves go to the even neighbour. `count`: of digits, or of digits behind the decimal point. */
function roundAt({ digits, point }: Decimal, count: number, what: 'digits' | 'point'): Decimal {
  const keep = what === 'digits' ? count : point + count
  if (keep >= digits.length) return { digits, point }
  if (keep < 0) return { digits: '', point: 0 }
  const kept = digits.slice(0, keep)
  const rest = digits.slice(keep)
  const isHalf = /^50*$/.test(rest)
  const isOdd = (kept.charCodeAt(kept.length - 1) || 0x30) % 2 === 1
  const isUp = isHalf ? isOdd : rest.charAt(0) >= '5'
  if (!isUp) return trimmed(kept, point)
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString().padStart(kept.length, '0')
  return trimmed(raised, raised.length > kept.length ? point + 1 : point)
}

function trimmed(digits: string, point: number): Decimal {
  const cut = digits.replace(/0+$/, '')
  return cut === '' ? { digits: '', point: 0 } : { digits: cut, point }
}

function fixed({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  const fraction = point >= 0 ? digits.slice(point) : '0'.repeat(-point) + digits
  const wanted = precision < 0 ? fraction : fraction.slice(0, precision).padEnd(precision, '0')
  return wanted === '' ? whole : `${whole}.${wanted}`
}

function scientific({ digits, point }: Decimal, precision: number, isUpper: boolean): string {
  const first = digits.charAt(0) || '0'
  const fraction = precision === 0 ? '' : `.${digits.slice(1, precision + 1).padEnd(precision, '0')}`
  return `${first}${fraction}${isUpper ? 'E' : 'e'}${exponentText(digits === '' ? 0 : point - 1)}`
}

function exponentText(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function formatBinary(size: number): string {
  const { mantissa, exponent } = split(size)
  return `${mantissa}p${exponent < 0n ? '' : '+'}${exponent}`
}

function formatHex(size: number, format: 'x' | 'X', precision: number): string {
  let { mantissa, exponent } = split(size)
  if (mantissa === 0n) exponent = 0n
  else {
    while (mantissa >> MANTISSA_BITS === 0n) {
      mantissa <<= 1n
      exponent--
    }
    exponent += MANTISSA_BITS
  }
  let digits = 13
  if (precision >= 0 && precision < 13) {
    const shift = BigInt(4 * (13 - precision))
    const half = 1n << (shift - 1n)
    const rest = mantissa & ((1n << shift) - 1n)
    mantissa >>= shift
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++
    digits = precision
    if (mantissa >> BigInt(4 * digits + 1) > 0n) {
      mantissa >>= 1n
      exponent++
    }
  }
  const whole = mantissa >> BigInt(4 * digits)
  const fraction = (mantissa - (whole << BigInt(4 * digits))).toString(16).padStart(digits, '0').slice(0, digits)
  const shown = precision < 0 ? fraction.replace(/0+$/, '') : fraction.padEnd(precision, '0')
  const text = `0x${whole}${shown === '' ? '' : `.${shown}`}p${exponentText(Number(exponent))}`
  return format === 'X' ? text.toUpperCase() : text
}

/** Shortest, as `%v` shows a float64: `1e+06`, `0.5`; an exponent below 1e-4 and from 1e6 on. */
export function formatNumber(value: number): string {
  return formatFloat(value, 'g', -1)
}

const DECIMAL_FLOAT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const HEX_FLOAT = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?\d+)$/

/** strconv.ParseFloat, null for what it refuses. */
export function parseFloat64(text: string): number | null {
  if (/^[+-]?(?:inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (/^nan$/i.test(text)) return Number.NaN
  const plain = withoutUnderscores(text)
  if (plain === null) return null
  if (DECIMAL_FLOAT.test(plain)) {
    const value = Number(plain)
    return Number.isFinite(value) ? value : null
  }
  const match = HEX_FLOAT.exec(plain)
  if (match === null) return null
  const [, sign = '', whole = '', fraction = '', power = '0'] = match
  if (whole + fraction === '') return null
  // in two steps: the second power alone may be smaller than any number
  const exponent = Number(power) - 4 * fraction.length
  const half = Math.trunc(exponent / 2)
  const mantissa = Number(BigInt(`0x${whole}${fraction}`))
  const value = mantissa === 0 ? 0 : mantissa * 2 ** half * 2 ** (exponent - half)
  if (!Number.isFinite(value)) return null
  return sign === '-' ? -value : value
}

export const MAX_INT64 = (1n << 63n) - 1n
export const MIN_INT64 = -(1n << 63n)
export const MAX_UINT64 = (1n << 64n) - 1n

/** strconv.ParseInt for 64 bits; base 0 reads prefixes and underscores as Go's source does. Null for what it refuses. */
export function parseInt64(text: string, base: number): bigint | null {
  const isNegative = text.startsWith('-')
  const size = parseUint64(isNegative || text.startsWith('+') ? text.slice(1) : text, base)
  if (size === null || size > (isNegative ? MAX_INT64 + 1n : MAX_INT64)) return null
  return isNegative ? -size : size
}

const SHORT_INTEGER = /^[+-]?\d{1,15}$/

/** The error of strconv.Atoi, or of another function for decimals; null where it has none. */
export function explainInteger(text: string, name = 'Atoi'): string | null {
  // perf: without a BigInt for what is nearly always small
  if (SHORT_INTEGER.test(text) || parseInt64(text, 10) !== null) return null
  return `strconv.${name}: parsing ${quote(text)}: ${/^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax'}`
}

/** strconv.ParseUint for 64 bits. */
export function parseUint64(text: string, base: number): bigint | null {
  let radix = base
  let digits = text
  if (base === 0) {
    radix = 10
    const prefix = /^0([xXbBoO]?)/.exec(text)
    if (prefix !== null && text.length > 1) {
      radix = { x: 16, b: 2, o: 8 }[prefix[1]?.toLowerCase() ?? ''] ?? 8
      digits = text.slice(prefix[0].length)
    }
    if (withoutUnderscores(text) === null) return null
    digits = digits.replaceAll('_', '')
  }
  const allowed = { 2: /^[01]+$/, 8: /^[0-7]+$/, 10: /^[0-9]+$/, 16: /^[0-9a-fA-F]+$/ }[radix]
  if (allowed === undefined || !allowed.test(digits)) return null
  // longer than any 64-bit number: not worth the arithmetic
  const short = digits.replace(/^0+(?=.)/, '')
  if (short.length > 64) return null
  const value = BigInt({ 2: '0b', 8: '0o', 10: '', 16: '0x' }[radix] + short)
  return value > MAX_UINT64 ? null : value
}

const DECIMAL_UNDERSCORES = /^(?:[^_]|(?<=[0-9])_(?=[0-9]))*$/
const PREFIXED_UNDERSCORES = /^(?:[^_]|(?<=[0-9a-fA-F]|^[+-]?0[xXbBoO])_(?=[0-9a-fA-F]))*$/

/** Without the underscores that stand between digits, or between a prefix and the first digit; null when one stands elsewhere. */
function withoutUnderscores(text: string): string | null {
  if (!text.includes('_')) return text
  const good = /^[+-]?0[xXbBoO]/.test(text) ? PREFIXED_UNDERSCORES : DECIMAL_UNDERSCORES
  return good.test(text) ? text.replaceAll('_', '') : null
}
