// How long an answer may be used again, as KrakenD's private cache decides it. Knows header values and numbers alone.
//
// http-cache-semantics is not used here because it cannot express these rules: KrakenD counts the age from the Date header alone
// (the library from the moment of receipt and the Age header), takes directives in lower case only, refuses quoted numbers, keeps answers of
// any status and knows no heuristics.

import { trim } from '../../../go/trim.ts'

/** Directives of one Cache-Control line; those without a value have ''. */
export type Directives = ReadonlyMap<string, string>

/** What freshness depends on, read once when an answer is stored. */
export interface Lifetime {
  /** Of the Date header; NaN when it is absent or unreadable, and the answer is stale then. */
  readonly dateMs: number
  readonly lifetimeMs: number
  /** `no-cache`: never reused unasked. */
  readonly mustRevalidate: boolean
  /** `stale-if-error` of the answer; null when absent, Infinity without a number, NaN when unreadable. */
  readonly staleIfErrorMs: number | null
}

/** `bypass`: the request wants no stored answer, and is sent without validators. */
export type Freshness = 'fresh' | 'stale' | 'bypass'

const NO_DIRECTIVES: Directives = new Map()

/** compat: names are taken as they are written, so that `Max-Age` is no lifetime. */
export function parseCacheControl(line: string | undefined): Directives {
  if (line === undefined || line === '') return NO_DIRECTIVES
  const directives = new Map<string, string>()
  for (const part of line.split(',')) {
    const text = trim(part, ' ')
    if (text === '') continue
    const [name = '', value = ''] = text.split('=')
    directives.set(trim(name, ' '), value)
  }
  return directives
}

/** Go's durations are 64 bits of nanoseconds; longer ones are refused. */
const MAX_SECONDS = (2 ** 63 - 1) / 1e9

/** Milliseconds of a number of seconds; NaN for what is none, such as a quoted number. */
export function parseSeconds(text: string): number {
  // security: `\d+\.?\d*` would try every place at which the first digits may end.
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(text)) return NaN
  const seconds = Number(text)
  return Math.abs(seconds) > MAX_SECONDS ? NaN : seconds * 1000
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const HTTP_DATE = /^(?:mon|tue|wed|thu|fri|sat|sun), (\d\d) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) [a-z]{3,4}$/i

/** Milliseconds since 1970 of a date such as `Mon, 01 Jan 2024 00:00:00 GMT`, else NaN. */
export function parseHttpDate(text: string | undefined): number {
  const parts = HTTP_DATE.exec(text ?? '')
  if (parts === null) return NaN
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((index) => Number(parts[index])) as [number, number, number, number, number]
  const month = MONTHS.indexOf((parts[2] as string).toLowerCase())
  if (month < 0 || hour > 23 || minute > 59 || second > 59) return NaN
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  date.setUTCHours(hour, minute, second)
  return date.getUTCMonth() === month && date.getUTCDate() === day ? date.getTime() : NaN
}

/** `header` gives the first value of a response header by its canonical name. */
export function readLifetime(header: (name: string) => string | undefined): Lifetime {
  const directives = parseCacheControl(header('Cache-Control'))
  const dateMs = parseHttpDate(header('Date'))
  const maxAge = directives.get('max-age')
  const lifetimeMs = maxAge === undefined ? parseHttpDate(header('Expires')) - dateMs : parseSeconds(maxAge)
  const staleIfError = directives.get('stale-if-error')
  return {
    dateMs,
    lifetimeMs: Number.isNaN(lifetimeMs) ? 0 : lifetimeMs,
    mustRevalidate: directives.has('no-cache'),
    staleIfErrorMs: staleIfError === undefined ? null : readStaleIfError(staleIfError),
  }
}

function readStaleIfError(value: string): number {
  return value === '' ? Infinity : parseSeconds(value)
}

/** Whether a stored answer may be given to a request with these directives. */
export function judgeFreshness(stored: Lifetime, asked: Directives, nowMs: number): Freshness {
  const ageMs = nowMs - stored.dateMs
  // perf: hardly any request has directives.
  if (asked.size === 0) return !stored.mustRevalidate && stored.lifetimeMs > ageMs ? 'fresh' : 'stale'
  if (asked.has('no-cache')) return 'bypass'
  if (stored.mustRevalidate) return 'stale'
  if (asked.has('only-if-cached')) return 'fresh'
  if (Number.isNaN(stored.dateMs)) return 'stale'
  const maxStale = asked.get('max-stale')
  if (maxStale === '') return 'fresh'
  const maxAge = asked.get('max-age')
  const lifetimeMs = maxAge === undefined ? stored.lifetimeMs : orZero(parseSeconds(maxAge))
  const countedMs = ageMs + orZero(parseSeconds(asked.get('min-fresh') ?? '')) - orZero(parseSeconds(maxStale ?? ''))
  return lifetimeMs > countedMs ? 'fresh' : 'stale'
}

/** Whether a stored answer may stand in for an error of the backend: the answer or the request allows it (`stale-if-error`). */
export function mayServeOnError(stored: Lifetime, asked: Directives, nowMs: number): boolean {
  const askedFor = asked.get('stale-if-error')
  let allowedMs = stored.staleIfErrorMs ?? -1
  if (Number.isNaN(allowedMs)) return false
  // The request's own word wins, unless the answer allows it for ever.
  if (askedFor !== undefined && allowedMs !== Infinity) allowedMs = readStaleIfError(askedFor)
  return allowedMs === Infinity || allowedMs > nowMs - stored.dateMs
}

function orZero(number: number): number {
  return Number.isNaN(number) ? 0 : number
}
