// What spans say of requests and answers. security: whatever comes from outside is cut, or waiting spans would hold any amount of memory.

import type { ReadonlyHeaders } from '../../../engine/headers.ts'
import type { Span, SpanValue } from '../tracer.ts'
import type { HeaderSettings } from './settings.ts'

const MAX_TEXT = 2048
/** Fields that one span carries at most. */
const MAX_HEADERS = 64

export function cut(text: string): string {
  return text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text
}

/** `http.request.header.x-one`: lists of texts. */
export function addHeaders(span: Span, prefix: string, headers: ReadonlyHeaders, settings: HeaderSettings): void {
  if (settings === null) return
  for (const name of headers.names().slice(0, MAX_HEADERS))
    if (!settings.skips.has(name)) span.attributes[`${prefix}${cut(name.toLowerCase())}`] = headers.values(name).map(cut)
}

export function addAttributes(span: Span, attributes: Iterable<readonly [string, SpanValue]>): void {
  for (const [key, value] of attributes) span.attributes[key] = value
}
