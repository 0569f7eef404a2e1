// Where an HTTP request to a backend goes, and with how much, as telemetry tells it. security: user and password of a host are nobody's business.

import type { BackendRequest } from '../../engine/types.ts'
import { withoutUserinfo } from '../../go/url-parts.ts'

export function urlOf({ origin, path }: BackendRequest): string {
  return `${withoutUserinfo(origin)}${path}`
}

/** Host and port as they are connected to. */
export function hostOf({ origin }: BackendRequest): string {
  return withoutUserinfo(origin).replace(/^.*?:\/\//, '')
}

/** Bytes of its body. compat: those that it announces; of what goes out chunked none, even if its length is known. */
export function sizeOf({ body, headers }: BackendRequest): number {
  if (body.length === 0) return 0
  if (body.announcesLength === true && body.length !== null) return body.length
  const declared = headers.values('Content-Length')
  return declared.length === 1 && /^\d{1,15}$/.test(declared[0] as string) ? Number(declared[0]) : 0
}
