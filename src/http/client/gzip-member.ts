// The first member of a gzip file (RFC 1952, 2.3): where its compressed data begins, and what stands behind. Knows nothing of unpacking.

/** Checksum and size behind the compressed data. */
export const END_BYTES = 8
const FIXED_BYTES = 10
const DEFLATE = 8
const HAS_CHECKSUM = 2
const HAS_EXTRA = 4
const HAS_NAME = 8
const HAS_COMMENT = 16

/** Whether a member begins here, as far as can be seen. */
export function isMember(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Compressed data and whatever stands behind it; null where no header is, or not all of it. */
export function deflatedPart(bytes: Buffer): Buffer | null {
  if (bytes.length < FIXED_BYTES || !isMember(bytes) || bytes[2] !== DEFLATE) return null
  const flags = bytes[3] as number
  let at = FIXED_BYTES
  if ((flags & HAS_EXTRA) !== 0) {
    if (at + 2 > bytes.length) return null
    at += 2 + bytes.readUInt16LE(at)
  }
  for (const text of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & text) === 0) continue
    const end = bytes.indexOf(0, at)
    if (end < 0) return null
    at = end + 1
  }
  if ((flags & HAS_CHECKSUM) !== 0) at += 2
  return at > bytes.length ? null : bytes.subarray(at)
}
