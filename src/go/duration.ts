// Go's time.Duration as text.

import { quoteBytes } from './quote.ts'

/** Nanoseconds of each unit. */
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const LIMIT = 1n << 63n
/** Digits of a whole number that may fit. */
const MAX_DIGITS = 20
/** Digits of a fraction that count. */
const MAX_FRACTION = 18
const PART = /^(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))([^.0-9]*)/

/** `1h30m0s`, `1.5s`, `150ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (size < 1000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${withFraction(size, 3)}µs`
  if (size < 1_000_000_000n) return `${sign}${withFraction(size, 6)}ms`
  const minutes = size / 60_000_000_000n
  const seconds = `${withFraction(size % 60_000_000_000n, 9)}s`
  if (minutes === 0n) return sign + seconds
  const hours = minutes / 60n
  return `${sign}${hours === 0n ? '' : `${hours}h`}${minutes % 60n}m${seconds}`
}

function withFraction(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits)
  const fraction = (value % scale).toString().padStart(digits, '0').replace(/0+$/, '')
  return `${value / scale}${fraction === '' ? '' : `.${fraction}`}`
}

/** Nanoseconds of a text such as `1h30m`, `-1.5s` or `0`; otherwise what time.ParseDuration says, which the quoted text follows. */
export function parseNanoseconds(text: string): bigint | string {
  const isNegative = text.startsWith('-')
  let rest = isNegative || text.startsWith('+') ? text.slice(1) : text
  if (rest === '0') return 0n
  if (rest === '') return 'time: invalid duration'
  let total = 0n
  while (rest !== '') {
    const match = PART.exec(rest)
    if (match === null) return 'time: invalid duration'
    const [all, whole = '0', tail = '', alone, unit = ''] = match
    if (unit === '') return 'time: missing unit in duration'
    const scale = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
    if (scale === undefined) return `time: unknown unit ${quoteBytes(unit)} in duration`
    // security: the text may be long, and so would be the number.
    if (whole.length > MAX_DIGITS) return 'time: invalid duration'
    total += BigInt(whole) * scale + fractionOf((alone ?? tail).slice(0, MAX_FRACTION), Number(scale))
    if (total > LIMIT) return 'time: invalid duration'
    rest = rest.slice(all.length)
  }
  if (isNegative) return -total
  return total >= LIMIT ? 'time: invalid duration' : total
}

/** compat: the fraction of a unit goes through a double, as in Go. */
function fractionOf(digits: string, scale: number): bigint {
  return BigInt(Math.trunc(Number(digits) * (scale / 10 ** digits.length)))
}

/** The same as a number, which is exact up to about a hundred days. */
export function parseDuration(text: string): number | string {
  const parsed = parseNanoseconds(text)
  return typeof parsed === 'bigint' ? Number(parsed) : parsed
}

/** Milliseconds of a text that time.ParseDuration takes, null for any other. */
export function parseDurationMs(text: string): number | null {
  const parsed = parseDuration(text)
  return typeof parsed === 'number' ? parsed / 1e6 : null
}
