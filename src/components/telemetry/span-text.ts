// What spans may say. security: texts from outside are cut, or waiting spans would hold any amount of memory, and secrets of the file are masked.

import type { Span, SpanEvent, SpanValue } from './tracer.ts'

type Mask = (text: string) => string

const MAX_TEXT = 2048

export function cut(text: string): string {
  return text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text
}

/** Hands spans on without what `_gw/secrets` resolves: URLs, header fields and texts of errors may repeat it. `mask` is null where there are none. */
export function masked(take: (span: Span) => void, mask: Mask | null): (span: Span) => void {
  if (mask === null) return take
  return (span) => {
    maskSpan(span, mask)
    take(span)
  }
}

/** Changes a span that has ended. Its name has none: it is made of what the file is masked by. */
function maskSpan(span: Span, mask: Mask): void {
  maskValues(span.attributes, mask)
  span.statusText = mask(span.statusText)
  span.events = span.events?.map((event) => maskEvent(event, mask)) ?? null
}

function maskEvent({ attributes, ...event }: SpanEvent, mask: Mask): SpanEvent {
  const own = { ...attributes }
  maskValues(own, mask)
  return { ...event, attributes: own }
}

function maskValues(values: Record<string, SpanValue>, mask: Mask): void {
  for (const [key, value] of Object.entries(values)) {
    if (typeof value === 'string') values[key] = mask(value)
    else if (Array.isArray(value)) values[key] = value.map(mask)
  }
}
