// Makes text of what is none, as Go does: U+FFFD for each byte that is not UTF-8.

import { characterLength } from '../go/text.ts'

/** U+FFFD in UTF-8. */
const REPLACEMENT = [0xef, 0xbf, 0xbd] as const

/** A copy in which each byte that belongs to no character is U+FFFD. */
export function repairUtf8(bytes: Uint8Array): Buffer {
  // security: exactly the memory that is needed, at most three times that of the bytes; a list of numbers takes ten times as much
  const out = Buffer.allocUnsafe(bytes.length + (REPLACEMENT.length - 1) * countForeignBytes(bytes))
  let at = 0
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i)
    // compat: Go replaces every single byte, where a TextDecoder would take an unfinished character as one
    if (length === 0) for (const byte of REPLACEMENT) out[at++] = byte
    for (let k = 0; k < length; k++) out[at++] = bytes[i + k] as number
    i += length || 1
  }
  return out
}

function countForeignBytes(bytes: Uint8Array): number {
  let count = 0
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i)
    if (length === 0) count++
    i += length || 1
  }
  return count
}
