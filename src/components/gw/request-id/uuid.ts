// Makes ids of requests: UUIDs of version 7 (RFC 9562), which begin with the time, so that they sort by it.

import { randomBytes } from 'node:crypto'

/** Hexadecimal digits of one id that are random: 3, the variant, 3 and 12. */
const DIGITS = 19
/** perf: asking for many at once costs as much as for one. */
const POOL_DIGITS = DIGITS * 400
const VARIANTS = '89ab'

/** `readMs` gives milliseconds since 1970. */
export function uuidMaker(readMs: () => number): () => string {
  let pool = ''
  let at = POOL_DIGITS
  let lastMs = -1
  let time = ''
  return function makeUuid() {
    const ms = readMs()
    if (ms !== lastMs) {
      const digits = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0')
      time = `${digits.slice(0, 8)}-${digits.slice(8)}-7`
      lastMs = ms
    }
    if (at === POOL_DIGITS) {
      pool = randomBytes(POOL_DIGITS / 2).toString('hex')
      at = 0
    }
    const code = pool.charCodeAt(at + 3)
    // The value of the digit, for letters too, as far as its two lowest bits go.
    const variant = VARIANTS.charAt((code + (code >> 6)) & 3)
    const id = `${time}${pool.slice(at, at + 3)}-${variant}${pool.slice(at + 4, at + 7)}-${pool.slice(at + 7, at + 19)}`
    at += DIGITS
    return id
  }
}
