// bcrypt hashes of passwords, `$2a$10$…`.

import { piWords } from './pi.ts'

const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const COST = 10
const SALT_BYTES = 16
const ROUNDS = 16
const P_WORDS = ROUNDS + 2
const S_WORDS = 4 * 256
/** The text that is encrypted 64 times. */
const MAGIC = Buffer.from('OrpheanBeholderScryDoubt')

/** Longer passwords are refused, as by Go's library. */
export const MAX_PASSWORD = 72

let initial: Uint32Array | null = null

/** `salt`: 16 random bytes; the work doubles with each step of `cost`. */
export function bcryptHash(password: Uint8Array, salt: Uint8Array, cost: number = COST): string {
  initial ??= piWords(P_WORDS + S_WORDS)
  const state = new Blowfish(initial)
  const key = Buffer.concat([password, Buffer.of(0)])
  state.expand(key, salt)
  const nothing = new Uint8Array(SALT_BYTES)
  for (let round = 0; round < 2 ** cost; round++) {
    state.expand(key, nothing)
    state.expand(salt, nothing)
  }
  const words = new Uint32Array(MAGIC.length / 4)
  for (let index = 0; index < words.length; index++) words[index] = MAGIC.readUInt32BE(index * 4)
  for (let pair = 0; pair < words.length; pair += 2) for (let time = 0; time < 64; time++) state.encrypt(words, pair)
  const hash = Buffer.alloc(MAGIC.length)
  for (const [index, word] of words.entries()) hash.writeUInt32BE(word, index * 4)
  // compat: the last byte is left out
  return `$2a$${String(cost).padStart(2, '0')}$${encode(salt)}${encode(hash.subarray(0, MAGIC.length - 1))}`
}

function encode(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3)
    const group = (first << 16) | (second << 8) | third
    const digits = Math.min(bytes.length - at, 3) + 1
    for (let digit = 0; digit < digits; digit++) text += ALPHABET.charAt((group >> (18 - 6 * digit)) & 63)
  }
  return text
}

class Blowfish {
  readonly #p: Uint32Array
  readonly #s: Uint32Array

  constructor(words: Uint32Array) {
    this.#p = words.slice(0, P_WORDS)
    this.#s = words.slice(P_WORDS)
  }

  /** Mixes a key into the tables, salted. */
  expand(key: Uint8Array, salt: Uint8Array): void {
    const p = this.#p
    let at = 0
    for (let index = 0; index < P_WORDS; index++) {
      let word = 0
      for (let byte = 0; byte < 4; byte++) {
        word = (word << 8) | (key[at] ?? 0)
        at = (at + 1) % key.length
      }
      p[index] = (p[index] ?? 0) ^ word
    }
    const salts = new DataView(salt.buffer, salt.byteOffset, SALT_BYTES)
    const block = new Uint32Array(2)
    let turn = 0
    for (const table of [p, this.#s]) {
      for (let index = 0; index < table.length; index += 2) {
        block[0] = (block[0] ?? 0) ^ salts.getUint32(turn * 8)
        block[1] = (block[1] ?? 0) ^ salts.getUint32(turn * 8 + 4)
        turn ^= 1
        this.encrypt(block, 0)
        table[index] = block[0]
        table[index + 1] = block[1]
      }
    }
  }

  /** Two words in place. */
  encrypt(words: Uint32Array, at: number): void {
    const p = this.#p
    const s = this.#s
    let left = words[at] ?? 0
    let right = words[at + 1] ?? 0
    for (let round = 0; round < ROUNDS; round += 2) {
      left ^= p[round] ?? 0
      right ^= mix(s, left)
      right ^= p[round + 1] ?? 0
      left ^= mix(s, right)
    }
    words[at] = right ^ (p[ROUNDS + 1] ?? 0)
    words[at + 1] = left ^ (p[ROUNDS] ?? 0)
  }
}

function mix(s: Uint32Array, word: number): number {
  const sum = (s[word >>> 24] ?? 0) + (s[256 + ((word >>> 16) & 255)] ?? 0)
  return (((sum | 0) ^ (s[512 + ((word >>> 8) & 255)] ?? 0)) + (s[768 + (word & 255)] ?? 0)) | 0
}
