// Spans as a batch of Jaeger: Thrift's binary protocol, as its collector takes it over HTTP.

import type { Span, SpanValue } from '../tracer.ts'
import { censusStatus } from './span-status.ts'
import { ThriftWriter } from './thrift-writer.ts'

const US_PER_MS = 1000
const SAMPLED = 1
/** Kinds of values of a tag. */
const TEXT = 0
const DOUBLE = 1
const BOOL = 2
const LONG = 3

export function encodeJaeger(spans: readonly Span[], serviceName: string, offsetMs: number): Buffer {
  const out = new ThriftWriter()
  out.struct(1, () => out.text(1, serviceName))
  out.structs(2, spans, (span) => writeSpan(out, span, offsetMs))
  out.end()
  return out.bytes()
}

function writeSpan(out: ThriftWriter, span: Span, offsetMs: number): void {
  out.long(1, idOf(span.traceId.slice(16)))
  out.long(2, idOf(span.traceId.slice(0, 16)))
  out.long(3, idOf(span.spanId))
  out.long(4, idOf(span.parentId))
  out.text(5, span.name)
  out.integer(7, SAMPLED)
  out.long(8, microseconds(span.startMs + offsetMs))
  out.long(9, microseconds(span.endMs - span.startMs))
  out.structs(10, tagsOf(span), ([key, value]) => writeTag(out, key, value))
}

function tagsOf(span: Span): [string, SpanValue][] {
  const tags: [string, SpanValue][] = [...Object.entries(span.attributes), ['span.kind', span.kind]]
  const status = censusStatus(span)
  if (status !== null) tags.push(['status.code', status.code], ['status.message', status.message])
  if (status !== null && status.code !== 0) tags.push(['error', true])
  return tags
}

function writeTag(out: ThriftWriter, key: string, value: SpanValue): void {
  out.text(1, key)
  if (typeof value === 'boolean') {
    out.integer(2, BOOL)
    out.boolean(5, value)
  } else if (typeof value === 'number' && Number.isSafeInteger(value)) {
    out.integer(2, LONG)
    out.long(6, BigInt(value))
  } else if (typeof value === 'number') {
    out.integer(2, DOUBLE)
    out.double(4, value)
  } else {
    out.integer(2, TEXT)
    out.text(3, Array.isArray(value) ? value.join(',') : value)
  }
}

/** 16 hexadecimal digits as the signed number that has these bits; none are 0. */
function idOf(hex: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${hex || '0'}`))
}

function microseconds(ms: number): bigint {
  return BigInt(Math.round(ms * US_PER_MS))
}
