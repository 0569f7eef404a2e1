// Where a Redis is and who asks it, out of one URL. Knows nothing of connections.

import { withoutBrackets } from '../../../go/url-parts.ts'

export interface RedisAddress {
  readonly isTls: boolean
  readonly host: string
  readonly port: number
  readonly username: string
  /** Empty: nobody logs in. */
  readonly password: string
}

const DEFAULT_PORT = 6379

/** Throws an Error that says what is wrong, without quoting the URL: it may hold a password. */
export function parseRedisUrl(text: string): RedisAddress {
  if (!/^rediss?:\/\//.test(text) || !URL.canParse(text)) throw new Error('is no redis:// or rediss:// URL')
  const url = new URL(text)
  if (url.hostname === '') throw new Error('has no host')
  return {
    isTls: url.protocol === 'rediss:',
    host: withoutBrackets(url.hostname),
    port: Number(url.port || DEFAULT_PORT),
    username: decode(url.username),
    password: decode(url.password),
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Error('has a % in its user or password that escapes nothing: write %25 for a %')
  }
}
