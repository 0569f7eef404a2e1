// Which trace a request belongs to, as one process tells another.

export interface TraceContext {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string
  /** 16 of them. */
  readonly spanId: string
  readonly isSampled: boolean
  /** Whether it came from another process. */
  readonly isRemote: boolean
  /** `tracestate` as it came; empty for none. */
  readonly state: string
  /** `baggage` as it came; empty for none. */
  readonly baggage: string
}

const POOL_BYTES = 4096
const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8
const pool = Buffer.alloc(POOL_BYTES)
let at = POOL_BYTES

/** perf: random bytes by the page; one call of the system for each identifier would cost more than the rest of a span. */
function randomHex(bytes: number): string {
  if (at + bytes > POOL_BYTES) {
    crypto.getRandomValues(pool)
    at = 0
  }
  at += bytes
  return pool.toString('hex', at - bytes, at)
}

export function newTraceId(): string {
  return randomHex(TRACE_ID_BYTES)
}

export function newSpanId(): string {
  return randomHex(SPAN_ID_BYTES)
}

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/

export function isTraceId(text: string): boolean {
  return TRACE_ID.test(text)
}

export function isSpanId(text: string): boolean {
  return SPAN_ID.test(text)
}
