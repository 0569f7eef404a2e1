// What functions need of the world around them. Nothing is taken from the process.

import type { Zone } from '../../time-zone.ts'

export interface SprigHost {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Go's `Local`. */
  readonly home: Zone
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly random: (bytes: number) => Uint8Array
  /** Addresses of a host name. May throw what ends the rendering. */
  readonly lookupHost: (name: string) => readonly string[]
  /** As JSON.parse. Throws a SyntaxError. */
  readonly parseJson: (text: string) => unknown
  /** Why a text is no JSON, or has a number that no double holds, in Go's words. */
  readonly describeJsonError: (text: string) => string
}

/** A whole number from 0 up to, not including, `limit`. */
export function randomBelow(limit: number, { random }: SprigHost): number {
  // 48 bits: the remainder favours no number by more than one in a million
  return Buffer.from(random(6)).readUIntBE(0, 6) % limit
}

/** security: what one call may make; Go would take the memory. */
export const MAX_TEXT = 256 * 1024 * 1024
export const MAX_ITEMS = 10_000_000
