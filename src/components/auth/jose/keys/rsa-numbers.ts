// The numbers of a private RSA key that follow from the others. Knows nothing of JSON.

export interface RsaPrimes {
  readonly n: Buffer
  readonly e: Buffer
  readonly d: Buffer
  readonly p: Buffer
  readonly q: Buffer
}

export interface RsaPrivateNumbers extends RsaPrimes {
  readonly dp: Buffer
  readonly dq: Buffer
  readonly qi: Buffer
}

/**
 * Adds what the Chinese remainder theorem needs: a JWK may leave it out, Node insists on it.
 * Throws when the primes do not belong to the modulus or the exponents not to each other.
 */
export function completeRsaKey(key: RsaPrimes): RsaPrivateNumbers {
  const [n, e, d, p, q] = [key.n, key.e, key.d, key.p, key.q].map(toNumber) as [bigint, bigint, bigint, bigint, bigint]
  if (p <= 1n || q <= 1n || p * q !== n) throw new Error('the primes of an RSA key do not fit its modulus')
  const [p1, q1] = [p - 1n, q - 1n]
  if ((d * e) % p1 !== 1n % p1 || (d * e) % q1 !== 1n % q1) throw new Error('the exponents of an RSA key do not fit')
  return { ...key, dp: toBytes(d % p1), dq: toBytes(d % q1), qi: toBytes(invert(q, p)) }
}

function invert(value: bigint, modulus: bigint): bigint {
  let [r0, r1, t0, t1] = [modulus, value % modulus, 0n, 1n]
  while (r1 !== 0n) {
    const quotient = r0 / r1
    ;[r0, r1] = [r1, r0 - quotient * r1]
    ;[t0, t1] = [t1, t0 - quotient * t1]
  }
  if (r0 !== 1n) throw new Error('the primes of an RSA key are not prime to each other')
  return t0 < 0n ? t0 + modulus : t0
}

function toNumber(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`)
}

function toBytes(value: bigint): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}
