// Exact decimal arithmetic for sprig's float functions: 0.1 + 0.2 is 0.3.

import { GoError } from '../../function.ts'
import { formatNumber } from '../../number.ts'

/** units × 10^-scale */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

/** Digits behind the point of a quotient. */
const DIVISION_DIGITS = 16

/** The decimal that the number's shortest text shows. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw new GoError(`Cannot create a Decimal from ${formatNumber(value)}`)
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const scale = fraction.length - Number(exponent)
  const units = BigInt(whole + fraction)
  return scale < 0 ? { units: units * 10n ** BigInt(-scale), scale: 0 } : { units, scale }
}

export function numberOf({ units, scale }: Decimal): number {
  return Number(`${units}e${-scale}`)
}

function align(a: Decimal, b: Decimal): readonly [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale)
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale), scale]
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const [left, right, scale] = align(a, b)
  return { units: left + right, scale }
}

export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  return addDecimals(a, { units: -b.units, scale: b.scale })
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, scale: a.scale + b.scale }
}

/** Halves go away from zero. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (b.units === 0n) throw new GoError('decimal division by 0')
  const [left, right] = align(a, b)
  const numerator = left * 10n ** BigInt(DIVISION_DIGITS)
  const [top, bottom] = [absolute(numerator), absolute(right)]
  const quotient = top / bottom + ((top % bottom) * 2n >= bottom ? 1n : 0n)
  return { units: numerator < 0n === right < 0n ? quotient : -quotient, scale: DIVISION_DIGITS }
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}
