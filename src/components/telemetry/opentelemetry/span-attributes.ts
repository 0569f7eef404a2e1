// What spans say of header fields, and what the file adds to them.

import type { ReadonlyHeaders } from '../../../engine/headers.ts'
import { cut } from '../span-text.ts'
import type { Span, SpanValue } from '../tracer.ts'
import type { HeaderSettings } from './settings.ts'

/** Fields that one span carries at most. */
const MAX_HEADERS = 64

/** `http.request.header.x-one`: lists of texts. */
export function addHeaders(span: Span, prefix: string, headers: ReadonlyHeaders, settings: HeaderSettings): void {
  if (settings === null) return
  for (const name of headers.names().slice(0, MAX_HEADERS))
    // compat: Go keeps the host beside the fields.
    if (name !== 'Host' && !settings.skips.has(name)) span.attributes[`${prefix}${cut(name.toLowerCase())}`] = headers.values(name).map(cut)
}

export function addAttributes(span: Span, attributes: Iterable<readonly [string, SpanValue]>): void {
  for (const [key, value] of attributes) span.attributes[key] = value
}
