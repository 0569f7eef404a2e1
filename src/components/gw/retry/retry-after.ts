// What a backend says about when to ask again (RFC 9110, 10.2.3): seconds, or a date.

import type { ReadonlyHeaders } from '../../../engine/headers.ts'

/** Answers whose word counts. */
const TELLS = new Set([429, 503])

/** Milliseconds from now; null when nothing is said that can be read. */
export function readRetryAfterMs(status: number | null, headers: ReadonlyHeaders | null, nowMs: number): number | null {
  const value = status !== null && TELLS.has(status) ? headers?.get('Retry-After') : undefined
  if (value === undefined) return null
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs)
}
