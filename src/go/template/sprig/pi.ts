// Digits of pi, from which Blowfish takes its first tables.

/** The first bits of pi behind the point, as 32-bit words. */
export function piWords(count: number): Uint32Array {
  // 64 bits more than are used, for the errors of the last places
  const bits = BigInt(count * 32 + 64)
  const one = 1n << bits
  const pi = 4n * (4n * inverseTangent(5n, one) - inverseTangent(239n, one))
  const fraction = (pi - 3n * one) >> 64n
  const words = new Uint32Array(count)
  for (let index = 0; index < count; index++) words[index] = Number((fraction >> BigInt(32 * (count - 1 - index))) & 0xffff_ffffn)
  return words
}

/** arctan(1 / x) × one */
function inverseTangent(x: bigint, one: bigint): bigint {
  let power = one / x
  let sum = power
  for (let divisor = 3n, isMinus = true; power !== 0n; divisor += 2n, isMinus = !isMinus) {
    power /= x * x
    sum += isMinus ? -(power / divisor) : power / divisor
  }
  return sum
}
