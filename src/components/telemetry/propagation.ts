// How a trace context travels in header fields: W3C, B3, Jaeger, X-Ray and OpenTracing. What a stranger sends is bounded, or counts as nothing.

import type { HeaderMap } from '../../engine/headers.ts'
import { isSpanId, isTraceId, type TraceContext } from './trace-context.ts'

/** What one kind of fields says; null where they are missing or wrong. */
type Extracted = Pick<TraceContext, 'traceId' | 'spanId' | 'isSampled'> & Partial<Pick<TraceContext, 'state'>>

interface Propagator {
  readonly extract?: (headers: HeaderMap) => Extracted | null
  readonly inject?: (headers: HeaderMap, context: TraceContext) => void
  readonly baggage?: true
}

/** Names are canonical already. */
export interface Propagation {
  /** The last propagator that finds something wins, as in Go. */
  extract(headers: HeaderMap): TraceContext | null
  inject(headers: HeaderMap, context: TraceContext): void
}

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const MAX_STATE = 512
const MAX_BAGGAGE = 8192
const SAMPLED_BIT = 1

const tracecontext: Propagator = {
  extract(headers) {
    const [all, version, traceId = '', spanId = '', flags = '', rest] = TRACEPARENT.exec(headers.get('Traceparent') ?? '') ?? []
    if (all === undefined || (version === '00' && rest !== undefined)) return null
    const isSampled = (parseInt(flags, 16) & SAMPLED_BIT) !== 0
    return valid({ traceId, spanId, isSampled, state: readState(headers.values('Tracestate').join(',')) })
  },
  inject(headers, { traceId, spanId, isSampled, state }) {
    headers.set('Traceparent', `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`)
    if (state !== '') headers.set('Tracestate', state)
  },
}

/** compat: either way of B3 is understood whichever is sent, the single field first. */
const readAnyB3 = (headers: HeaderMap): Extracted | null => readB3(headers.get('B3')) ?? readB3Fields(headers)

const b3Single: Propagator = {
  extract: readAnyB3,
  inject(headers, { traceId, spanId, isSampled }) {
    headers.set('B3', `${traceId}-${spanId}-${isSampled ? '1' : '0'}`)
  },
}

const b3Multi: Propagator = {
  extract: readAnyB3,
  inject(headers, { traceId, spanId, isSampled }) {
    headers.set('X-B3-Traceid', traceId)
    headers.set('X-B3-Spanid', spanId)
    headers.set('X-B3-Sampled', isSampled ? '1' : '0')
  },
}

const jaeger: Propagator = {
  extract(headers) {
    const parts = headers.get('Uber-Trace-Id')?.replaceAll('%3A', ':').split(':') ?? []
    const [traceId = '', spanId = '', , flags = ''] = parts
    if (parts.length !== 4) return null
    return valid({
      traceId: traceId.toLowerCase().padStart(32, '0'),
      spanId: spanId.toLowerCase().padStart(16, '0'),
      isSampled: (parseInt(flags, 16) & SAMPLED_BIT) !== 0,
    })
  },
  inject(headers, { traceId, spanId, isSampled }) {
    headers.set('Uber-Trace-Id', `${traceId}:${spanId}:0:${isSampled ? '1' : '0'}`)
  },
}

const XRAY = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/

