// `HttpError`, and what the errors of plugins become: answers for clients that never hold the text of a bug.

import { GatewayError } from '../engine/errors.ts'
import { canonicalName } from '../engine/headers.ts'
import { stringifyJson } from './json-values.ts'

export interface HttpErrorInit {
  readonly headers?: Iterable<readonly [string, string]> | Readonly<Record<string, string | readonly string[]>>
  /** What the log says. */
  readonly message?: string
  readonly cause?: unknown
}

const JSON_TYPE = 'application/json'
const TEXT_TYPE = 'text/plain; charset=utf-8'

/** An answer in the form of an error: thrown by a plugin, it is what the client gets. */
export class HttpError extends Error {
  readonly status: number
  /** Bytes or text for the client; a value becomes JSON. */
  readonly body: unknown
  readonly headers: readonly (readonly [string, string])[]

  /** Throws a RangeError for a status that is none of an error. */
  constructor(status: number, body?: unknown, init: HttpErrorInit = {}) {
    if (!isErrorStatus(status)) throw new RangeError(`an HttpError has a status between 400 and 599, not ${String(status)}`)
    const text = typeof body === 'string' && body !== '' ? body : `status ${status}`
    super(init.message ?? text, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = 'HttpError'
    this.status = status
    this.body = body
    this.headers = pairsOf(init.headers)
  }
}

/** What somebody else threw, if it says itself what the client gets: `status` or `statusCode` between 400 and 599. */
export function statusErrorOf(thrown: unknown): GatewayError | null {
  if (typeof thrown !== 'object' || thrown === null) return null
  const error = thrown as Readonly<Record<string, unknown>>
  const statusCode = [error['status'], error['statusCode']].find(isErrorStatus)
  if (statusCode === undefined) return null
  const message = typeof error['message'] === 'string' ? error['message'] : `status ${statusCode}`
  const headers = pairsOf(error['headers'] as HttpErrorInit['headers'])
  const ownType = headers.find(([name]) => name === 'Content-Type')?.[1] ?? null
  const common = { code: 'ERR_PLUGIN', statusCode, headers: headers.filter(([name]) => name !== 'Content-Type'), cause: thrown }
  const encoding = typeof error['encoding'] === 'string' ? error['encoding'] : null
  if (!(thrown instanceof HttpError) && error['body'] === undefined)
    return new GatewayError(message, { ...common, contentType: encoding ?? ownType })
  const { bytes, type } = bodyOfError(error['body'])
  return new GatewayError(message, { ...common, body: bytes, contentType: ownType ?? encoding ?? type })
}

function bodyOfError(body: unknown): { readonly bytes: string | Uint8Array; readonly type: string | null } {
  if (body === undefined || body === null || body === '') return { bytes: '', type: null }
  if (typeof body === 'string') return { bytes: body, type: TEXT_TYPE }
  if (body instanceof Uint8Array) return { bytes: body, type: null }
  return { bytes: stringifyJson(body), type: JSON_TYPE }
}

function isErrorStatus(status: unknown): status is number {
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599
}

/** Header fields as they are written down by people, names in canonical form. */
export function pairsOf(headers: HttpErrorInit['headers']): [name: string, value: string][] {
  if (typeof headers !== 'object' || headers === null) return []
  if (Symbol.iterator in headers)
    return [...headers].map(([name, value]: readonly unknown[]) => [canonicalName(String(name)), String(value)])
  return Object.entries(headers).flatMap(([name, values]) =>
    (Array.isArray(values) ? (values as readonly string[]) : [values]).map((value): [string, string] => [
      canonicalName(name),
      String(value),
    ]),
  )
}
