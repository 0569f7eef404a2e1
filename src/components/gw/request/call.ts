// Builds the call of one backend from what `_gw/request` says: method, path, query string, header fields, body. Knows no file and no check.

import { NO_BODY, sizedBodyOf } from '../../../engine/body.ts'
import type { ReadonlyHeaders } from '../../../engine/headers.ts'
import { filterRawQuery, RawQuery, rawTextOf } from '../../../engine/raw-query.ts'
import { ENCODE } from '../../../engine/placeholders.ts'
import type { Body, PipeRequest, Query } from '../../../engine/types.ts'
import { encodeText } from '../../../go/text.ts'
import { encodeQuery, parseQuery } from '../../../go/url.ts'
import type { JsonValue } from '../../../json/types.ts'
import { encodeJson } from '../../../json/write.ts'
import type { Subject } from '../values.ts'
import type { Filled } from '../templates.ts'

/** What is put in the place of what the file and the client give; absent or null where that stays. */
export interface CallPieces {
  readonly method: string | undefined
  readonly path: Filled<string> | null
  /** Null where none is given. */
  readonly query: Pairs | null
  readonly headers: readonly Named[]
  /** Null for the client's own. */
  readonly body: Filled<JsonValue> | null
  /** Whether the body may turn out to be a text that is sent as it is. */
  readonly isText: boolean
}

/** Texts that a name stands for; none of them takes away what is there. Names of headers are canonical. */
export interface Named {
  readonly name: string
  readonly texts: readonly Filled<string>[]
}

/** Pairs of a query string that replace all others of their names. */
interface Pairs {
  readonly named: readonly Named[]
  readonly isKept: (name: string) => boolean
}

export function pairsOf(named: readonly Named[]): Pairs | null {
  const replaced = new Set(named.map(({ name }) => name))
  const encoded = named.map(({ name, texts }) => ({ name: ENCODE.query(name), texts }))
  return named.length === 0 ? null : { named: encoded, isKept: (name) => !replaced.has(name) }
}

/** What says of a body that is no longer there. */
const BODY_FIELDS = new Set(['Content-Type', 'Content-Length', 'Content-Encoding'])

/** Throws a GatewayError for a value that is missing. */
export function buildCall({ method, path, query, headers, body, isText }: CallPieces, request: PipeRequest, subject: Subject): PipeRequest {
  const made = body === null ? null : bodyOf(body.fill(subject), isText)
  const filledPath = path?.fill(subject) ?? request.path
  const target = query === null ? { path: filledPath, query: request.query } : mergeQuery(filledPath, request.query, query, subject)
  return {
    ...request,
    ...(method === undefined ? null : { method }),
    ...target,
    headers: buildHeaders(request.headers, headers, made, subject),
    ...(made === null ? null : { body: made.body }),
  }
}

interface MadeBody {
  readonly body: Body
  /** Null for no body. */
  readonly contentType: string | null
}

/** Undefined is an optional value that is not there: no body. Whatever turns out to be a text is sent as one. */
function bodyOf(value: JsonValue | undefined, mayBeText: boolean): MadeBody {
  if (value === undefined) return { body: NO_BODY, contentType: null }
  if (mayBeText && typeof value === 'string') return { body: sizedBodyOf(encodeText(value)), contentType: 'text/plain; charset=utf-8' }
  return { body: sizedBodyOf(Buffer.from(encodeJson(value))), contentType: 'application/json' }
}

function buildHeaders(source: ReadonlyHeaders, fields: readonly Named[], made: MadeBody | null, subject: Subject): ReadonlyHeaders {
  if (fields.length === 0 && made === null) return source
  const headers = source.copy()
  if (made !== null) {
    headers.deleteWhere((name) => BODY_FIELDS.has(name))
    if (made.contentType !== null) headers.set('Content-Type', made.contentType)
  }
  for (const { name, texts } of fields) {
    headers.delete(name)
    for (const { fill } of texts) {
      const value = fill(subject)
      if (value !== undefined) headers.add(name, value)
    }
  }
  return headers
}

/** The pairs come last, those of the path's own query string first. */
function mergeQuery(path: string, query: Query, { named, isKept }: Pairs, subject: Subject): Pick<PipeRequest, 'path' | 'query'> {
  let raw = query.size === 0 && !rawTextOf(query) ? '' : keptOf(query, isKept)
  for (const { name, texts } of named) {
    for (const { fill } of texts) {
      const value = fill(subject)
      if (value !== undefined) raw += `${raw === '' ? '' : '&'}${name}=${ENCODE.query(value)}`
    }
  }
  const mark = path.indexOf('?')
  const written = mark < 0 ? '' : withoutPairs(path.slice(mark + 1), isKept)
  return { path: mark < 0 ? path : path.slice(0, mark) + (written === '' ? '' : `?${written}`), query: new RawQuery(raw) }
}

function keptOf(query: Query, isKept: Pairs['isKept']): string {
  const forwarded = rawTextOf(query)
  return forwarded === null ? encodeQuery(new Map([...query].filter(([name]) => isKept(name)))) : filterRawQuery(forwarded, isKept).raw
}

function withoutPairs(query: string, isKept: Pairs['isKept']): string {
  const nameOf = (pair: string): string => [...parseQuery(pair).keys()][0] ?? ''
  return query
    .split('&')
    .filter((pair) => isKept(nameOf(pair)))
    .join('&')
}