const xray: Propagator = {
  extract(headers) {
    const fields = new Map(
      (headers.get('X-Amzn-Trace-Id') ?? '').split(';').map((part) => {
        const [name = '', value = ''] = part.split('=')
        return [name.trim(), value.trim()]
      }),
    )
    const [, seconds = '', rest = ''] = XRAY.exec(fields.get('Root') ?? '') ?? []
    return valid({ traceId: seconds + rest, spanId: fields.get('Parent') ?? '', isSampled: fields.get('Sampled') === '1' })
  },
  inject(headers, { traceId, spanId, isSampled }) {
    const root = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`
    headers.set('X-Amzn-Trace-Id', `Root=${root};Parent=${spanId};Sampled=${isSampled ? '1' : '0'}`)
  },
}

const ottrace: Propagator = {
  extract(headers) {
    const traceId = headers.get('Ot-Tracer-Traceid')
    if (traceId === undefined) return null
    const isSampled = headers.get('Ot-Tracer-Sampled') === 'true'
    return valid({ traceId: widen(traceId), spanId: headers.get('Ot-Tracer-Spanid')?.toLowerCase() ?? '', isSampled })
  },
  inject(headers, { traceId, spanId, isSampled }) {
    headers.set('Ot-Tracer-Traceid', traceId.slice(16))
    headers.set('Ot-Tracer-Spanid', spanId)
    headers.set('Ot-Tracer-Sampled', String(isSampled))
  },
}

const PROPAGATORS: ReadonlyMap<string, Propagator> = new Map([
  ['tracecontext', tracecontext],
  ['baggage', { baggage: true }],
  ['b3', b3Single],
  ['b3multi', b3Multi],
  ['jaeger', jaeger],
  ['xray', xray],
  ['ottrace', ottrace],
  ['none', {}],
])
const DEFAULT = 'tracecontext,baggage'

/** What `OTEL_PROPAGATORS` says, W3C where it says nothing; `unknown` are names that mean nothing. */
export function readPropagators(variable: string | undefined): { propagation: Propagation; unknown: string[] } {
  const written = variable === undefined || variable.trim() === '' ? DEFAULT : variable
  const names = [...new Set(written.split(',').map((name) => name.trim().toLowerCase()))].filter((name) => name !== '')
  const unknown = names.filter((name) => !PROPAGATORS.has(name))
  const propagators = names.includes('none') ? [] : names.flatMap((name) => PROPAGATORS.get(name) ?? [])
  return { propagation: join(propagators), unknown }
}

function join(propagators: readonly Propagator[]): Propagation {
  const takesBaggage = propagators.some(({ baggage }) => baggage === true)
  return {
    extract(headers) {
      const baggage = takesBaggage ? headers.values('Baggage').join(',') : ''
      let found: Extracted | null = null
      for (const { extract } of propagators) found = extract?.(headers) ?? found
      if (found === null) return null
      return { state: '', ...found, isRemote: true, baggage: baggage.length > MAX_BAGGAGE ? '' : baggage }
    },
    inject(headers, context) {
      for (const { inject } of propagators) inject?.(headers, context)
      if (takesBaggage && context.baggage !== '') headers.set('Baggage', context.baggage)
    },
  }
}

const STATE_MEMBER =
  /^[ \t]*([a-z][_0-9a-z\-*/]{0,255}|[a-z0-9][_0-9a-z\-*/]{0,240}@[a-z][_0-9a-z\-*/]{0,13})=[ -+\--<>-~]{0,255}[!-+\--<>-~][ \t]*$/
const MAX_MEMBERS = 32

/** compat: a state of which one member is wrong, or there twice, counts as none. */
function readState(state: string): string {
  if (state === '' || state.length > MAX_STATE) return ''
  const keys = state.split(',').flatMap((member) => (member === '' ? [] : [STATE_MEMBER.exec(member)?.[1]]))
  return keys.includes(undefined) || new Set(keys).size < keys.length || keys.length > MAX_MEMBERS ? '' : state
}

/** `{trace}-{span}-{1|0|d}-{parent}`; the last two may be missing. */
function readB3(field: string | undefined): Extracted | null {
  if (field === undefined) return null
  const [traceId = '', spanId = '', sampled = ''] = field.toLowerCase().split('-')
  return valid({ traceId: widen(traceId), spanId, isSampled: sampled === '1' || sampled === 'd' })
}

function readB3Fields(headers: HeaderMap): Extracted | null {
  const traceId = headers.get('X-B3-Traceid')
  if (traceId === undefined) return null
  const sampled = headers.get('X-B3-Sampled')?.toLowerCase()
  const isSampled = headers.get('X-B3-Flags') === '1' || sampled === '1' || sampled === 'true'
  return valid({ traceId: widen(traceId), spanId: headers.get('X-B3-Spanid')?.toLowerCase() ?? '', isSampled })
}

/** B3 knows trace identifiers of 64 bits. */
function widen(traceId: string): string {
  const lower = traceId.toLowerCase()
  return lower.length === 16 ? `0000000000000000${lower}` : lower
}

function valid(found: Extracted): Extracted | null {
  return isTraceId(found.traceId) && isSpanId(found.spanId) ? found : null
}
