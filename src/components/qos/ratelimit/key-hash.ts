// HalfSipHash-2-4 with 64 bits of output over the UTF-16 units of a text. Knows nothing of clients.

/**
 * A keyed hash: whoever does not know the key can neither find two texts with the same hash nor make a chain in a table long.
 * The result of `hash` is left in `lo` and `hi`; it is never 0.
 */
export class KeyHasher {
  readonly #k0: number
  readonly #k1: number
  lo = 0
  hi = 0

  constructor(k0: number, k1: number) {
    this.#k0 = k0 | 0
    this.#k1 = k1 | 0
  }

  /** A hasher with a key of its own: the same texts have unrelated hashes there. */
  derive(name: string): KeyHasher {
    this.hash(name)
    return new KeyHasher(this.lo, this.hi)
  }

  hash(text: string): void {
    let v0 = this.#k0
    let v1 = this.#k1 ^ 0xee
    let v2 = 0x6c796765 ^ this.#k0
    let v3 = 0x74656462 ^ this.#k1
    const { length } = text
    const words = (length >> 1) + 1
    // Two rounds for each word and eight after the last one: HalfSipHash's 2 and 4 + 4.
    for (let i = 0; i <= words + 3; i++) {
      let word = 0
      if (i < words - 1) word = text.charCodeAt(2 * i) | (text.charCodeAt(2 * i + 1) << 16)
      else if (i === words - 1) word = ((2 * length) << 24) | (length & 1 ? text.charCodeAt(length - 1) : 0)
      else if (i === words) v2 ^= 0xee
      else if (i === words + 2) {
        this.lo = v1 ^ v3
        v1 ^= 0xdd
      }
      v3 ^= word
      for (let round = 0; round < 2; round++) {
        v0 = (v0 + v1) | 0
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
        v0 = (v0 << 16) | (v0 >>> 16)
        v2 = (v2 + v3) | 0
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
        v0 = (v0 + v3) | 0
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
        v2 = (v2 + v1) | 0
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
        v2 = (v2 << 16) | (v2 >>> 16)
      }
      v0 ^= word
    }
    this.hi = v1 ^ v3
    if (this.lo === 0 && this.hi === 0) this.lo = 1
  }
}
