// Makes text of what is none, as Go does: U+FFFD for each byte that is not UTF-8.

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

/** Length in bytes of the valid character at `i`; 0 when there is none. */
export function characterLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i] as number
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  // perf: reading behind the end of an array would slow every later read down
  const second = i + 1 < bytes.length ? (bytes[i + 1] as number) : 0
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < low || second > high) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (i + length > bytes.length) return 0
  for (let k = 2; k < length; k++) if (((bytes[i + k] as number) & 0xc0) !== 0x80) return 0
  return length
}
