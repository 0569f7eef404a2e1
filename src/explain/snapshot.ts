// What a layer is given and gives back, as texts that can be compared: what differs from one layer to the next is what the layer did.

import type { Readable } from 'node:stream'
import { Data } from '../engine/data.ts'
import type { ReadonlyHeaders } from '../engine/headers.ts'
import type { BackendRequest, BackendResponse, Exchange, PipeRequest, PipeResponse } from '../engine/types.ts'
import { encodeQuery } from '../go/url.ts'

/** By name; header fields as `header NAME`. */
export type Snapshot = ReadonlyMap<string, string>

/** security: what lets somebody in is not shown, only that it is there. */
const SECRETS: ReadonlySet<string> = new Set(['Authorization', 'Cookie', 'Set-Cookie', 'Proxy-Authorization', 'X-Api-Key'])
const MAX_BODY = 200

/** Of an exchange, a pipe's request or a backend's; empty for anything else. */
export function snapshotOf(subject: unknown): Snapshot {
  if (isExchange(subject)) {
    const { method, target, headers, params, responseHeaders, clientIp } = subject
    return new Map([
      ['method', method],
      ['target', target],
      ['client address', clientIp],
      ...paramsOf(params),
      ...fieldsOf(headers, 'header'),
      ...fieldsOf(responseHeaders, 'answer header'),
    ])
  }
  if (isBackendRequest(subject)) {
    const { method, origin, path, headers, body } = subject
    return new Map([['method', method], ['url', origin + path], ...bodyOf(body.inMemory), ...fieldsOf(headers, 'header')])
  }
  if (isPipeRequest(subject)) {
    const { method, origin, path, params, query, headers, body } = subject
    return new Map([
      ['method', method],
      ['path', origin + path],
      ...(origin === '' && query.size > 0 ? [['query', encodeQuery(query)] as const] : []),
      ...paramsOf(params),
      ...bodyOf(body.inMemory),
      ...fieldsOf(headers, 'header'),
    ])
  }
  return new Map()
}

/** Of an answer of a pipe or of a backend; empty for anything else. */
export function resultOf(result: unknown): Snapshot {
  if (isPipeResponse(result)) {
    const { data, isComplete, statusCode, headers, error, body } = result
    return new Map([
      ['completed', String(isComplete)],
      ...(statusCode === 0 ? [] : [['status', String(statusCode)] as const]),
      ['data', body === null ? textOf(data) : describeBody(body)],
      ...(error === null ? [] : [['error', error.message] as const]),
      ...(headers === null ? [] : fieldsOf(headers, 'header')),
    ])
  }
  if (isBackendResponse(result)) {
    const { statusCode, headers, body } = result
    return new Map([['status', String(statusCode)], ['body', describeBody(body)], ...fieldsOf(headers, 'header')])
  }
  return new Map()
}

/** `path: /a → /b`, `header X-A: + 1`, `header X-B: gone`: what the second has and the first has not. */
export function changesOf(before: Snapshot, after: Snapshot): string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)]
    if (old === now) return []
    if (now === undefined) return [`- ${name}`]
    return [old === undefined || old === '' ? `+ ${name} ${now}` : `${name} ${old} → ${now}`]
  })
}

function fieldsOf(headers: ReadonlyHeaders, kind: string): [string, string][] {
  return headers.names().map((name) => [`${kind} ${name}`, SECRETS.has(name) ? '(not shown)' : headers.values(name).join(', ')])
}

function paramsOf(params: ReadonlyMap<string, string>): [string, string][] {
  return [...params].map(([name, value]) => [`parameter ${name}`, value])
}

function bodyOf(bytes: Buffer | null): [string, string][] {
  return bytes === null || bytes.length === 0 ? [] : [['body', describeBody(bytes)]]
}

function describeBody(body: Buffer | Readable | null): string {
  if (body === null) return 'none'
  if (!Buffer.isBuffer(body)) return 'a stream'
  return `${body.length} bytes`
}

function textOf(data: Data | null): string {
  if (data === null) return 'null'
  const text = String(data.encoded())
  return text.length <= MAX_BODY ? text : `${text.slice(0, MAX_BODY)}…`
}

function has(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => name in value)
}

function isExchange(value: unknown): value is Exchange {
  return has(value, 'responseHeaders', 'target')
}

function isBackendRequest(value: unknown): value is BackendRequest {
  return has(value, 'wantsStream', 'origin')
}

function isPipeRequest(value: unknown): value is PipeRequest {
  return has(value, 'params', 'query', 'origin')
}

function isPipeResponse(value: unknown): value is PipeResponse {
  return has(value, 'isComplete', 'data')
}

function isBackendResponse(value: unknown): value is BackendResponse {
  return has(value, 'statusCode', 'url')
}
