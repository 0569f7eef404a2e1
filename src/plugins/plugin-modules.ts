// Where components find the modules of plugins: the gateway offers how to load them, and nothing is imported before somebody asks.

import type { Port, Site } from '../engine/compile/component.ts'
import type { PluginModules } from './loaded.ts'

/** What a gateway knows of plugins. */
export interface PluginHost {
  /** Imports the modules on first use; the same ones every time. */
  load(): Promise<PluginModules>
  /** `--strict`: a plugin that cannot be loaded stops the start, whatever the file says. */
  readonly isStrict: boolean
  /** Plugins that are served now: one of them that fails to load is not left out, whatever is written. */
  readonly served?: ReadonlySet<string>
  /** Called for each plugin that was set up at a place. */
  readonly onServed?: (name: string) => void
}

/** Offered once per gateway, from outside. */
export const pluginHost: Port<PluginHost> = { name: 'plugin host' }

/** What a configuration without a folder has. */
export const NO_MODULES: PluginModules = { plugins: [], find: () => null, problems: [], files: new Map() }
const NO_HOST: PluginHost = { load: () => Promise.resolve(NO_MODULES), isStrict: false }

/** The host of this gateway; where there is none, no module exists. */
export function pluginsOf(site: Pick<Site, 'ask'>): PluginHost {
  return site.ask(pluginHost)[0] ?? NO_HOST
}

/** Modules that are there already, as a host: what tests and embedders give. */
export function hostOf(modules: PluginModules, isStrict = false): PluginHost {
  return { load: () => Promise.resolve(modules), isStrict }
}
