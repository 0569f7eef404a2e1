// Makes one download out of many requests for the same key set, and keys out of its bytes. Knows nothing of HTTP.

import { parseJwkSet } from './jwk.ts'
import type { Jwk } from './jwk.ts'
import { TokenError } from '../token/jws.ts'
import { asTokenError } from './key-sources.ts'
import type { KeyLoader, KeySet } from './shared-download.ts'

/** A loader over a download. Whatever goes wrong rejects with a TokenError; an empty set is an error, as in KrakenD. */
export class UrlKeyLoader implements KeyLoader {
  readonly #download: () => Promise<Buffer>
  readonly #parseSet: (text: string) => readonly Jwk[]
  #loading: Promise<KeySet> | null = null
  #last: KeySet | null = null

  constructor(download: () => Promise<Buffer>, parseSet: (text: string) => readonly Jwk[] = parseJwkSet) {
    this.#download = download
    this.#parseSet = parseSet
  }

  load(): Promise<KeySet> {
    this.#loading ??= this.#run().finally(() => {
      this.#loading = null
    })
    return this.#loading
  }

  read(bytes: Buffer): readonly Jwk[] {
    return this.#parse(bytes).keys
  }

  async #run(): Promise<KeySet> {
    try {
      const set = this.#parse(await this.#download())
      if (set.keys.length === 0) throw new TokenError('no Keys have been found')
      return set
    } catch (error) {
      throw asTokenError(error)
    }
  }

  /** perf: the same bytes give the same keys, and tokens verified with them stay verified. */
  #parse(bytes: Buffer): KeySet {
    if (this.#last === null || !this.#last.bytes.equals(bytes)) this.#last = { bytes, keys: this.#parseSet(bytes.toString()) }
    return this.#last
  }
}
