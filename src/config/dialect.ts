// What KrakenD does differently from version to version of its files, as named quirks. Nobody else asks which version a file has.

/** The `version` of a file: 2 is one of KrakenD 1.x, 3 of 2.x, 4 of 3.x. */
export type Dialect = 2 | 3 | 4

export const DIALECTS: readonly Dialect[] = [2, 3, 4]

/** One value for each version of files. */
export type PerDialect<T> = Readonly<Record<Dialect, T>>

/** A record of quirks for each version: what holds for version 3, and where 2 and 4 differ from it. */
export function perDialect<T extends object>(
  version3: T,
  differences: { readonly 2?: Partial<T>; readonly 4?: Partial<T> },
): PerDialect<T> {
  const of = (changes: Partial<T> = {}): T => Object.freeze({ ...version3, ...changes })
  return Object.freeze({ 2: of(differences[2]), 3: of(), 4: of(differences[4]) })
}

const RENDERS_OF_VERSION_2 = ['json', 'string', 'xml', 'negotiate'] as const
const RENDERS = ['json', 'json-collection', 'string', 'xml', 'yaml', 'negotiate'] as const

export type RenderOfVersion2 = (typeof RENDERS_OF_VERSION_2)[number]
export type RenderName = (typeof RENDERS)[number]

export interface Quirks {
  // How a file is read.

  /** Namespaces that begin with `github.com/` count; else they are names that nobody reads. */
  readonly readsLongNamespaces: boolean
  /** Keys and options have the names of KrakenD 1.x. */
  readonly readsVersion1Names: boolean
  /** A text where a list of texts is expected is cut at its commas. */
  readonly splitsTexts: boolean
  /** A `KRAKEND_` variable sets keys that the file does not have, and an empty one counts. */
  readonly environmentAddsKeys: boolean
  /** `input_headers` of endpoints become canonical; else the backend gets them as they are written. */
  readonly canonicalInputHeaders: boolean
  /** A `no-op` endpoint makes its backend `no-op`. */
  readonly endpointForcesNoOp: boolean
  /** Where the folder of plugins stands: a key of the root, or a namespace of the service. */
  readonly pluginFolderAt: 'root' | 'extra_config'
  /** Plugins stand in lists of `{ name, config }`; else in a list of names beside their settings. */
  readonly listsPlugins: boolean
  /** Plugins count; KrakenD's community edition of version 4 has none. */
  readonly loadsPlugins: boolean
  /** `plugin/middleware` counts. */
  readonly readsMiddlewares: boolean
  /** A protecting plugin that is not there stops the start, whatever else holds for plugins. */
  readonly needsProtectingPlugins: boolean
  /** Plugins that KrakenD Enterprise brings along count, as far as they are here. */
  readonly hasBuiltInPlugins: boolean
  /** Exporters that KrakenD 3 has dropped count. */
  readonly readsOpenCensus: boolean

  // TLS.

  /** An unknown or missing version means it. */
  readonly newestTlsVersion: 'TLS12' | 'TLS13'
  /** The certificate of the old single pair counts as an authority for the certificates of clients. */
  readonly trustsLegacyPair: boolean

  // Routes and what no endpoint answers.

  /** The `router` block counts. */
  readonly readsRouterBlock: boolean
  /** The health check stands behind the layers of the router. */
  readonly healthBehindGuard: boolean
  /** The health check tells the time and the agents. */
  readonly healthTellsAgents: boolean
  /** 404 and 405 have an `X-Krakend` header. */
  readonly errorsTellVersion: boolean
  /** 405 says that it is not completed, and which methods there are. */
  readonly describesMethodErrors: boolean
  /** The client's address is found by trusted proxies; else it is whatever a client says first. */
  readonly checksForwarders: boolean
  /** Parameters that are still encoded after one decoding are refused. */
  readonly refusesEncodedParams: boolean
  /** Endpoints with several backends must be GET, and `no-op` must be said twice. */
  readonly dropsUnservableEndpoints: boolean
  /** The endpoint's timeout ends with the head of an event stream; else it cuts it. */
  readonly liftsEventStreams: boolean
  /** Times in the access log are rounded to two digits. */
  readonly roundsLatency: boolean

  // Backends and their answers.

