// Keeps what `_gw/secrets` resolves out of spans: URLs, header fields and texts of errors may repeat it.

import type { Span, SpanEvent, SpanValue } from '../tracer.ts'

type Mask = (text: string) => string

/** Changes a span that has ended. Its name has none: it is made of what the file is masked by. */
export function maskSpan(span: Span, mask: Mask): void {
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
