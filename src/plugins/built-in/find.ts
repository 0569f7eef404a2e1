// Finds the plugins that the gateway brings along, by name and place, before any module is asked.

import type { Quirks } from '../../config/dialect.ts'
import type { Kind } from '../loaded.ts'
import type { BuiltIn } from './declare.ts'

/** One that is there. perf: imported only where a file names it. */
export interface KnownBuiltIn {
  readonly kinds: ReadonlySet<Kind>
  /** Whether it may answer a request itself. */
  readonly mayAnswer: boolean
  readonly load: () => Promise<BuiltIn>
}

const IP_FILTER: KnownBuiltIn = {
  kinds: new Set(['http-server', 'req-resp-modifier']),
  mayAnswer: true,
  load: async () => (await import('./ip-filter.ts')).ipFilter,
}
const URL_REWRITE: KnownBuiltIn = {
  kinds: new Set(['http-server']),
  mayAnswer: false,
  load: async () => (await import('./url-rewrite.ts')).urlRewrite,
}

const ALL: ReadonlyMap<string, KnownBuiltIn> = new Map([
  ['ip-filter', IP_FILTER],
  ['url-rewrite', URL_REWRITE],
])
/** What they were called in KrakenD 1.x. */
const OLD_NAMES: ReadonlyMap<string, KnownBuiltIn> = new Map([['krakend-ipfilter', IP_FILTER]])

/** Null for any other name, at a place that is none of its, and in the community edition. */
export function findBuiltIn(
  kind: Kind,
  name: string,
  { hasBuiltInPlugins, readsVersion1Names }: Pick<Quirks, 'hasBuiltInPlugins' | 'readsVersion1Names'>,
): KnownBuiltIn | null {
  if (!hasBuiltInPlugins) return null
  const found = (readsVersion1Names ? OLD_NAMES.get(name) : undefined) ?? ALL.get(name)
  return found?.kinds.has(kind) === true ? found : null
}

/** The places of a plugin that the gateway brings along; empty for any other name. */
export function kindsOfBuiltIn(name: string): readonly Kind[] {
  return [...(ALL.get(name)?.kinds ?? [])]
}
