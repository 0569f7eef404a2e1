// Where an issuer's key set is, and its bytes: at a URL, or where its discovery document says. Knows nothing of keys.

import { readAnswer, type TrustedClient } from '../keys/trusted-client.ts'
import type { Clock } from '../keys/shared-download.ts'
import { memberOf, parseStrictObject } from '../token/strict-json.ts'

export interface DocumentsInit {
  readonly client: TrustedClient
  readonly issuer: string
  /** Of the discovery document; null where `keysUrl` is known. */
  readonly discoveryUrl: string | null
  readonly keysUrl: string
  /** Whether keys may come over plain http. */
  readonly isInsecure: boolean
  readonly clock: Clock
  /** How long a discovery document counts. */
  readonly maxAgeMs: number
}

/** Milliseconds for one document. */
export const DOCUMENT_TIMEOUT_MS = 5000
const MAX_BYTES = 1024 * 1024
const WELL_KNOWN = '/.well-known/openid-configuration'

/** OpenID Connect Discovery 1.0, section 4: a slash at the end of the issuer goes. */
export function discoveryUrlOf(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}${WELL_KNOWN}`
}

export class IssuerDocuments {
  readonly #init: DocumentsInit
  #discovered: { readonly keysUrl: string; readonly atMs: number } | null = null

  constructor(init: DocumentsInit) {
    this.#init = init
  }

  /** The key set. Rejects with what went wrong; what was discovered is then asked for again. */
  async download(): Promise<Buffer> {
    const { discoveryUrl, keysUrl } = this.#init
    const url = discoveryUrl === null ? keysUrl : await this.#discover(discoveryUrl)
    try {
      return await this.#fetch(url, 'the key set')
    } catch (error) {
      this.#discovered = null
      throw error
    }
  }

  async #discover(discoveryUrl: string): Promise<string> {
    const { clock, maxAgeMs, issuer, isInsecure } = this.#init
    const known = this.#discovered
    const ageMs = known === null ? Infinity : clock() - known.atMs
    if (known !== null && ageMs >= 0 && ageMs < maxAgeMs) return known.keysUrl
    const document = parseStrictObject((await this.#fetch(discoveryUrl, 'the discovery document')).toString())
    // security: a document that speaks for somebody else must not bring his keys in (OpenID Connect Discovery 1.0, 4.3).
    if (memberOf(document, 'issuer') !== issuer) throw new Error('the discovery document is that of another issuer')
    const keysUrl = memberOf(document, 'jwks_uri')
    if (typeof keysUrl !== 'string') throw new Error('the discovery document has no jwks_uri')
    if (!isInsecure && !keysUrl.startsWith('https://')) throw new Error('the discovery document leads to keys without https')
    this.#discovered = { keysUrl, atMs: clock() }
    return keysUrl
  }

  async #fetch(url: string, what: string): Promise<Buffer> {
    const signal = AbortSignal.timeout(DOCUMENT_TIMEOUT_MS)
    try {
      const response = await this.#init.client.get(url, signal, false)
      if (response.statusCode !== 200) {
        response.destroy()
        throw new Error(`${what} was answered with status ${response.statusCode}`)
      }
      return await readAnswer(response, { what, maxBytes: MAX_BYTES })
    } catch (error) {
      if (signal.aborted) throw new Error(`${what} did not come within ${DOCUMENT_TIMEOUT_MS} ms`, { cause: error })
      throw error
    }
  }
}
