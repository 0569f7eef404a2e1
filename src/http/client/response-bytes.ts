// Where the parts of a response lie in its bytes. Knows no state.

import { MalformedResponse } from './response-fields.ts'

const EMPTY_LINE = Buffer.from('\r\n\r\n')

export function withoutLength(fields: readonly string[]): string[] {
  const at = fields.indexOf('Content-Length')
  return at < 0 ? [...fields] : [...fields.slice(0, at), ...fields.slice(at + 2)]
}

/** Of a line before a chunk. Throws a MalformedResponse. */
export function chunkSize(line: string): number {
  const size = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;|$)/.exec(line)
  if (size === null) throw new MalformedResponse('invalid byte in chunk length')
  return Number.parseInt(size[1] as string, 16)
}

/**
 * An index after the empty line that ends a head, -1 when there is none from `from` on. Lines may end with CR LF or, as Go
 * has it, with LF alone.
 */
export function findHeadEnd(bytes: Buffer, start: number, from: number, limit: number): number {
  const usual = bytes.indexOf(EMPTY_LINE, from)
  if (usual >= 0 && usual + 4 <= limit) return usual + 4
  let at = bytes.indexOf(0x0a, from)
  while (at >= 0 && at < limit) {
    if (bytes[at + 1] === 0x0a && at + 2 <= limit && at >= start) return at + 2
    if (bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a && at + 3 <= limit) return at + 3
    at = bytes.indexOf(0x0a, at + 1)
  }
  return -1
}
