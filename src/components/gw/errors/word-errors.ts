// The answer to an error by `_gw/errors`: its status, and the first body that applies.

import { wholeBody } from '../../../engine/body.ts'
import type { ErrorReply, WordError } from '../../../engine/endpoint/error-answers.ts'
import { GatewayError, MergeError, StatusError } from '../../../engine/errors.ts'
import type { PublicFailure } from '../../../engine/failures.ts'
import { valuesByName } from '../../../engine/headers.ts'
import { STATUS_CODES } from '../../../node-http.ts'
import { neededBackend, requestId } from '../../../engine/ports.ts'
import type { BackendResponse, Exchange } from '../../../engine/types.ts'
import { decodeText, encodeText } from '../../../go/text.ts'
import type { JsonObject, JsonValue } from '../../../json/types.ts'
import { encodeJson } from '../../../json/write.ts'
import { compileStatusList } from '../status-list.ts'
import { compileBodies, type ErrorValues } from './bodies.ts'
import type { ErrorOptions } from './options.ts'

const MAX_PASSED_BODY = 1_048_576
/** What of a backend's answer goes along with its body. */
const PASSED_HEADERS = new Set(['Content-Type', 'Content-Language', 'Retry-After', 'Www-Authenticate'])

/** Null: there are no secrets. */
type Mask = ((text: string) => string) | null

/** What the engine knows. */
export interface WordingTools {
  readonly mask: Mask
  readonly describeFailure: (error: Error) => PublicFailure
  /** The path of a request target, as it was sent. */
  readonly pathOf: (target: string) => string
  /** A value of the file as JSON. */
  readonly toJson: (value: unknown) => JsonValue
  /** Which header fields of a backend's answer the client gets beside those that always go along. */
  readonly takesHeader: (exchange: Exchange, name: string) => boolean
}

export function compileWording(options: ErrorOptions, { mask, describeFailure, pathOf, toJson, takesHeader }: WordingTools): WordError {
  const { status: statuses = 'standard', format = 'krakend', details = false, type_base: typeBase = '' } = options
  const bodyFor = compileBodies(options, toJson)
  const passes = compilePassthrough(options.passthrough)
  const hide = mask ?? ((text: string) => text)
  const detailOf = (error: Error): string | null => (details || isClientsFault(error) ? hide(error.message) : null)
  const valuesOf = (exchange: Exchange, error: Error, status: number): ErrorValues => ({
    status,
    title: STATUS_CODES[status] ?? '',
    detail: detailOf(error),
    code: describeFailure(error).code,
    request_id: requestId.get(exchange.scope) ?? null,
    method: exchange.sent.method,
    path: pathOf(exchange.sent.target),
    endpoint: exchange.route?.endpoint?.writtenPath ?? null,
  })
  const failed = (error: Error, backend: number): JsonObject => {
    const status = error instanceof StatusError ? error.answer.statusCode : null
    const detail = detailOf(error)
    return {
      backend,
      ...(status === null ? null : { status }),
      code: describeFailure(error).code,
      ...(detail === null ? null : { detail }),
    }
  }
  const problem = (exchange: Exchange, error: Error, values: ErrorValues): string => {
    const { status, title, detail, code, path, request_id: id } = values
    const type = typeBase === '' ? 'about:blank' : typeBase + String(code).replace(/^ERR_/, '').toLowerCase()
    const errors = partsOf(exchange, error).map(([part, backend]) => failed(part, backend))
    return encodeJson({
      type,
      title,
      status,
      ...(detail === null ? null : { detail }),
      instance: path,
      code,
      ...(id === null ? null : { request_id: id }),
      ...(errors.length === 0 ? null : { errors }),
    })
  }
  return function wordError(exchange, error) {
    const status = statuses === 'krakend' || hasOwnStatus(error) ? statusOf(error) : describeFailure(error).status
    const challenge = statuses === 'standard' && error instanceof GatewayError ? error.challenge : null
    const headers: ErrorReply['headers'] = challenge === null ? [] : [['Www-Authenticate', challenge]]
    if (error instanceof GatewayError && isAuthored(error)) return authored(error, headers, hide)
    const answer = passedAnswer(error, passes)
    if (answer !== null) return passOn(answer, { headers, mask, takes: (name) => takesHeader(exchange, name) })
    const fill = bodyFor(status)
    const values = valuesOf(exchange, error, status)
    if (fill !== undefined) {
      const { text, headers: own } = fill(values)
      return { status, body: hide(text), headers: [...headers, ...own], isGeneral: false }
    }
    if (format === 'krakend') return { status, body: undefined, headers, isGeneral: true }
    const body = hide(problem(exchange, error, values))
    return { status, body, headers: [...headers, ['Content-Type', 'application/problem+json']], isGeneral: true }
  }
}

