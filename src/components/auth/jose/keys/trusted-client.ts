// HTTP to the servers that keys and words about tokens come from: which of them are trusted, over connections that are kept. Knows nothing of what is asked.

import { createHash } from 'node:crypto'
import { addAbortListener } from 'node:events'
import type http from 'node:http'
import https from 'node:https'
import tls from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { readUpTo } from '../../../../engine/body.ts'
import { redirectOf } from '../../../../go/redirects.ts'
import { trustContext } from '../../../../http/tls/trust.ts'
import { Agent, request } from '../../../../node-http.ts'
import { cipherList } from './cipher-suites.ts'

export interface TrustInit {
  readonly userAgent: string
  /** Plain http and any certificate are good enough. */
  readonly isInsecure: boolean
  /** SHA-256 of public keys (DER SubjectPublicKeyInfo); one of the server's chain must be among them. Empty: any. */
  readonly fingerprints: readonly Buffer[]
  /** A PEM text to trust in addition to the system's authorities; empty for none. */
  readonly localCa: string
  readonly cipherSuites: readonly number[]
  /** Variables that may name proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What is asked; a GET without a body. */
export interface TrustedRequest {
  readonly signal: AbortSignal
  readonly accept?: string
  /** A POST of these bytes. */
  readonly form?: string
  readonly authorization?: string
  /** Further fields. */
  readonly more?: Readonly<Record<string, string>>
}

/** What answers are called in errors, and how much of one is read. */
export interface ReadLimit {
  readonly what: string
  readonly maxBytes: number
}

const MAX_REDIRECTS = 10
const IDLE_MS = 30_000
const unzip = promisify(gunzip)

/** A client for servers that are trusted by the same rules; it keeps its connections. */
export class TrustedClient {
  readonly #init: TrustInit
  #httpAgent: http.Agent | null = null
  #httpsAgent: https.Agent | null = null

  constructor(init: TrustInit) {
    this.#init = init
  }

  /**
   * The head of the answer to a GET, redirects followed. Rejects where one leads to plain http without `isInsecure`, and,
   * unless `mayLeaveTls`, where one leads there from TLS.
   */
  async get(start: string, signal: AbortSignal, mayLeaveTls: boolean): Promise<http.IncomingMessage> {
    let url = parseUrl(start)
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await this.request(url, { signal })
      const location = response.headers.location
      if (location === undefined || redirectOf(response.statusCode ?? 0) === null) return response
      response.resume()
      const from = url
      url = parseUrl(new URL(location, from).href)
      const leavesTls = url.protocol === 'http:' && (!this.#init.isInsecure || (!mayLeaveTls && from.protocol === 'https:'))
      // security: what was asked for over TLS must not come from elsewhere in the clear.
      if (leavesTls) throw new Error('the key server redirects to plain http')
    }
    throw new Error(`stopped after ${MAX_REDIRECTS} redirects`)
  }

