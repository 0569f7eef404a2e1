// What becomes of a plugin that fails to load at a place: asked at the start by the components, and when a file is checked.

export type Consequence = 'exit' | 'reject' | 'passthrough'

export const CONSEQUENCES: readonly Consequence[] = ['exit', 'reject', 'passthrough']

export interface LoadErrorRules {
  readonly namespace: string
  /** Whether entries say it themselves (`quirks.listsPlugins`, version 4). */
  readonly listsPlugins: boolean
  /** `on_load_error` of the entry as written; empty where nothing is. Counts in the list form only. */
  readonly entry: unknown
  /** `on_load_default_error` of the folder's block as written; empty where nothing is. Counts in the list form only. */
  readonly fallback: unknown
  /** `_gw/plugins.on_load_error`; empty where nothing is. Counts in the other form only. */
  readonly service: unknown
  /** The plugin says so, or it has the name of a protection of KrakenD's. */
  readonly protects: boolean
  /** A configuration that is served now has this plugin at this place: a broken edit drops nothing. */
  readonly isServed?: boolean
  /** `--strict`: nothing is left out. */
  readonly isStrict?: boolean
}

/** A value that nobody knows counts as `exit`. */
export function consequenceOf(rules: LoadErrorRules): Consequence {
  if (rules.isServed === true || rules.isStrict === true) return 'exit'
  if (!rules.listsPlugins) {
    // security: up to version 3 nothing in the file can say that a protection may be missing.
    if (rules.protects) return 'exit'
    if (rules.service !== '') return known(rules.service)
    // compat: KrakenD 2.x serves without the plugin. No file of its community edition depends on middlewares; policies do.
    return rules.namespace === 'plugin/middleware' ? 'exit' : 'passthrough'
  }
  if (rules.entry !== '') return known(rules.entry)
  if (rules.protects || rules.fallback === '') return 'exit'
  return known(rules.fallback)
}

function known(written: unknown): Consequence {
  return CONSEQUENCES.find((consequence) => consequence === written) ?? 'exit'
}
