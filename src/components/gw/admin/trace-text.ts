// What is told of a request, as a text that can stand in a header field. Knows no request.

/** One call of a backend. */
export interface ToldTry {
  readonly url: string
  /** A code stands in its place where no answer came. */
  readonly status?: number
  readonly code?: string
  readonly ms: number
}

export interface ToldBackend {
  readonly i: number
  tries: ToldTry[]
  /** Of its failure. */
  readonly code?: string
  /** What its cache did; absent without one. */
  readonly cache?: string
  readonly fallback: boolean
}

/** Members in the order of the text. */
export interface Told {
  readonly route: string | null
  readonly request_id?: string
  layers: (readonly [name: string, ms: number])[]
  dropped_headers: string[]
  dropped_query: string[]
  backends: ToldBackend[]
  readonly complete: boolean
  readonly ms: number
  truncated?: true
}

/** Clients refuse heads that are much longer. */
const MAX_LENGTH = 8192
/** What is left out of a text that is too long, in this order. */
const LISTS = ['backends', 'dropped_query', 'dropped_headers', 'layers'] as const

/** JSON of ASCII characters, at most 8 KiB: later parts go first. */
export function traceText(told: Told): string {
  let text = encode(told)
  for (const list of LISTS)
    while (text.length > MAX_LENGTH && told[list].length > 0) {
      told[list].length >>= 1
      told.truncated = true
      text = encode(told)
    }
  return text
}

/** security: what others have named cannot end the field, and is not shown as anything else than a text. */
function encode(told: Told): string {
  return JSON.stringify(told).replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** `Server-Timing` (W3C): what browsers draw. */
export function serverTiming({ layers, backends, ms }: Told, backendMs: readonly number[], mergeMs: number | null): string {
  const named = layers.map(([name, took]) => `${timingName(name)};dur=${took}`)
  const called = backends.map(({ i, tries, code }, index) => {
    const last = tries.at(-1)
    const outcome = code ?? last?.status ?? ''
    return `b${i};dur=${backendMs[index]}${outcome === '' ? '' : `;desc="${outcome}"`}`
  })
  const merged = mergeMs === null ? [] : [`merge;dur=${mergeMs}`]
  return [...named, ...called, ...merged, `total;dur=${ms}`].join(', ')
}

/** `auth/validator` → `auth`, `qos/ratelimit/router` → `qos-ratelimit-router`. */
function timingName(name: string): string {
  return name
    .replace(/^_gw\//, '')
    .replace(/^auth\/.*/, 'auth')
    .replaceAll(/[^\w-]/g, '-')
}

/** Milliseconds with one digit more than needed. */
export function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
