// Fetches a key set over HTTP or HTTPS with KrakenD's rules for key servers. Knows nothing of keys.

import type http from 'node:http'
import { readAnswer, TrustedClient, type TrustInit } from './trusted-client.ts'
import { timerMs } from '../../../../engine/timer-ms.ts'

export interface DownloadInit extends TrustInit {
  readonly url: string
  /** For the whole download, redirects included. */
  readonly timeoutMs: number
}

const LIMIT = { what: 'the key set', maxBytes: 1024 * 1024 }

/** A client for one key server; it keeps its connection for the next download. */
export class KeyServerClient {
  readonly #init: DownloadInit
  readonly #client: TrustedClient

  constructor(init: DownloadInit) {
    this.#init = init
    this.#client = new TrustedClient(init)
  }

  /**
   * The bytes of the set, unpacked when they come as gzip, which is asked for. The status does not matter, the content
   * type does. Rejects for anything else, a body over 1 MiB or too long a wait among it.
   */
  async download(): Promise<Buffer> {
    const signal = AbortSignal.timeout(timerMs(this.#init.timeoutMs))
    try {
      return await readKeySet(await this.#client.get(this.#init.url, signal, true))
    } catch (error) {
      if (signal.aborted) throw new Error(`the key server did not answer within ${this.#init.timeoutMs} ms`, { cause: error })
      throw error
    }
  }

  close(): void {
    this.#client.close()
  }
}

async function readKeySet(response: http.IncomingMessage): Promise<Buffer> {
  const contentType = response.headers['content-type'] ?? ''
  if (!contentType.startsWith('application/json') && !contentType.startsWith('application/jwk-set+json')) {
    response.destroy()
    throw new Error('should have a JSON content type for JWKS endpoint')
  }
  return readAnswer(response, LIMIT)
}
