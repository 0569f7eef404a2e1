// Where an HTTP request to a backend goes, as telemetry tells it. security: user and password of a host are nobody's business.

import type { BackendRequest } from '../../engine/types.ts'
import { withoutUserinfo } from '../../go/url-parts.ts'

export function urlOf({ origin, path }: BackendRequest): string {
  return `${withoutUserinfo(origin)}${path}`
}

/** Host and port as they are connected to. */
export function hostOf({ origin }: BackendRequest): string {
  return withoutUserinfo(origin).replace(/^.*?:\/\//, '')
}
