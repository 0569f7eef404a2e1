// What may pass beside a streamed answer: interim answers and trailers, without what neither may say. Knows nothing of protocols.

import { HOP_BY_HOP } from '../headers.ts'
import type { Companions } from '../types.ts'

const EARLY_HINTS = 103
/** RFC 9110, 6.5.1: what decides how an answer is read comes before it, or not at all. */
const NEVER =
  /^(?:Age|Authorization|Cache-Control|Content-.+|Date|Expires|Host|Location|Retry-After|Set-Cookie|Vary|Www-Authenticate|X-Krakend.*)$/

/** Those of a client, for a backend: its fields are looked at, and other interim answers than 103 are between it and the gateway. */
export class PassedCompanions implements Companions {
  readonly #client: Companions
  readonly #dropsHeader: ((name: string) => boolean) | null
  /** Whether fields will follow the body. */
  hasTrailers = false

  constructor(client: Companions, dropsHeader: ((name: string) => boolean) | null) {
    this.#client = client
    this.#dropsHeader = dropsHeader
  }

  interim(statusCode: number, fields: readonly string[]): void {
    if (statusCode === EARLY_HINTS) this.#client.interim(statusCode, this.#choose(fields))
  }

  trailers(fields: readonly string[]): void {
    const chosen = this.#choose(fields)
    if (chosen.length === 0) return
    this.hasTrailers = true
    this.#client.trailers(chosen)
  }

  #choose(fields: readonly string[]): string[] {
    const chosen: string[] = []
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] as string
      if (HOP_BY_HOP.has(name) || NEVER.test(name) || this.#dropsHeader?.(name) === true) continue
      chosen.push(name, fields[i + 1] as string)
    }
    return chosen
  }
}
