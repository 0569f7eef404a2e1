// What can go wrong while a request is served. Issues in the configuration file are in ../schema.

import { inspect } from 'node:util'
import { ExpectedError } from '../go/expected-error.ts'
import type { BackendResponse } from './types.ts'

export type ErrorSource = 'client' | 'gateway' | 'backend'

export interface GatewayErrorInit {
  /** `ERR_…`, listed in docs/errors.md. */
  readonly code: string
  /** What the client gets when this error alone is left. */
  readonly statusCode?: number
  readonly source?: ErrorSource
  /** Content type of `message` where it is a backend's own body (`return_error_code`). */
  readonly contentType?: string | null
  readonly headers?: readonly (readonly [string, string])[]
  /** How the client may prove who it is: `WWW-Authenticate`, where answers tell it (`_gw/errors`). */
  readonly challenge?: string
  /** What the client reads, whatever `return_error_msg` says; empty for nothing at all. Without it `return_error_msg` decides about `message`. */
  readonly body?: string | Uint8Array | null
  /** Whether the log knows it already, in words of its own. */
  readonly isTold?: boolean
  readonly cause?: unknown
}

/**
 * An expected failure. It has no stack, so constants of it can be thrown again and again.
 * `message` is what the client reads with `return_error_msg`.
 */
export class GatewayError extends ExpectedError {
  readonly code: string
  readonly statusCode: number
  /** Whether the status is meant for the client even where any error else would be a 500. */
  readonly hasOwnStatus: boolean
  readonly source: ErrorSource
  readonly contentType: string | null
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | Uint8Array | null
  readonly challenge: string | null
  readonly isTold: boolean

  constructor(message: string, init: GatewayErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = 'GatewayError'
    this.code = init.code
    this.hasOwnStatus = init.statusCode !== undefined
    this.statusCode = init.statusCode ?? 500
    this.source = init.source ?? 'gateway'
    this.contentType = init.contentType ?? null
    this.headers = init.headers ?? []
    this.body = init.body ?? null
    this.challenge = init.challenge ?? null
    this.isTold = init.isTold ?? false
  }

  /** The same under the name that plugins know. */
  get status(): number {
    return this.statusCode
  }
}

/**
 * How far a request to a backend had come when the wire failed it: `dial` not connected · `tls` no secure connection ·
 * `write` not all of it sent · `headers` sent, and no whole head came back · `body` the answer breaks off.
 */
export type SendPhase = 'dial' | 'tls' | 'write' | 'headers' | 'body'

export interface SendErrorInit {
  readonly phase: SendPhase
  /** False by default. */
  readonly isRetriable?: boolean
  /** That of the phase by default. */
  readonly code?: string
  /** What the system said. */
  readonly cause?: unknown
}

const SEND_CODES: Readonly<Record<SendPhase, { readonly code: string }>> = {
  dial: { code: 'ERR_BACKEND_DIAL' },
  tls: { code: 'ERR_BACKEND_TLS' },
  write: { code: 'ERR_BACKEND_WRITE' },
  headers: { code: 'ERR_BACKEND_HEADERS' },
  body: { code: 'ERR_BACKEND_BODY' },
}

/** The wire failed a request to a backend. */
export class SendError extends GatewayError {
  readonly phase: SendPhase
  /** Whether it may be sent again: nothing of it has reached the backend, or a second time does no harm there. */
  readonly isRetriable: boolean

  constructor(message: string, { phase, isRetriable = false, code = SEND_CODES[phase].code, cause }: SendErrorInit) {
    super(message, { code, source: 'backend', cause })
    this.name = 'SendError'
    this.phase = phase
    this.isRetriable = isRetriable
  }
}

/** A backend's answer counts as an error, for its status. */
export class StatusError extends GatewayError {
  readonly answer: BackendResponse

  constructor(message: string, answer: BackendResponse, init: Omit<GatewayErrorInit, 'code' | 'source'> = {}) {
    super(message, { code: 'ERR_BACKEND_STATUS', source: 'backend', ...init })
    this.name = 'StatusError'
    this.answer = answer
  }
}

