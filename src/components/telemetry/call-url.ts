// Where an HTTP request to a backend goes, as telemetry tells it. security: user and password of a host are nobody's business.

import type { BackendRequest } from '../../engine/types.ts'

export function urlOf({ origin, path }: BackendRequest): string {
  return `${origin.replace(/\/\/[^/]*@/, '//')}${path}`
}

/** Host and port as they are connected to. */
export function hostOf({ origin }: BackendRequest): string {
  return origin.slice(origin.indexOf('://') + 3).replace(/^[^/]*@/, '')
}
