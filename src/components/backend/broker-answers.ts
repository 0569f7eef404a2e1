// What the pipes of backends answer that are no HTTP servers. Knows no broker.

import type { Manipulate, Site } from '../../engine/compile/component.ts'
import type { Data } from '../../engine/data.ts'
import { GatewayError } from '../../engine/errors.ts'
import type { HeaderMap } from '../../engine/headers.ts'
import { parseHost } from '../../engine/steps/balancer.ts'
import type { PipeResponse } from '../../engine/types.ts'

/** What a client gets whose message was taken: `null`, not complete. */
export const TAKEN: PipeResponse = { data: null, isComplete: true, error: null, statusCode: 0, headers: null, body: null }

/**
 * How the place's backend decodes messages.
 * compat: one in which a decoder finds nothing at all, not even the beginning of a mistake, is an empty one, and taken.
 */
export function compileMessageDecoder(site: Site): (body: Buffer) => Data | null {
  const decode = site.decode()
  return function decodeMessage(body) {
    try {
      return decode(body)
    } catch (error) {
      if (error instanceof GatewayError && error.message === 'EOF') return null
      throw error
    }
  }
}

/** A message's data as its backend's options want it. */
export function answerWith(data: Data | null, manipulate: Manipulate | null, headers: HeaderMap | null = null): PipeResponse {
  const own = manipulate === null ? data : manipulate(data)
  return { data: own, isComplete: true, error: null, statusCode: 0, headers, body: null }
}

/**
 * The Authorization fields that the balancer makes of the backend's hosts.
 * security: they are for the broker, and must not travel in messages.
 */
export function hostCredentials({ backend }: Site): ReadonlySet<string> {
  return new Set((backend?.hosts ?? []).flatMap((host) => parseHost(host).authorization ?? []))
}
