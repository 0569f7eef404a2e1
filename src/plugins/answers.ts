// What a handler may return in the place of a response: `reply`, a plain object of the same shape, a web `Response`.

import { GatewayError } from '../engine/errors.ts'
import { HeaderMap } from '../engine/headers.ts'
import type { JsonValue } from '../json/types.ts'
import { type RawBody, rawBodyOf } from './body.ts'
import { headersFrom } from './headers.ts'
import { pairsOf } from './http-error.ts'
import { toJsonValue } from './json-values.ts'
import { checkStatus, LightResponse } from './response.ts'
import type { Reply } from './types.ts'

/** An answer of a plugin's own. */
export class NewAnswer {
  readonly status: number
  readonly headers: HeaderMap
  /** Undefined where it has a body, or nothing at all. */
  readonly data: JsonValue | undefined
  readonly body: RawBody
  readonly complete: boolean

  constructor(status: number, headers: HeaderMap, data: JsonValue | undefined, body: RawBody, complete: boolean) {
    this.status = status
    this.headers = headers
    this.data = data
    this.body = body
    this.complete = complete
  }
}

const MEMBERS: ReadonlySet<string> = new Set(['status', 'headers', 'data', 'body', 'complete'])

/** Marks an answer for whoever reads the code: a plain object of the same shape is one as well. */
export function reply(answer: Reply): Reply {
  return answer
}

/** A wrong answer of a plugin. */
export function answerError(name: string, what: string): GatewayError {
  return new GatewayError(`the plugin "${name}" ${what}`, { code: 'ERR_PLUGIN_ANSWER' })
}

/** What was returned as an answer; null where it is none. Throws an ERR_PLUGIN_ANSWER for one that contradicts itself. */
export function answerOf(returned: unknown, name: string): LightResponse | NewAnswer | null {
  if (returned instanceof LightResponse || returned instanceof NewAnswer) return returned
  if (returned instanceof Response) return ofWeb(returned)
  if (!isPlainObject(returned)) return null
  const unknown = Object.keys(returned).find((member) => !MEMBERS.has(member))
  if (unknown !== undefined) throw answerError(name, `answered with the unknown member "${unknown}"`)
  const { status = 200, headers, data, body, complete = true } = returned as Reply
  if (data !== undefined && body !== undefined) throw answerError(name, 'answered with data and a body: an answer has one of them')
  try {
    const fields = headersFrom(pairsOf(headers))
    const raw = body === undefined ? null : rawBodyOf(body)
    if (typeof raw === 'string' && !fields.has('Content-Type')) fields.set('Content-Type', 'text/plain; charset=utf-8')
    return new NewAnswer(checkStatus(status), fields, data === undefined ? undefined : toJsonValue(data), raw, complete)
  } catch (error) {
    if (error instanceof TypeError) throw answerError(name, `answered with something wrong: ${error.message}`)
    throw error
  }
}

function ofWeb(response: Response): NewAnswer {
  const body = response.body === null ? null : rawBodyOf(response.body)
  return new NewAnswer(response.status, headersFrom(response.headers), undefined, body, true)
}

/** An object as a literal makes it. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** How a returned value is called in an error. */
export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? `an object of class ${value.constructor?.name ?? '?'}` : `a ${typeof value}`
}
