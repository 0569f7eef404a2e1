// Finds the plugins that the gateway brings along, by name and place, before any module is asked.

import type { Quirks } from '../../config/dialect.ts'
import type { Kind } from '../loaded.ts'
import type { BuiltIn } from './declare.ts'
import { ipFilter } from './ip-filter.ts'
import { urlRewrite } from './url-rewrite.ts'

const ALL: ReadonlyMap<string, BuiltIn> = new Map([ipFilter, urlRewrite].map((one) => [one.name, one]))
/** What they were called in KrakenD 1.x. */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([['krakend-ipfilter', ipFilter.name]])

/** Null for any other name, at a place that is none of its, and in the community edition. */
export function findBuiltIn(kind: Kind, name: string, quirks: Pick<Quirks, 'hasBuiltInPlugins' | 'readsVersion1Names'>): BuiltIn | null {
  if (!quirks.hasBuiltInPlugins) return null
  const found = ALL.get((quirks.readsVersion1Names ? OLD_NAMES.get(name) : undefined) ?? name)
  return found?.kinds.has(kind) === true ? found : null
}

/** The places of a plugin that the gateway brings along; empty for any other name. */
export function kindsOfBuiltIn(name: string): readonly Kind[] {
  return [...(ALL.get(name)?.kinds ?? [])]
}
