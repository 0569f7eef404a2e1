// The request target of a client as Go's url.ParseRequestURI reads it. Knows nothing of sockets.

import { textOfBytes } from '../../go/text.ts'
import { unescapePercent } from '../../go/url.ts'

export interface Target {
  /** Percent-decoded. */
  readonly path: string
  /** Still encoded, without the `?`. */
  readonly rawQuery: string
  /** The authority of an absolute target, which stands above the Host header; null otherwise. */
  readonly host: string | null
}

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?]*)(.*)$/s

/** Targets come with one character per byte; what is no ASCII is meant as UTF-8. */
export function decodeTarget(sent: string): string {
  return textOfBytes(sent)
}

/** Takes a target apart; null when Go's server answers it with 400. A `#` is an ordinary character, `//x` a path. */
export function parseTarget(target: string): Target | null {
  let rest = target
  let host: string | null = null
  if (target.charCodeAt(0) !== 0x2f) {
    if (target === '*') return { path: '*', rawQuery: '', host: null }
    const absolute = ABSOLUTE.exec(target)
    if (absolute === null) return null
    const [, authority = '', after = ''] = absolute
    host = authority.slice(authority.lastIndexOf('@') + 1)
    rest = after.startsWith('/') ? after : `/${after}`
  }
  const mark = rest.indexOf('?')
  const path = unescapePercent(mark < 0 ? rest : rest.slice(0, mark))
  return path === null ? null : { path, rawQuery: mark < 0 ? '' : rest.slice(mark + 1), host }
}
