// Keeps a client with its host: by a cookie that names it in secret, or by a header field. Knows no host's state.

import { createHmac, randomBytes } from 'node:crypto'
import type { Exchange } from '../../../engine/types.ts'

export interface StickyOptions {
  readonly cookie: string
  readonly header: string
  /** 0: a cookie of the session. */
  readonly ttlS: number
  readonly sameSite: 'Lax' | 'Strict' | 'None'
  readonly isSecure: boolean
}

/** The key of cookies, the same in all workers. */
export function stickyKey(memory: SharedArrayBuffer, secret: string): Uint8Array {
  if (secret !== '') return Buffer.from(secret)
  const words = new Int32Array(memory)
  // Word by word, so that whoever comes second has the same key.
  const fresh = new Int32Array(randomBytes(memory.byteLength).buffer.slice(0, memory.byteLength))
  for (let i = 0; i < words.length; i++) Atomics.compareExchange(words, i, 0, fresh[i] || 1)
  return Buffer.from(Int32Array.from(words, (_word, i) => Atomics.load(words, i)).buffer)
}

export const KEY_BYTES = 32

/** security: neither the address of a host nor how many there are can be read from it, and nobody can make one. */
export function nameOfHost(key: Uint8Array, url: string): string {
  return createHmac('sha256', key).update(url).digest('base64url').slice(0, 22)
}

/** The value of a cookie that a client sends; undefined without one. */
export function cookieOf({ headers }: Pick<Exchange, 'headers'>, name: string): string | undefined {
  for (const line of headers.values('Cookie'))
    for (const pair of line.split(';')) {
      const at = pair.indexOf('=')
      if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
    }
  return undefined
}

export function setCookie({ responseHeaders, isSecure }: Exchange, value: string, options: StickyOptions): void {
  const parts = [`${options.cookie}=${value}`, 'Path=/', 'HttpOnly', `SameSite=${options.sameSite}`]
  if (options.ttlS > 0) parts.push(`Max-Age=${options.ttlS}`)
  if (isSecure || options.isSecure) parts.push('Secure')
  responseHeaders.add('Set-Cookie', parts.join('; '))
}

/** The host with the highest hash of value and name: when one goes, only its clients go to others. */
export function rendezvous<C extends { readonly url: string }>(candidates: readonly C[], value: string): C {
  let best = candidates[0] as C
  let highest = -1
  for (const candidate of candidates) {
    const score = createHmac('sha256', candidate.url).update(value).digest().readUInt32BE(0)
    if (score > highest) {
      highest = score
      best = candidate
    }
  }
  return best
}
