// The names of encodings, for whoever checks files: what they do is loaded with `load.ts`.

import { perDialect } from '../config/dialect.ts'
import type { Dialect } from '../config/types.ts'

const EAGER = ['json', 'safejson', 'string', 'no-op'] as const
/** Those with a parser that most gateways do not need. */
const LAZY = ['xml', 'rss'] as const
const RENDERS_OF_VERSION_2 = ['json', 'string', 'xml', 'negotiate'] as const
const RENDERS = ['json', 'json-collection', 'string', 'xml', 'yaml', 'negotiate'] as const

export type EagerDecoder = (typeof EAGER)[number]
export type LazyDecoder = (typeof LAZY)[number]
export type RenderOfVersion2 = (typeof RENDERS_OF_VERSION_2)[number]
export type RenderName = (typeof RENDERS)[number]

const BY_DIALECT = perDialect<{ readonly renders: readonly string[] }>({ renders: RENDERS }, { 2: { renders: RENDERS_OF_VERSION_2 } })

/** The `encoding`s of backends that are decoders of their own; others mean JSON. */
export function decoderNames(): string[] {
  return [...EAGER, ...LAZY]
}

/** The `output_encoding`s that are renderers of their own, beside `no-op`. */
export function renderNames(dialect: Dialect): string[] {
  return [...BY_DIALECT[dialect].renders]
}
