// Floating-point numbers as Go's strconv writes them: %e, %f and %g, rounded from the exact value, half to even. Pure.

import { frexp } from './arithmetic.ts'

/** 0.d1d2d3… × 10^point. */
interface Digits {
  readonly digits: string
  readonly point: number
}

/** A double has at most so many decimals; more of them are zeros. */
const MAX_DECIMALS = 1100

function exactDigits(value: number): Digits {
  if (value === 0) return { digits: '', point: 0 }
  const [fraction, power] = frexp(value)
  const mantissa = BigInt(fraction * 2 ** 53)
  const exponent = power - 53
  const scaled = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent)
  const digits = scaled.toString()
  return { digits, point: digits.length + Math.min(exponent, 0) }
}

function shortestDigits(value: number): Digits {
  if (value === 0) return { digits: '', point: 0 }
  const [mantissa = '', power = '0'] = value.toExponential().split('e')
  return { digits: mantissa.replace('.', ''), point: Number(power) + 1 }
}

/** The first `count` digits (none or less: only whether it rounds up), half to even, without zeros at the end. */
function round({ digits, point }: Digits, count: number): Digits {
  if (count < 0) return { digits: '', point: 0 }
  if (count >= digits.length) return { digits: digits.replace(/0+$/, ''), point }
  const kept = digits.slice(0, count)
  const rest = digits.slice(count)
  const isTie = /^50*$/.test(rest)
  const isUp = isTie ? Number(kept.at(-1) ?? 0) % 2 === 1 : rest >= '5'
  if (!isUp) return { digits: kept.replace(/0+$/, ''), point }
  const next = (BigInt(`0${kept}`) + 1n).toString()
  const isLonger = next.length > kept.length
  return { digits: next.replace(/0+$/, ''), point: isLonger ? point + 1 : point }
}

function withExponent({ digits, point }: Digits, decimals: number): string {
  const padded = (digits === '' ? '0' : digits).padEnd(decimals + 1, '0')
  const exponent = digits === '' ? 0 : point - 1
  const fraction = decimals > 0 ? `.${padded.slice(1, decimals + 1)}` : ''
  return `${padded[0]}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function fixed({ digits, point }: Digits, decimals: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  if (decimals <= 0) return whole
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits
  return `${whole}.${fraction.padEnd(decimals, '0').slice(0, decimals)}`
}

function general(value: number, precision: number): string {
  const isShortest = precision < 0
  let wanted = isShortest ? 6 : Math.max(precision, 1)
  const rounded = isShortest ? shortestDigits(value) : round(exactDigits(value), wanted)
  const count = rounded.digits.length
  let limit = wanted
  if (limit > count && count >= rounded.point) limit = count
  if (isShortest) limit = 6
  const exponent = rounded.point - 1
  if (exponent < -4 || exponent >= limit) {
    if (wanted > count || isShortest) wanted = count
    return withExponent(rounded, wanted - 1)
  }
  return fixed(rounded, Math.max(count - rounded.point, 0))
}

/** `strconv.FormatFloat(value, verb, precision, 64)` with a sign always; precision -1: as many digits as it takes. */
export function formatGoFloat(value: number, verb: 'e' | 'f' | 'g', precision: number): string {
  if (value !== value) return '+NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : '+'
  const size = Math.abs(value)
  if (size === Infinity) return `${sign}Inf`
  if (verb === 'g') return sign + general(size, precision)
  const decimals = Math.min(precision, MAX_DECIMALS)
  const zeros = '0'.repeat(precision - decimals)
  const exact = exactDigits(size)
  if (verb === 'f') return sign + fixed(round(exact, exact.point + decimals), decimals) + zeros
  const [mantissa = '', exponent = ''] = withExponent(round(exact, decimals + 1), decimals).split('e')
  return `${sign}${mantissa}${zeros}e${exponent}`
}
