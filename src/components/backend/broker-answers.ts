// What the pipes of backends answer that are no HTTP servers. Knows no broker.

import type { Manipulate, Site } from '../../engine/compile/component.ts'
import type { Data } from '../../engine/data.ts'
import type { HeaderMap } from '../../engine/headers.ts'
import { parseHost } from '../../engine/steps/balancer.ts'
import type { PipeResponse } from '../../engine/types.ts'

/** What a client gets whose message was taken: `null`, not complete. */
export const TAKEN: PipeResponse = { data: null, isComplete: true, error: null, statusCode: 0, headers: null, body: null }

/** A message's data as its backend's options want it. */
export function answerWith(data: Data | null, manipulate: Manipulate | null, headers: HeaderMap | null = null): PipeResponse {
  // compat: an empty message stays null, whatever is to be done with its data.
  const own = manipulate === null || data === null ? data : manipulate(data)
  return { data: own, isComplete: true, error: null, statusCode: 0, headers, body: null }
}

/**
 * The Authorization fields that the balancer makes of the backend's hosts.
 * security: they are for the broker, and must not travel in messages.
 */
export function hostCredentials({ backend }: Site): ReadonlySet<string> {
  return new Set((backend?.hosts ?? []).flatMap((host) => parseHost(host).authorization ?? []))
}
