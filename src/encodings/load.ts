// Which decoder and which renderer a name stands for, by KrakenD's rules. Knows nothing of what they do.

import { perDialect, type RenderName, type RenderOfVersion2 } from '../config/dialect.ts'
import type { Dialect } from '../config/types.ts'
import type { Decode, Render } from '../engine/types.ts'
import { jsonDecoder, renderJson, renderJsonCollection } from './json.ts'
import { negotiate } from './negotiate.ts'
import type { EagerDecoder, LazyDecoder } from './names.ts'
import { decodeNothing } from './no-op.ts'
import { renderContentAsXml } from './render-content-xml.ts'
import { renderXml } from './render-xml.ts'
import { renderYaml, renderYamlV2 } from './yaml/render-yaml.ts'
import { safeJsonDecoder } from './safejson.ts'
import { decodeString, renderString } from './string.ts'

export interface DecoderOptions {
  readonly isCollection: boolean
  readonly dialect: Dialect
}

export interface Encodings {
  /** The decoder of a backend's `encoding` (lower case); unknown names mean JSON. */
  decoderFor(encoding: string, options: DecoderOptions): Decode
  /**
   * The renderer of an endpoint's `output_encoding` (exact). An unknown name, or an empty one, means the renderer named like
   * `fallbackEncoding`, the `encoding` as written of an endpoint's only backend; null for several backends. Else JSON. Whoever
   * asks for an endpoint that `isNoOp` does not need it.
   */
  renderFor(outputEncoding: string, fallbackEncoding: string | null, dialect: Dialect): Render
}

type MakeDecoder = (options: DecoderOptions) => Decode

function decodeAsJson({ isCollection }: DecoderOptions): Decode {
  return jsonDecoder(isCollection)
}

const DECODERS: Readonly<Record<EagerDecoder, MakeDecoder>> = {
  json: decodeAsJson,
  safejson: ({ dialect }) => safeJsonDecoder(dialect),
  string: () => decodeString,
  'no-op': () => decodeNothing,
}

const LAZY_DECODERS: Readonly<Record<LazyDecoder, () => Promise<MakeDecoder>>> = {
  async xml() {
    const { decodeXml, decodeXmlCollection } = await import('./xml.ts')
    return ({ isCollection }) => (isCollection ? decodeXmlCollection : decodeXml)
  },
  async rss() {
    const { decodeFeed } = await import('./feed/feed.ts')
    return () => decodeFeed
  },
}

const RENDERS_OF_VERSION_2: Readonly<Record<RenderOfVersion2, Render>> = {
  json: renderJson,
  string: renderString,
  xml: renderXml,
  negotiate: negotiate(
    [
      ['application/json', renderJson],
      ['text/plain', renderYamlV2],
      ['application/xml', renderContentAsXml],
    ],
    renderJson,
  ),
}

const RENDERS: Readonly<Record<RenderName, Render>> = {
  json: renderJson,
  'json-collection': renderJsonCollection,
  string: renderString,
  xml: renderXml,
  yaml: renderYaml,
  negotiate: negotiate(
    [
      ['application/json', renderJson],
      ['text/plain', renderYaml],
      ['application/xml', renderXml],
      ['application/x-yaml', renderYaml],
    ],
    renderJson,
  ),
}

const QUIRKS = perDialect<{ readonly renders: ReadonlyMap<string, Render> }>(
  { renders: new Map(Object.entries(RENDERS)) },
  { 2: { renders: new Map(Object.entries(RENDERS_OF_VERSION_2)) } },
)

/** Loads the decoders of these `encoding`s of backends; `decoderFor` then knows no other lazy one. */
export async function loadEncodings(names: Iterable<string>): Promise<Encodings> {
  const decoders = new Map<string, MakeDecoder>(Object.entries(DECODERS))
  for (const name of new Set(names)) {
    if (isLazy(name)) decoders.set(name, await LAZY_DECODERS[name]())
  }
  return {
    decoderFor(encoding, options) {
      const make = decoders.get(encoding)
      if (make === undefined && isLazy(encoding)) throw new Error(`encoding "${encoding}" was not loaded`)
      return (make ?? decodeAsJson)(options)
    },
    renderFor(outputEncoding, fallbackEncoding, dialect) {
      const { renders } = QUIRKS[dialect]
      return renders.get(outputEncoding) ?? renders.get(fallbackEncoding ?? '') ?? renderJson
    },
  }
}

function isLazy(name: string): name is LazyDecoder {
  return Object.hasOwn(LAZY_DECODERS, name)
}
