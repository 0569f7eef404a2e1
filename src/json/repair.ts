// Makes text of what is none, as Go does: U+FFFD for each byte that is not UTF-8.

const REPLACEMENT = [0xef, 0xbf, 0xbd] as const

/** A copy in which each byte that belongs to no character is U+FFFD. */
export function repairUtf8(bytes: Uint8Array): Buffer {
  const out: number[] = []
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i)
    // compat: Go replaces every single byte, where a TextDecoder would take an unfinished character as one
    if (length === 0) out.push(...REPLACEMENT)
    for (let k = 0; k < length; k++) out.push(bytes[i + k] as number)
    i += length || 1
  }
  return Buffer.from(out)
}

/** Length in bytes of the valid character at `i`; 0 when there is none. */
function characterLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i] as number
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const second = bytes[i + 1] ?? 0
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < low || second > high) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  for (let k = 2; k < length; k++) if (((bytes[i + k] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}
