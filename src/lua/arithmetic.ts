// Arithmetic as Go does it where JavaScript differs. Pure.

const TWO_63 = 2 ** 63

/** Lua's `%`: the sign of the divisor. */
export function modulo(a: number, b: number): number {
  const rest = a % b
  return (b > 0 && rest < 0) || (b < 0 && rest > 0) ? rest + b : rest
}

/** `int64(x)` of Go on amd64: cut off; what does not fit is the smallest integer. */
export function toInt64(value: number): number {
  return value >= -TWO_63 && value < TWO_63 ? Math.trunc(value) + 0 : -TWO_63
}

/** One less than an `int64`: the smallest becomes the largest, as in Go. */
export function int64Before(value: number): number {
  return value === -TWO_63 ? TWO_63 : value - 1
}

/** `float64(int64(x)) == x`: what prints and counts as an integer. */
export function isInt64(value: number): boolean {
  return value >= -TWO_63 && value < TWO_63 && Math.trunc(value) === value
}

const VIEW = new DataView(new ArrayBuffer(8))

/** A number as fraction in [0.5, 1) and power of two (C's frexp). */
export function frexp(value: number): [number, number] {
  if (value === 0 || !Number.isFinite(value)) return [value, 0]
  VIEW.setFloat64(0, value)
  let high = VIEW.getUint32(0)
  let exponent = (high >>> 20) & 0x7ff
  if (exponent === 0) {
    VIEW.setFloat64(0, value * 2 ** 54)
    high = VIEW.getUint32(0)
    exponent = ((high >>> 20) & 0x7ff) - 54
  }
  VIEW.setUint32(0, (high & ~0x7ff00000) | (1022 << 20))
  return [VIEW.getFloat64(0), exponent - 1022]
}

/** fraction × 2^exponent without an overflow on the way (C's ldexp). */
export function ldexp(fraction: number, exponent: number): number {
  let value = fraction
  let left = exponent
  for (let i = 0; i < 4 && left > 1000; i++, left -= 1000) value *= 2 ** 1000
  for (let i = 0; i < 4 && left < -1000; i++, left += 1000) value *= 2 ** -1000
  return value * 2 ** Math.max(-1000, Math.min(1000, left))
}

/** Go's `math.Pow`, which multiplies where C libraries take logarithms: the last digits differ. */
export function power(x: number, y: number): number {
  if (y === 2) return x * x
  if (y === 0 || x === 1) return 1
  if (y === 1) return x
  if (y === 0.5) return x === 0 ? 0 : x === -Infinity ? Infinity : Math.sqrt(x)
  if (y === -0.5) return x === 0 ? Infinity : x === -Infinity ? 0 : 1 / Math.sqrt(x)
  if (x !== x || y !== y || x === 0 || !Number.isFinite(x) || !Number.isFinite(y)) return specialPower(x, y)
  let whole = Math.trunc(Math.abs(y))
  let fraction = Math.abs(y) - whole
  if (fraction !== 0 && x < 0) return Number.NaN
  if (whole >= TWO_63) {
    if (x === -1) return 1
    return Math.abs(x) < 1 === y > 0 ? 0 : Infinity
  }
  let mantissa = 1
  let exponent = 0
  if (fraction !== 0) {
    if (fraction > 0.5) {
      fraction--
      whole++
    }
    mantissa = Math.exp(fraction * Math.log(x))
  }
  let [base, baseExponent] = frexp(x)
  for (let i = whole; i !== 0; i = Math.floor(i / 2)) {
    if (baseExponent < -4096 || baseExponent > 4096) {
      exponent += baseExponent
      break
    }
    if (i % 2 === 1) {
      mantissa *= base
      exponent += baseExponent
    }
    base *= base
    baseExponent *= 2
    if (base < 0.5) {
      base += base
      baseExponent--
    }
  }
  return y < 0 ? ldexp(1 / mantissa, -exponent) : ldexp(mantissa, exponent)
}

function specialPower(x: number, y: number): number {
  // 1 and -1 to an infinite power are 1 in Go and not-a-number in JavaScript.
  if (x === -1 && !Number.isFinite(y) && y === y) return 1
  return x ** y
}