  /** The head of the answer to one request. */
  async request(url: URL, { signal, accept, form, authorization, more }: TrustedRequest): Promise<http.IncomingMessage> {
    const isTls = url.protocol === 'https:'
    const agent = isTls ? (this.#httpsAgent ??= this.#createTlsAgent()) : (this.#httpAgent ??= new Agent(agentOptions(this.#init)))
    const headers = {
      ...more,
      'User-Agent': this.#init.userAgent,
      ...(accept === undefined ? null : { Accept: accept }),
      'Accept-Encoding': 'gzip',
      ...(form === undefined ? null : { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(form.length) }),
      ...(authorization === undefined ? null : { Authorization: authorization }),
    }
    const options: PinnedRequest = { agent, headers, signal, handshakeSignal: signal, method: form === undefined ? 'GET' : 'POST' }
    const once = (): Promise<http.IncomingMessage> => send(isTls ? https.request(url, options) : request(url, options), form)
    // An idle connection may have been closed by the server in the very moment it is used again.
    return once().catch((error: unknown) => (error instanceof StaleConnection ? once() : Promise.reject(error as Error)))
  }

  close(): void {
    this.#httpAgent?.destroy()
    this.#httpsAgent?.destroy()
  }

  #createTlsAgent(): https.Agent {
    const { fingerprints, isInsecure, localCa, cipherSuites } = this.#init
    const options: https.AgentOptions = {
      ...(fingerprints.length === 0 ? agentOptions(this.#init) : { keepAlive: true, timeout: IDLE_MS }),
      // perf: once for all connections; a machine trusts so many authorities that each would hold up the thread.
      secureContext: trustContext(
        { authorities: localCa === '' ? [] : [Buffer.from(localCa)], trustsSystem: !isInsecure, pairs: [] },
        { ciphers: cipherList(cipherSuites) },
      ),
      rejectUnauthorized: !isInsecure,
    }
    return fingerprints.length === 0 ? new https.Agent(options) : createPinnedAgent(options, fingerprints)
  }
}

/** Proxies of the environment are honoured, as Go does. */
function agentOptions({ environment }: TrustInit): http.AgentOptions {
  return { keepAlive: true, timeout: IDLE_MS, proxyEnv: environment }
}

/** What an agent hears of a request; `signal` itself is kept from it. */
interface PinnedRequest extends https.RequestOptions {
  readonly handshakeSignal: AbortSignal
}

/**
 * An agent whose connections are usable only when the chain that the server presents has a pinned key.
 *
 * security: the pin is checked before the request is sent, and whether or not the certificate is checked otherwise. A
 * resumed session presents no chain, hence no session cache; a proxy could present its own, hence no proxy.
 */
function createPinnedAgent(options: https.AgentOptions, fingerprints: readonly Buffer[]): https.Agent {
  const agent = new https.Agent({ ...options, maxCachedSessions: 0 })
  agent.createConnection = (connection, callback) => {
    const socket = tls.connect({ ...options, ...(connection as tls.ConnectionOptions) })
    const { handshakeSignal } = connection as PinnedRequest
    // Until its socket is given to it, the request does not end with its signal: a server that never ends the handshake would hold it for ever.
    const limit = addAbortListener(handshakeSignal, () => socket.destroy(handshakeSignal.reason as Error))
    socket.once('close', () => limit[Symbol.dispose]())
    socket.once('error', (error) => callback?.(error, socket))
    socket.once('secureConnect', () => {
      limit[Symbol.dispose]()
      if (hasPinnedKey(socket, fingerprints)) callback?.(null, socket)
      else socket.destroy(new Error('JWK client did not find a pinned key'))
    })
    return undefined
  }
  return agent
}

function hasPinnedKey(socket: TLSSocket, fingerprints: readonly Buffer[]): boolean {
  const leaf = socket.getPeerX509Certificate()
  for (let certificate = leaf; certificate !== undefined; certificate = certificate.issuerCertificate) {
    const digest = createHash('sha256')
      .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
      .digest()
    if (fingerprints.some((fingerprint) => fingerprint.equals(digest))) return true
  }
  return false
}

/** Throws Go's message for what is no URL of HTTP. */
export function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Error(`Get "": unsupported protocol scheme "${url?.protocol.slice(0, -1) ?? ''}"`)
  }
  return url
}

class StaleConnection extends Error {}

function send(request: http.ClientRequest, form?: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = request.reusedSocket && error.code === 'ECONNRESET'
      reject(isStale ? new StaleConnection(error.message, { cause: error }) : error)
    })
    request.end(form)
  })
}

/** The bytes of an answer, unpacked where it is gzip. Rejects for more than the limit. */
export async function readAnswer(response: http.IncomingMessage, { what, maxBytes }: ReadLimit): Promise<Buffer> {
  const tooLarge = `${what} is larger than ${maxBytes / 1024 / 1024} MiB`
  const body = await readUpTo(response, maxBytes)
  if (body === null) {
    response.destroy()
    throw new Error(tooLarge)
  }
  if (response.headers['content-encoding']?.toLowerCase() !== 'gzip') return body
  try {
    // security: a few bytes may unpack to gigabytes, so the limit holds for what comes out.
    return await unzip(body, { maxOutputLength: maxBytes })
  } catch (error) {
    const isLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw new Error(isLarge ? tooLarge : `${what} is no gzip although it says so`, { cause: error })
  }
}
