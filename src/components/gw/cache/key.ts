// What makes two requests the same to a cache: everything that a backend may see of them, or what the file says.

import { createHash } from 'node:crypto'
import type { ReadonlyHeaders } from '../../../engine/headers.ts'
import { rawTextOf } from '../../../engine/raw-query.ts'
import type { Query } from '../../../engine/types.ts'

/** What a key is made of. */
export interface KeyParts {
  readonly method: string
  readonly path: string
  readonly query: Query
  readonly headers: ReadonlyHeaders
  /** Fields that say nothing about the answer: each request has others. */
  readonly ignored: { has(name: string): boolean }
  /** Claims, labels of hosts and the like, and what else decides about the answer. */
  readonly others: readonly (readonly [name: string, value: string])[]
}

/**
 * Forwarded, but without a word in what the answer is: they differ from client to client.
 * security: of what proxies say only the way that a request took; X-Forwarded-User and its like say whose it is.
 */
const IGNORED =
  /^(?:User-Agent|X-Forwarded-(?:By|For|Host|Method|Path|Port|Prefix|Proto|Protocol|Scheme|Server|Ssl|Uri|Via)|Forwarded|Accept-Encoding|Traceparent|Tracestate|B3|X-B3-.+|Baggage|X-Request-Id|Content-Length)$/

export function automaticKey({ method, path, query, headers, ignored, others }: KeyParts): string {
  const parts = [method === 'HEAD' ? 'GET' : method, path]
  // security: what goes on byte for byte may have pairs that nobody can decode.
  const raw = rawTextOf(query)
  if (raw !== null) parts.push(`raw ${raw}`)
  for (const name of [...query.keys()].sort()) parts.push(`?${name}`, ...(query.get(name) ?? []))
  const fields: string[] = []
  for (let i = 0; i < headers.fields.length; i += 2) {
    const name = headers.fields[i] as string
    if (!IGNORED.test(name) && !ignored.has(name)) fields.push(`${name}: ${headers.fields[i + 1]}`)
  }
  parts.push(...fields.sort(), ...others.map(([name, value]) => `{${name}} ${value}`))
  return digest(parts)
}

/** security: JSON keeps parts apart, whatever stands in them; a key has always the same length. */
export function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
