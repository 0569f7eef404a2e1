// Parts of a body that a Range field asks for, as Martian reads it. Knows nothing of messages.

import { randomBytes } from 'node:crypto'
import { parseInteger } from './address.ts'

export interface Range {
  readonly start: number
  /** Inclusive. */
  readonly end: number
}

/**
 * The ranges of a field; null where they cannot be satisfied, `all` where they come to more than there is. Throws a GatewayError
 * for what is no number.
 * security: clients choose them; what is asked for is cut at the end of the body, and many ranges never make more of it than it is.
 */
export function readRanges(field: string, size: number): readonly Range[] | null | 'all' {
  const ranges: Range[] = []
  let total = 0
  for (const written of field
    .toLowerCase()
    .replace(/^[bytes=]+/, '')
    .split(',')) {
    const bounds = (written.endsWith('-') ? `${written}${size - 1}` : written).split('-')
    if (bounds.length !== 2) return null
    const [start, end] = bounds.map((bound) => parseInteger(bound.trim())) as [number, number]
    if (start < 0 || start > end || start >= size) return null
    const range = { start, end: Math.min(end, size - 1) }
    total += range.end - range.start + 1
    ranges.push(range)
  }
  return total > size ? 'all' : ranges
}

/** `bytes 0-9/100` */
export function contentRange({ start, end }: Range, size: number): string {
  return `bytes ${start}-${end}/${size}`
}

export interface Multipart {
  readonly contentType: string
  readonly body: Buffer
}

/** Several ranges as one body. */
export function joinRanges(bytes: Buffer, ranges: readonly Range[], contentType: string): Multipart {
  const boundary = randomBytes(30).toString('hex')
  const parts = ranges.flatMap((range, index) => [
    Buffer.from(`${index === 0 ? '' : '\r\n'}--${boundary}\r\n`),
    Buffer.from(`Content-Range: ${contentRange(range, bytes.length)}\r\nContent-Type: ${contentType}\r\n\r\n`, 'latin1'),
    bytes.subarray(range.start, range.end + 1),
  ])
  const body = Buffer.concat([...parts, Buffer.from(`\r\n--${boundary}--\r\n`)])
  return { contentType: `multipart/byteranges; boundary=${boundary}`, body }
}
