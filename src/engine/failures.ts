// What a failure is to whoever is not its maker: the class that retries and fallbacks ask for, the code and the status that clients may see.

import { GatewayError, MergeError, StatusError } from './errors.ts'

/**
 * How a call of a backend ended. `connect-failure` no byte of the request was sent · `reset` lost before a whole head came ·
 * `timeout` no head in time · `status` an answer that counts as an error · `body` cut, or not what its encoding says ·
 * `rejected` the gateway itself refused.
 */
export type FailureClass = 'connect-failure' | 'reset' | 'timeout' | 'status' | 'body' | 'rejected'

/** What answers and logs call a failure. */
export interface PublicFailure {
  /** `ERR_…`, of the list that clients may rely on. */
  readonly code: string
  /** The status that says the truth about it. */
  readonly status: number
  /** Null where no call of a backend failed. */
  readonly failureClass: FailureClass | null
}

const known = (code: string, status: number, failureClass: FailureClass | null = null): PublicFailure => ({ code, status, failureClass })

const INTERNAL = known('ERR_INTERNAL', 500)
const UNREACHABLE = known('ERR_BACKEND_UNREACHABLE', 502, 'connect-failure')
const RESET = known('ERR_BACKEND_RESET', 502, 'reset')
const TIMEOUT = known('ERR_BACKEND_TIMEOUT', 504, 'timeout')
const BODY = known('ERR_BACKEND_BODY', 502, 'body')
const BREAKER = known('ERR_BREAKER_OPEN', 503, 'rejected')
const BAD_REQUEST = known('ERR_BAD_REQUEST', 400)
const UNAUTHORIZED = known('ERR_UNAUTHORIZED', 401)
const FORBIDDEN = known('ERR_FORBIDDEN', 403)

/** By the code of the source. Codes that are not here are their own, with the status of the error. */
const FAILURES: ReadonlyMap<string, PublicFailure> = new Map([
  ['ERR_BACKEND', UNREACHABLE],
  ['ERR_BACKEND_DIAL', UNREACHABLE],
  ['ERR_BACKEND_TLS', UNREACHABLE],
  ['ERR_TOKEN', UNREACHABLE],
  ['ERR_BACKEND_WRITE', RESET],
  ['ERR_BACKEND_HEADERS', RESET],
  ['ERR_BACKEND_SILENT', TIMEOUT],
  ['ERR_DEADLINE', TIMEOUT],
  ['ERR_BACKEND_STATUS', known('ERR_BACKEND_STATUS', 502, 'status')],
  ['ERR_BACKEND_BODY', BODY],
  ['ERR_BACKEND_TOO_LARGE', BODY],
  ['ERR_DECODE', BODY],
  ['ERR_NO_HOSTS', known('ERR_NO_HOST', 503, 'rejected')],
  ['ERR_CIRCUIT_OPEN', BREAKER],
  ['ERR_CIRCUIT_PROBING', BREAKER],
  ['ERR_BACKEND_RATE_LIMIT', known('ERR_BACKEND_RATE_LIMITED', 503, 'rejected')],
  ['ERR_UNAUTHORIZED', UNAUTHORIZED],
  ['ERR_MISCONFIGURED', UNAUTHORIZED],
  ['ERR_FORBIDDEN', FORBIDDEN],
  ['ERR_BOT', FORBIDDEN],
  ['ERR_REJECTED', known('ERR_REJECTED', 403)],
  ['ERR_CLIENT_RATE_LIMIT', known('ERR_RATE_LIMITED', 429)],
  ['ERR_ENDPOINT_RATE_LIMIT', known('ERR_ENDPOINT_RATE_LIMITED', 503)],
  ['ERR_JSON_SCHEMA', BAD_REQUEST],
  ['ERR_GRAPHQL_BODY', BAD_REQUEST],
  ['ERR_BODY_LATE', known('ERR_BODY_LATE', 408)],
  ['ERR_BODY_TOO_LARGE', known('ERR_PAYLOAD_TOO_LARGE', 413)],
  ['ERR_STEP', known('ERR_STEP', 502)],
  ...[
    'ERR_BACKEND_URL',
    'ERR_CLAIM_IN_HEADER',
    'ERR_CLAIM_IN_URL',
    'ERR_ENCODE',
    'ERR_FLATMAP',
    'ERR_LUA',
    'ERR_LUA_SOURCE',
    'ERR_LUA_STOPPED',
  ].map((code) => [code, INTERNAL] as const),
  ...['ERR_MODIFIER', 'ERR_NO_RESPONSE', 'ERR_SIGNER'].map((code) => [code, INTERNAL] as const),
])

/** What is no GatewayError is a bug. */
export function describeFailure(error: Error): PublicFailure {
  if (error instanceof MergeError) return known('ERR_MERGE', statusOfMerge(error))
  if (!(error instanceof GatewayError)) return INTERNAL
  return FAILURES.get(error.code) ?? known(error.code, error.statusCode)
}

/** The class of what a backend's pipe was rejected with; null for what is nobody's failure (the client left) and for bugs. */
export function failureClassOf(error: Error): FailureClass | null {
  return describeFailure(error).failureClass
}

/** The status of the answer that counted as an error; null where there was none. */
export function backendStatusOf(error: Error): number | null {
  return error instanceof StatusError ? error.answer.statusCode : null
}

/** 504 when all timed out, 503 when the gateway refused all of them. */
function statusOfMerge({ errors }: MergeError): number {
  const classes = new Set(errors.map(failureClassOf))
  if (classes.size !== 1) return 502
  if (classes.has('timeout')) return 504
  return classes.has('rejected') ? 503 : 502
}