/** Every backend of a merge failed, or some of them did: the texts joined by line feeds, no status of their own. */
export class MergeError extends GatewayError {
  readonly errors: readonly Error[]
  /** For the log: which backend each of them is from and after how long; empty where nobody knows. */
  readonly origins: readonly string[]
  /** The place of each one's backend in the file; empty where nobody knows. */
  readonly indices: readonly number[]
  /** Whether others have answered. */
  readonly isPartial: boolean

  constructor(errors: readonly Error[], origins: readonly string[] = [], indices: readonly number[] = [], isPartial = false) {
    super(errors.map((error) => error.message).join('\n'), { code: 'ERR_MERGE', source: 'backend' })
    this.name = 'MergeError'
    this.errors = errors
    this.origins = origins
    this.indices = indices
    this.isPartial = isPartial
  }
}

/** A backend's body that is not what its `encoding` says. */
export function decodeError(message: string): GatewayError {
  return new GatewayError(message, { code: 'ERR_DECODE', source: 'backend' })
}

/** A deadline passed. Go's text, because clients and logs know it. */
export const DEADLINE_EXCEEDED = new GatewayError('context deadline exceeded', { code: 'ERR_DEADLINE', source: 'backend' })

/** Somebody wants a client's body in memory, but only up to some size. */
export const BODY_TOO_LARGE = new GatewayError('the body of the request is too large', {
  code: 'ERR_BODY_TOO_LARGE',
  statusCode: 413,
  source: 'client',
})

/** `read_timeout`: a client's body is not whole in time. Go's text, without the addresses. */
export const BODY_LATE = new GatewayError('i/o timeout', { code: 'ERR_BODY_LATE', source: 'client' })

/** Whoever says if a client may come in does not answer: nobody gets in. */
export const AUTH_UNAVAILABLE = new GatewayError('the authorization service is not available', {
  code: 'ERR_AUTH_UNAVAILABLE',
  statusCode: 503,
})

/** Nobody waits for the answer any more. Circuit breakers do not count it. */
export const CANCELED = new GatewayError('context canceled', { code: 'ERR_CANCELED', source: 'client' })

/** How the log tells a bug: label and message in one text, then the frames of its stack, each a line (`log.error(...describeBug(label, error))`). */
export function describeBug(label: string, error: Error): [message: string, frames: readonly string[]] {
  const [text, frames] = splitStack(error.stack ?? String(error), error.message)
  return [`${label} ${text}`, frames]
}

/** A stack's text and its frames. security: what stands in the message, if it is known, is never taken for a frame. */
export function splitStack(stack: string, message = ''): [text: string, frames: readonly string[]] {
  const from = stack.includes(message) ? stack.indexOf(message) + message.length : 0
  const lines = stack.slice(from).split('\n')
  let first = lines.length
  while (first > 1 && (lines[first - 1] as string).startsWith('    at ')) first--
  return [stack.slice(0, from) + lines.slice(0, first).join('\n'), lines.slice(first)]
}

/** How a value that is no Error is shown, in one line. security: nothing of its own runs for it. */
const SHORT = { depth: 1, breakLength: Infinity, compact: true, maxArrayLength: 10, maxStringLength: 200, customInspect: false } as const
const MAX_SHOWN = 500

/** Whatever was thrown, as an Error: with its name and message where it has them, else with what it looks like. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  if (typeof thrown === 'string') return new Error(thrown)
  const { name, message } = toldBy(thrown)
  const error = new Error(typeof message === 'string' && message !== '' ? message : inspect(thrown, SHORT).slice(0, MAX_SHOWN))
  if (typeof message === 'string' && typeof name === 'string' && name !== '') error.name = name
  return error
}

function toldBy(thrown: unknown): { readonly name?: unknown; readonly message?: unknown } {
  try {
    const { name, message } = Object(thrown) as { name?: unknown; message?: unknown }
    return { name, message }
  } catch {
    // a getter of its own
    return {}
  }
}
