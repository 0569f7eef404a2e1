// A query as its client sent it: decoded for whoever looks at it, and with the bytes that go on.

import { parseQuery } from '../go/url.ts'
import type { Query } from './types.ts'

/** Immutable like every query: whoever changes one makes a plain one, which is encoded anew. */
export class RawQuery extends Map<string, string[]> {
  /** Pairs with `&` between them, as they were sent. */
  readonly raw: string

  constructor(raw: string) {
    super()
    parseQuery(raw, this)
    this.raw = raw
  }
}

/** The pairs whose decoded names are wanted, in the order they were sent; a name that cannot be decoded is none. */
export function filterRawQuery(raw: string, isWanted: (name: string) => boolean): RawQuery {
  const kept = raw.split('&').filter((pair) => {
    const at = pair.indexOf('=')
    const [name] = parseQuery(at < 0 ? pair : pair.slice(0, at)).keys()
    return name !== undefined && isWanted(name)
  })
  return new RawQuery(kept.join('&'))
}

/** The bytes of a query that nobody has changed, null otherwise. */
export function rawTextOf(query: Query): string | null {
  return query instanceof RawQuery ? query.raw : null
}
