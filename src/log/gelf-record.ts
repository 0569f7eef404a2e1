// A text as a record of GELF 1.1, and a datagram of it in the pieces that UDP wants.

export interface GelfInit {
  readonly host: string
  /** Empty over TCP. */
  readonly facility: string
}

/** compat: whatever is said has the severity "informational". */
const LEVEL = 6
/** What fits into a datagram that no network takes apart. */
const MAX_DATAGRAM = 1420
const CHUNK_HEAD = 12
const MAX_CHUNKS = 128
const MAGIC = [0x1e, 0x0f] as const

/** JSON on one line, without a line feed; `ms`: milliseconds since 1970. */
export function gelfRecord(text: string, ms: number, { host, facility }: GelfInit): string {
  const whole = text.trim()
  const [first = ''] = whole.split('\n', 1)
  const full = whole.length > first.length ? { full_message: whole } : null
  return JSON.stringify({
    version: '1.1',
    host,
    short_message: first.trimEnd(),
    ...full,
    timestamp: ms / 1000,
    level: LEVEL,
    ...(facility === '' ? null : { facility }),
  })
}

/** The datagrams of a packed record, with an `id` of 8 bytes where there are several; null for one that is too long. */
export function gelfDatagrams(packed: Buffer, makeId: () => Buffer): Buffer[] | null {
  if (packed.length <= MAX_DATAGRAM) return [packed]
  const size = MAX_DATAGRAM - CHUNK_HEAD
  const count = Math.ceil(packed.length / size)
  if (count > MAX_CHUNKS) return null
  const id = makeId()
  return Array.from({ length: count }, (_, i) =>
    Buffer.concat([Buffer.from(MAGIC), id, Buffer.from([i, count]), packed.subarray(i * size, (i + 1) * size)]),
  )
}
