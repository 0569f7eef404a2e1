// Fetches a key set over HTTP or HTTPS with KrakenD's rules for key servers. Knows nothing of keys.

import { createHash } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import tls from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { cipherList } from './cipher-suites.ts'

export interface DownloadInit {
  readonly url: string
  readonly userAgent: string
  /** Plain http and any certificate are good enough. */
  readonly isInsecure: boolean
  /** SHA-256 of public keys (DER SubjectPublicKeyInfo); one of the server's chain must be among them. Empty: any. */
  readonly fingerprints: readonly Buffer[]
  /** A PEM text to trust in addition to the system's authorities; empty for none. */
  readonly localCa: string
  readonly cipherSuites: readonly number[]
  /** For the whole download, redirects included. */
  readonly timeoutMs: number
  /** Variables that may name proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const MAX_BYTES = 1024 * 1024
const TOO_LARGE = 'the key set is larger than 1 MiB'
const MAX_REDIRECTS = 10
const IDLE_MS = 30_000
const unzip = promisify(gunzip)

/** A client for one key server; it keeps its connection for the next download. */
export class KeyServerClient {
  readonly #init: DownloadInit
  #httpAgent: http.Agent | null = null
  #httpsAgent: https.Agent | null = null

  constructor(init: DownloadInit) {
    this.#init = init
  }

  /**
   * The bytes of the set, unpacked when they come as gzip, which is asked for. The status does not matter, the content
   * type does. Rejects for anything else, a body over 1 MiB or too long a wait among it.
   */
  async download(): Promise<Buffer> {
    const signal = AbortSignal.timeout(this.#init.timeoutMs)
    try {
      return await this.#follow(this.#init.url, signal)
    } catch (error) {
      if (signal.aborted) throw new Error(`the key server did not answer within ${this.#init.timeoutMs} ms`, { cause: error })
      throw error
    }
  }

  close(): void {
    this.#httpAgent?.destroy()
    this.#httpsAgent?.destroy()
  }

  async #follow(start: string, signal: AbortSignal): Promise<Buffer> {
    let url = parseUrl(start)
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await this.#request(url, signal)
      const location = response.headers.location
      if (location === undefined || !isRedirect(response.statusCode)) return readKeySet(response)
      response.resume()
      url = parseUrl(new URL(location, url).href)
      // security: what was asked for over TLS must not come from elsewhere in the clear.
      if (url.protocol === 'http:' && !this.#init.isInsecure) throw new Error('the key server redirects to plain http')
    }
    throw new Error(`stopped after ${MAX_REDIRECTS} redirects`)
  }

  async #request(url: URL, signal: AbortSignal): Promise<http.IncomingMessage> {
    const isTls = url.protocol === 'https:'
    const agent = isTls ? (this.#httpsAgent ??= this.#createTlsAgent()) : (this.#httpAgent ??= new http.Agent(agentOptions(this.#init)))
    const headers = { 'User-Agent': this.#init.userAgent, Accept: '*/*', 'Accept-Encoding': 'gzip' }
    const options = { agent, headers, signal }
    const once = (): Promise<http.IncomingMessage> => send(isTls ? https.get(url, options) : http.get(url, options))
    // An idle connection may have been closed by the server in the very moment it is used again.
    return once().catch((error: unknown) => (error instanceof StaleConnection ? once() : Promise.reject(error as Error)))
  }

  #createTlsAgent(): https.Agent {
    const { fingerprints, isInsecure, localCa, cipherSuites } = this.#init
    const options: https.AgentOptions = {
      ...(fingerprints.length === 0 ? agentOptions(this.#init) : { keepAlive: true, timeout: IDLE_MS }),
      minVersion: 'TLSv1.2',
      ciphers: cipherList(cipherSuites),
      rejectUnauthorized: !isInsecure,
      ...(isInsecure ? {} : { ca: trustedAuthorities(localCa) }),
    }
    return fingerprints.length === 0 ? new https.Agent(options) : createPinnedAgent(options, fingerprints)
  }
}

/** Proxies of the environment are honoured, as Go does. */
function agentOptions({ environment }: DownloadInit): http.AgentOptions {
  return { keepAlive: true, timeout: IDLE_MS, proxyEnv: environment }
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
    socket.once('error', (error) => callback?.(error, socket))
    socket.once('secureConnect', () => {
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

/** The system's authorities (or Node's own where the system has none) and the file's. */
function trustedAuthorities(localCa: string): string[] {
  const system = tls.getCACertificates('system')
  const base = system.length > 0 ? system : tls.getCACertificates('default')
  return localCa === '' ? base : [...base, localCa]
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Error(`Get "": unsupported protocol scheme "${url?.protocol.slice(0, -1) ?? ''}"`)
  }
  return url
}

function isRedirect(status: number | undefined): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308
}

class StaleConnection extends Error {}

function send(request: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = request.reusedSocket && error.code === 'ECONNRESET'
      reject(isStale ? new StaleConnection(error.message, { cause: error }) : error)
    })
  })
}

async function readKeySet(response: http.IncomingMessage): Promise<Buffer> {
  const contentType = response.headers['content-type'] ?? ''
  if (!contentType.startsWith('application/json') && !contentType.startsWith('application/jwk-set+json')) {
    response.destroy()
    throw new Error('should have a JSON content type for JWKS endpoint')
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_BYTES) throw new Error(TOO_LARGE)
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks)
  return response.headers['content-encoding']?.toLowerCase() === 'gzip' ? unpack(body) : body
}

/** security: a few bytes may unpack to gigabytes, so the limit holds for what comes out. */
async function unpack(body: Buffer): Promise<Buffer> {
  try {
    return await unzip(body, { maxOutputLength: MAX_BYTES })
  } catch (error) {
    const isLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw new Error(isLarge ? TOO_LARGE : 'the key set is no gzip although it says so', { cause: error })
  }
}
