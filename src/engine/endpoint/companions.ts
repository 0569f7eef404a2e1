// What may pass beside a streamed answer: interim answers and trailers, without what neither may say. Knows nothing of protocols.

import { HOP_BY_HOP } from '../headers.ts'
import type { Companions } from '../types.ts'

const EARLY_HINTS = 103
/** RFC 9110, 6.5.1: what decides how an answer is read comes before it, or not at all. */
const NEVER =
  /^(?:Age|Authorization|Cache-Control|Content-.+|Date|Expires|Host|Location|Retry-After|Set-Cookie|Vary|Www-Authenticate|X-Krakend.*)$/

/** The same for a backend, whose fields are looked at: other interim answers than 103 are between it and the gateway. */
export function fromBackend(companions: Companions, dropsHeader: ((name: string) => boolean) | null): Companions {
  const mayPass = (name: string): boolean => !HOP_BY_HOP.has(name) && !NEVER.test(name) && dropsHeader?.(name) !== true
  return {
    interim(statusCode, fields) {
      if (statusCode === EARLY_HINTS) companions.interim(statusCode, choose(fields, mayPass))
    },
    trailers(fields) {
      const chosen = choose(fields, mayPass)
      if (chosen.length > 0) companions.trailers(chosen)
    },
  }
}

function choose(fields: readonly string[], mayPass: (name: string) => boolean): string[] {
  const chosen: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    if (mayPass(name)) chosen.push(name, fields[i + 1] as string)
  }
  return chosen
}
