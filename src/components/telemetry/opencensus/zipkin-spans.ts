// Spans as JSON of Zipkin's version 2.

import { isIPv4, isIPv6 } from 'node:net'
import type { Span, SpanValue } from '../tracer.ts'
import { censusStatus } from './span-status.ts'

export interface ZipkinEndpoint {
  readonly serviceName?: string
  readonly ipv4?: string
  readonly ipv6?: string
  readonly port?: number
}

const US_PER_MS = 1000
const KINDS = { internal: undefined, server: 'SERVER', client: 'CLIENT' } as const

export function zipkinEndpoint(serviceName: string, ip: string, port: number): ZipkinEndpoint {
  return {
    ...(serviceName === '' ? null : { serviceName }),
    ...(isIPv4(ip) ? { ipv4: ip } : null),
    ...(isIPv6(ip) ? { ipv6: ip } : null),
    ...(port > 0 ? { port } : null),
  }
}

/** `offsetMs` leads from the moments of spans to those since 1970. */
export function encodeZipkin(spans: readonly Span[], localEndpoint: ZipkinEndpoint, offsetMs: number): string {
  return JSON.stringify(
    spans.map((span) => ({
      traceId: span.traceId,
      id: span.spanId,
      parentId: span.parentId === '' ? undefined : span.parentId,
      // compat: Zipkin keeps names in lower case.
      name: span.name.toLowerCase(),
      kind: KINDS[span.kind],
      timestamp: Math.round((span.startMs + offsetMs) * US_PER_MS),
      // Zipkin has no spans of no time.
      duration: Math.max(1, Math.round((span.endMs - span.startMs) * US_PER_MS)),
      localEndpoint,
      tags: tagsOf(span),
    })),
  )
}

/** Values are texts, and Zipkin knows a failure by the tag `error`. */
function tagsOf(span: Span): Record<string, string> {
  const tags: Record<string, string> = {}
  for (const [key, value] of Object.entries(span.attributes)) tags[key] = textOf(value)
  const status = censusStatus(span)
  if (status === null) return tags
  if (status.code !== 0) tags['error'] = status.name
  tags['opencensus.status_description'] = status.message
  return tags
}

function textOf(value: SpanValue): string {
  return Array.isArray(value) ? value.join(',') : String(value)
}