  /** The `output_encoding`s that are renderers of their own, beside `no-op`. */
  readonly renderNames: readonly string[]
  /** Several backends have a copy of the request each, and when all fail so does the endpoint; else it answers `{}`. */
  readonly isolatesMerges: boolean
  /** `strategy` of `proxy` counts, and `sequential` only where it is absent. */
  readonly readsStrategy: boolean
  /** `strategy` may be `fallback`; KrakenD's community edition has none. */
  readonly hasFallback: boolean
  /** `sequential_propagated_params` counts. */
  readonly propagatesParams: boolean
  /** `return_error_code` counts. */
  readonly returnsErrorCode: boolean
  /** An error says which status came from where. */
  readonly describesBadStatus: boolean
  /** `return_error_details` tells the content type of the body. */
  readonly tellsErrorEncoding: boolean
  /** Paths of `deny` reach any depth; else the second level. */
  readonly deniesDeeply: boolean
  /** Copies of the traffic have a timeout. */
  readonly limitsShadows: boolean
  /** The round robin begins at any of the hosts; else at the first. */
  readonly beginsAtRandomHost: boolean

  // The log.

  /** Lines that say what is built name methods. */
  readonly namesBuiltMethods: boolean
  /** Lines say how several backends are called, and what is done to their answer. */
  readonly tellsMerges: boolean
}

const VERSION_3: Quirks = {
  readsLongNamespaces: true,
  readsVersion1Names: false,
  splitsTexts: false,
  environmentAddsKeys: true,
  canonicalInputHeaders: true,
  endpointForcesNoOp: true,
  pluginFolderAt: 'root',
  listsPlugins: false,
  loadsPlugins: true,
  readsMiddlewares: true,
  needsProtectingPlugins: true,
  hasBuiltInPlugins: true,
  readsOpenCensus: true,
  newestTlsVersion: 'TLS13',
  trustsLegacyPair: false,
  readsRouterBlock: true,
  healthBehindGuard: false,
  healthTellsAgents: true,
  errorsTellVersion: true,
  describesMethodErrors: true,
  checksForwarders: true,
  refusesEncodedParams: true,
  dropsUnservableEndpoints: false,
  liftsEventStreams: true,
  roundsLatency: true,
  renderNames: RENDERS,
  isolatesMerges: true,
  readsStrategy: false,
  hasFallback: true,
  propagatesParams: true,
  returnsErrorCode: true,
  describesBadStatus: true,
  tellsErrorEncoding: true,
  deniesDeeply: true,
  limitsShadows: true,
  beginsAtRandomHost: true,
  namesBuiltMethods: false,
  tellsMerges: true,
}

/** What version 2 has not yet. */
const UNKNOWN_TO_2: Partial<Quirks> = {
  readsVersion1Names: true,
  splitsTexts: true,
  environmentAddsKeys: false,
  readsMiddlewares: false,
  canonicalInputHeaders: false,
  endpointForcesNoOp: false,
  newestTlsVersion: 'TLS12',
  trustsLegacyPair: true,
  readsRouterBlock: false,
  healthBehindGuard: true,
  healthTellsAgents: false,
  errorsTellVersion: false,
  describesMethodErrors: false,
  checksForwarders: false,
  refusesEncodedParams: false,
  dropsUnservableEndpoints: true,
  roundsLatency: false,
  renderNames: RENDERS_OF_VERSION_2,
  isolatesMerges: false,
  propagatesParams: false,
  returnsErrorCode: false,
  describesBadStatus: false,
  tellsErrorEncoding: false,
  deniesDeeply: false,
  limitsShadows: false,
  beginsAtRandomHost: false,
  tellsMerges: false,
}

/** What KrakenD 3 has changed, as far as it is known. */
const CHANGED_IN_4: Partial<Quirks> = {
  readsLongNamespaces: false,
  pluginFolderAt: 'extra_config',
  listsPlugins: true,
  readsOpenCensus: false,
  readsStrategy: true,
  namesBuiltMethods: true,
}

const QUIRKS = perDialect(VERSION_3, { 2: UNKNOWN_TO_2, 4: CHANGED_IN_4 })

const COMMUNITY: Partial<Quirks> = {
  hasFallback: false,
  liftsEventStreams: false,
  readsMiddlewares: false,
  needsProtectingPlugins: false,
  hasBuiltInPlugins: false,
}
const COMMUNITY_QUIRKS = perDialect(
  { ...QUIRKS[3], ...COMMUNITY },
  { 2: { ...QUIRKS[2], ...COMMUNITY }, 4: { ...QUIRKS[4], ...COMMUNITY, loadsPlugins: false } },
)

/** `ce` is `--edition=ce`: what only KrakenD Enterprise does is not done. */
export function quirksOf(dialect: Dialect, edition: 'ce' | null = null): Quirks {
  return (edition === 'ce' ? COMMUNITY_QUIRKS : QUIRKS)[dialect]
}
