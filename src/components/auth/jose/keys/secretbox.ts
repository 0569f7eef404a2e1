// Opens NaCl's secretbox (XSalsa20-Poly1305): Node has no such cipher. Knows nothing of keys' origin.

import { timingSafeEqual } from 'node:crypto'

const SIGMA = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const
const KEY_BYTES = 32
const NONCE_BYTES = 24
const TAG_BYTES = 16
const BLOCK_BYTES = 64

/** The plain text of `nonce ‖ tag ‖ cipher text`. Throws when the tag is wrong. */
export function openSecretbox(sealed: Buffer, key: Buffer): Buffer {
  if (key.length !== KEY_BYTES) throw new Error('the key of a secretbox has 32 bytes')
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new Error('the secretbox is too short')
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  const cipher = sealed.subarray(NONCE_BYTES + TAG_BYTES)
  const subkey = deriveSubkey(key, nonce.subarray(0, 16))
  // The first 32 bytes of the key stream are the key of the tag; the text begins behind them.
  const stream = keyStream(subkey, nonce.subarray(16), KEY_BYTES + cipher.length)
  if (!timingSafeEqual(poly1305(cipher, stream.subarray(0, KEY_BYTES)), tag))
    throw new Error('the secretbox cannot be opened with this key')
  const plain = Buffer.alloc(cipher.length)
  for (let i = 0; i < cipher.length; i++) plain[i] = (cipher[i] as number) ^ (stream[KEY_BYTES + i] as number)
  return plain
}

/** HSalsa20. */
function deriveSubkey(key: Buffer, input: Buffer): Buffer {
  const state = mix(salsaInput(key, words(input)))
  const result = Buffer.alloc(KEY_BYTES)
  for (const [i, at] of [0, 5, 10, 15, 6, 7, 8, 9].entries()) result.writeUInt32LE((state[at] as number) >>> 0, i * 4)
  return result
}

function keyStream(key: Buffer, nonce: Buffer, length: number): Buffer {
  const stream = Buffer.alloc(Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES)
  const [n0, n1] = words(nonce) as [number, number]
  for (let block = 0; block * BLOCK_BYTES < length; block++) {
    const input = salsaInput(key, [n0, n1, block, 0])
    const mixed = mix(input)
    for (let i = 0; i < 16; i++) stream.writeUInt32LE(((mixed[i] as number) + (input[i] as number)) >>> 0, block * BLOCK_BYTES + i * 4)
  }
  return stream
}

function salsaInput(key: Buffer, middle: readonly number[]): Int32Array {
  const k = words(key)
  return Int32Array.from([SIGMA[0], ...k.slice(0, 4), SIGMA[1], ...middle, SIGMA[2], ...k.slice(4), SIGMA[3]])
}

function words(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(i * 4))
}

/** Quarters of the columns, then of the rows. */
const QUARTERS = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
] as const

/** Twenty rounds of Salsa20. */
function mix(input: Int32Array): Int32Array {
  const x = Int32Array.from(input)
  for (let round = 0; round < 10; round++) {
    for (const [a, b, c, d] of QUARTERS) {
      x[b] = at(x, b) ^ rotate(at(x, a) + at(x, d), 7)
      x[c] = at(x, c) ^ rotate(at(x, b) + at(x, a), 9)
      x[d] = at(x, d) ^ rotate(at(x, c) + at(x, b), 13)
      x[a] = at(x, a) ^ rotate(at(x, d) + at(x, c), 18)
    }
  }
  return x
}

function at(x: Int32Array, index: number): number {
  return x[index] as number
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

const PRIME = 2n ** 130n - 5n
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn

function poly1305(message: Buffer, key: Buffer): Buffer {
  const r = toNumber(key.subarray(0, 16)) & CLAMP
  let sum = 0n
  for (let i = 0; i < message.length; i += 16) {
    const block = message.subarray(i, i + 16)
    sum = ((sum + toNumber(block) + (1n << BigInt(8 * block.length))) * r) % PRIME
  }
  const tag = (sum + toNumber(key.subarray(16))) & (2n ** 128n - 1n)
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse()
}

/** Little endian. */
function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex') || '0'}`)
}
