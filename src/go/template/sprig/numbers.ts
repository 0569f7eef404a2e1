// sprig's arithmetic: int64 that wraps around, floats by exact decimals, and lists of numbers.

import { fn, GoError, type GoFunction } from '../../function.ts'
import { parseInt64 } from '../../number.ts'
import { formatAll } from '../../format-value.ts'
import { GoInt, GoSlice, type GoValue, int, int64 } from '../../value.ts'
import { toFloat64, toInt64 } from './cast.ts'
import { addDecimals, divideDecimals, multiplyDecimals, type Decimal, numberOf, decimalOf, subtractDecimals } from './decimal.ts'
import { MAX_ITEMS, randomBelow, type SprigHost } from './host.ts'

const DIVIDE_BY_ZERO = 'runtime error: integer divide by zero'

export function numberFunctions(host: SprigHost): Readonly<Record<string, GoFunction>> {
  const max = pick((a, b) => b > a)
  return {
    atoi: fn(['string'], (text) => int(parseInt64(text, 10) ?? 0n)),
    int: fn(['any'], (value) => int(toInt64(value))),
    int64: fn(['any'], (value) => int64(toInt64(value))),
    float64: fn(['any'], toFloat64),
    toDecimal: fn(['any'], (value) => int64(parseInt64(formatAll([value]), 8) ?? 0n)),
    add: fn(['...any'], (...values) => int64(values.reduce((sum: bigint, value) => sum + toInt64(value), 0n))),
    add1: fn(['any'], (value) => int64(toInt64(value) + 1n)),
    sub: fn(['any', 'any'], (a, b) => int64(toInt64(a) - toInt64(b))),
    mul: fn(['any', '...any'], (first, ...rest) =>
      int64(rest.reduce((product: bigint, value) => BigInt.asIntN(64, product * toInt64(value)), toInt64(first))),
    ),
    div: fn(['any', 'any'], (a, b) => int64(toInt64(a) / divisor(b))),
    mod: fn(['any', 'any'], (a, b) => int64(toInt64(a) % divisor(b))),
    max,
    biggest: max,
    min: pick((a, b) => b < a),
    addf: fn(['...any'], (...values) => calculate(0, values, addDecimals)),
    add1f: fn(['any'], (value) => calculate(value, [int(1)], addDecimals)),
    subf: fn(['any', '...any'], (first, ...rest) => calculate(first, rest, subtractDecimals)),
    mulf: fn(['any', '...any'], (first, ...rest) => calculate(first, rest, multiplyDecimals)),
    divf: fn(['any', '...any'], (first, ...rest) => calculate(first, rest, divideDecimals)),
    maxf: fn(['any', '...any'], (first, ...rest) => Math.max(toFloat64(first), ...rest.map(toFloat64))),
    minf: fn(['any', '...any'], (first, ...rest) => Math.min(toFloat64(first), ...rest.map(toFloat64))),
    floor: fn(['any'], (value) => Math.floor(toFloat64(value))),
    ceil: fn(['any'], (value) => Math.ceil(toFloat64(value))),
    round: fn(['any', 'int', '...float64'], round),
    until: fn(['int'], (count) => integers(0, count, count < 0 ? -1 : 1)),
    untilStep: fn(['int', 'int', 'int'], integers),
    seq: fn(['...int'], (...values) => sequence(values)),
    randInt: fn(['int', 'int'], (low, high) => {
      if (high <= low) throw new GoError('invalid argument to Intn')
      return int(randomBelow(high - low, host) + low)
    }),
  }
}

function divisor(value: GoValue): bigint {
  const number = toInt64(value)
  if (number === 0n) throw new GoError(DIVIDE_BY_ZERO)
  return number
}

function pick(isBetter: (best: bigint, other: bigint) => boolean): GoFunction {
  return fn(['any', '...any'], (first, ...rest) => {
    return int64(rest.map(toInt64).reduce((best, other) => (isBetter(best, other) ? other : best), toInt64(first)))
  })
}

function calculate(first: GoValue, rest: readonly GoValue[], operate: (a: Decimal, b: Decimal) => Decimal): number {
  return numberOf(rest.reduce<Decimal>((result, value) => operate(result, decimalOf(toFloat64(value))), decimalOf(toFloat64(first))))
}

/** compat: what rounds up is decided by the signed fraction, so that -2.5 becomes -3 and -2.4 as well. */
function round(value: GoValue, places: number, ...thresholds: number[]): number {
  const power = 10 ** places
  const digit = power * toFloat64(value)
  const fraction = digit % 1
  return (fraction >= (thresholds[0] ?? 0.5) ? Math.ceil(digit) : Math.floor(digit)) / power
}

function range(start: number, stop: number, step: number): number[] {
  if (step === 0 || stop < start !== step < 0) return []
  const count = Math.max(Math.ceil((stop - start) / step), 0)
  if (count > MAX_ITEMS) throw new GoError(`a list of ${count} numbers: at most ${MAX_ITEMS} are made`)
  return Array.from({ length: count }, (_, index) => start + index * step)
}

function integers(start: number, stop: number, step: number): GoSlice {
  return new GoSlice(
    'int',
    range(start, stop, step).map((value) => new GoInt('int', BigInt(value))),
  )
}

/** As a text: `1 2 3`. */
function sequence([first, second, third]: readonly number[]): string {
  if (first === undefined) return ''
  if (second === undefined) return ends(1, first, null)
  return third === undefined ? ends(first, second, null) : ends(first, third, second)
}

function ends(start: number, end: number, step: number | null): string {
  const direction = end < start ? -1 : 1
  if (step !== null && direction < 0 && step > 0) return ''
  return range(start, end + direction, step ?? direction).join(' ')
}
