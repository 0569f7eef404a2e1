// Claims as texts, in the forms Go gives them: for headers and URL parameters. Knows nothing of requests.

import { formatPlain } from '../../../../go/format-plain.ts'
import { formatFloat } from '../../../../go/number.ts'

/** How objects become text: JSON with sorted keys. The gateway has an encoder for that. */
export type EncodeObject = (value: unknown) => string

/** The text of one claim; lists are joined by commas. */
export function claimText(value: unknown, encode: EncodeObject): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return numberText(value)
  return Array.isArray(value) ? itemTexts(value).join(',') : encode(value)
}

/** The lines that a claim becomes when lists are preserved: one for each element, none for an empty list. */
export function claimLines(value: unknown, encode: EncodeObject): string[] {
  return Array.isArray(value) ? itemTexts(value) : [claimText(value, encode)]
}

function itemTexts(list: readonly unknown[]): string[] {
  return list.map((item) => formatPlain(item))
}

/** Whole numbers, or nearly whole ones, without a fraction, others with six digits. */
function numberText(value: number): string {
  const whole = Math.round(value)
  return Math.abs(value - whole) < 1e-6 ? BigInt(whole).toString() : formatFloat(value, 'f', 6)
}

/** What may not stand in a header field: everything below a blank but the tabulator, and DEL. */
const CONTROL = /[\0-\u0008\u000a-\u001f\u007f]/

export function hasControlCharacters(text: string): boolean {
  return CONTROL.test(text)
}

/** A text as header fields hold it: one character per byte of its UTF-8 form. */
export function asHeaderValue(text: string): string {
  return /^[\0-\u007f]*$/.test(text) ? text : Buffer.from(text).toString('latin1')
}

/** What would end a path segment, or its path. */
const BREAKS_PATH = /[/?#%\\\0-\u001f\u007f]/
/** What would end a query parameter as well. */
const BREAKS_QUERY = /[/?#%\\&=+;\0-\u001f\u007f]/

/**
 * A claim for a place in a URL: escaped where it could reach beyond that place, null when it cannot be made safe.
 *
 * security: KrakenD inserts claims raw, so `../admin?x=1` picks another resource of the backend. What needs escaping is
 * escaped throughout, because a target that is only half encoded would be decoded and encoded anew.
 */
export function urlText(text: string, isInQuery: boolean): string | null {
  if (text === '.' || text === '..') return null
  return (isInQuery ? BREAKS_QUERY : BREAKS_PATH).test(text) ? encodeURIComponent(text.toWellFormed()) : text
}
