// What went wrong with a backend's connection, in the words Go has for it: clients and logs know them. Knows no sockets.

import { asError, GatewayError, SendError } from '../../engine/errors.ts'
import type { BackendRequest } from '../../engine/types.ts'
import { describeFailedCall } from '../../go/failed-call.ts'
import { joinHostPort, MAX_PORT } from '../../go/host-port.ts'
import { quote } from '../../go/quote.ts'
import { type GoUrl, hostnameOf, parseUrl } from '../../go/url-parts.ts'

/** A request that cannot be made: no wire has seen it. */
export function backendError(request: BackendRequest, detail: string, cause?: unknown): GatewayError {
  return new GatewayError(aboutRequest(request, detail), { code: 'ERR_BACKEND', source: 'backend', cause })
}

/** Why nobody can be called there. compat: in the words of Go's URLs, its client and its dialer, which look one after the other. */
export function originError(request: BackendRequest, cause: unknown): GatewayError {
  let url: GoUrl
  try {
    url = parseUrl(request.origin + request.path)
  } catch (error) {
    return new GatewayError(asError(error).message, { code: 'ERR_BACKEND', source: 'backend', cause })
  }
  const { scheme, host } = url
  if (scheme !== 'http' && scheme !== 'https') return backendError(request, `unsupported protocol scheme ${quote(scheme)}`, cause)
  if (host === '') return backendError(request, 'http: no Host in request URL', cause)
  const port = /:(\d+)$/.exec(host)?.[1] ?? ''
  if (Number(port) > MAX_PORT) return backendError(request, `dial tcp: address ${port}: invalid port`, cause)
  return backendError(request, `dial tcp: lookup ${hostnameOf(host)}: no such host`, cause)
}

/** What the wire said, about the request it failed. Go puts that in front until the head has come. */
export function sendError(request: BackendRequest, { phase, message, code, cause }: SendError, isRetriable: boolean): SendError {
  return new SendError(aboutRequest(request, message), { phase, isRetriable, code, cause })
}

/** A body, unpacked if it was packed, that is larger than what may be kept of it. */
export function tooLarge(maxBytes: number): SendError {
  return new SendError(`response body of more than ${maxBytes} bytes`, { phase: 'body', ...TOO_LARGE })
}

const TOO_LARGE = { code: 'ERR_BACKEND_TOO_LARGE' }

function aboutRequest(request: BackendRequest, detail: string): string {
  return describeFailedCall(request.method, `${request.origin}${request.path}`, detail)
}

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  EPIPE: 'broken pipe',
  ETIMEDOUT: 'connection timed out',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EMFILE: 'too many open files',
}

const UNKNOWN_AUTHORITY = 'tls: failed to verify certificate: x509: certificate signed by unknown authority'
const TLS_WORDS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'remote error: tls: protocol version not supported',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'tls: server selected unsupported protocol version',
  ERR_SSL_WRONG_VERSION_NUMBER: 'http: server gave HTTP response to HTTPS client',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'http: server gave HTTP response to HTTPS client',
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': 'remote error: tls: handshake failure',
}

interface SystemError extends NodeJS.ErrnoException {
  readonly address?: string
  readonly port?: number
  readonly hostname?: string
  readonly errors?: readonly SystemError[]
}

/** Words for an attempt to connect that failed. */
export function dialWords(error: SystemError, hostname: string, port: number): string {
  // Every address of a name failed: Go names the first.
  const first = error.errors?.[0] ?? error
  const code = first.code ?? ''
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${hostname}: no such host`
  if (code.startsWith('EAI_')) return `dial tcp: lookup ${hostname}: server misbehaving`
  const address = first.address ?? hostname
  const words = SYSTEM_WORDS[code]
  if (words !== undefined) return `dial tcp ${joinHostPort(address, first.port ?? port)}: connect: ${words}`
  return tlsWords(first) ?? first.message
}

/** Words for a connection that broke while in use. */
export function connectionWords(error: SystemError): string {
  const words = SYSTEM_WORDS[error.code ?? '']
  if (words !== undefined) return `${error.syscall ?? 'read'}: ${words}`
  return tlsWords(error) ?? error.message
}

function tlsWords(error: SystemError): string | null {
  const code = error.code ?? ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `tls: failed to verify certificate: x509: ${error.message}`
  return TLS_WORDS[code] ?? null
}
