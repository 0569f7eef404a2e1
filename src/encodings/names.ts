// The names of decoders, for whoever checks files: what they do is loaded with `load.ts`.

const EAGER = ['json', 'safejson', 'string', 'no-op'] as const
/** Those with a parser that most gateways do not need. */
const LAZY = ['xml', 'rss'] as const

export type EagerDecoder = (typeof EAGER)[number]
export type LazyDecoder = (typeof LAZY)[number]

/** The `encoding`s of backends that are decoders of their own; others mean JSON. */
export function decoderNames(): string[] {
  return [...EAGER, ...LAZY]
}