function statusOf(error: Error): number {
  return error instanceof GatewayError ? error.statusCode : 500
}

function hasOwnStatus(error: Error): boolean {
  return error instanceof GatewayError && error.hasOwnStatus
}

/** security: what a backend said is not the client's fault, whatever status it gave it. */
function isClientsFault(error: Error): boolean {
  return error instanceof GatewayError && error.source === 'client' && !(error instanceof StatusError)
}

/** Whether somebody wrote the body for just this case: a script, or a plugin. */
function isAuthored({ body, code, hasOwnStatus }: GatewayError): boolean {
  return body !== null || (code === 'ERR_LUA_CUSTOM' && hasOwnStatus)
}

function authored(
  { statusCode, body, message, contentType }: GatewayError,
  headers: ErrorReply['headers'],
  hide: (text: string) => string,
): ErrorReply {
  const type = contentType ?? (body === null ? 'text/plain; charset=utf-8' : null)
  const own = body ?? encodeText(hide(message))
  return { status: statusCode, body: own, headers: type === null ? headers : [...headers, ['Content-Type', type]], isGeneral: false }
}

type Passes = (status: number) => boolean

function compilePassthrough(given: ErrorOptions['passthrough'] = false): Passes {
  return typeof given === 'boolean' ? () => given : compileStatusList(given)
}

/** The answer of the one backend whose error it is: of several, the first of the file that answered at all. */
function passedAnswer(error: Error, passes: Passes): BackendResponse | null {
  const cause = error instanceof MergeError ? inFileOrder(error).find(([part]) => part instanceof StatusError)?.[0] : error
  if (!(cause instanceof StatusError)) return null
  const { answer } = cause
  const { body, bodyFailure, statusCode } = answer
  const isWhole = Buffer.isBuffer(body) && body.length <= MAX_PASSED_BODY && (bodyFailure ?? null) === null
  return isWhole && passes(statusCode) ? answer : null
}

interface Passing {
  /** What the answer has of the gateway's own. */
  readonly headers: ErrorReply['headers']
  readonly mask: Mask
  readonly takes: (name: string) => boolean
}

function passOn({ statusCode, headers: given, body: whole }: BackendResponse, { headers, mask, takes }: Passing): ErrorReply {
  const taken = [...valuesByName(given)].filter(([name]) => PASSED_HEADERS.has(name) || takes(name))
  const passed = taken.flatMap(([name, values]) => values.map((value) => [name, mask?.(value) ?? value] as const))
  const body = wholeBody(whole)
  const text = mask === null ? '' : decodeText(body)
  const masked = mask?.(text) ?? text
  return { status: statusCode, body: masked === text ? body : encodeText(masked), headers: [...headers, ...passed], isGeneral: false }
}

function inFileOrder({ errors, indices }: MergeError): (readonly [Error, number])[] {
  return errors.map((error, place) => [error, indices[place] ?? place] as const).sort(([, a], [, b]) => a - b)
}

/** Whose errors the answer lists: those of a merge, or of the backend without which there is no answer. */
function partsOf({ scope }: Exchange, error: Error): (readonly [Error, number])[] {
  if (error instanceof MergeError) return inFileOrder(error)
  const needed = neededBackend.get(scope)
  return needed === undefined ? [] : [[error, needed]]
}
