// What loading gives and components use: plugins whose shape is checked, and what could not be loaded. Says nothing of how modules are found.

import { suffixOf } from './entries.ts'
import type { Kind, Site } from './types.ts'

export type { Kind, Site as PluginSite } from './types.ts'

/** One plugin of one module. */
export interface LoadedPlugin {
  /** The name that blocks of a configuration use; compared exactly. */
  readonly name: string
  /** Where it may stand. Elsewhere its name is unknown. */
  readonly kinds: ReadonlySet<Kind>
  /** Relative to the working directory: what log lines and findings show. */
  readonly file: string
  /** Placeholders that the pattern of its endpoint must have. */
  readonly params: readonly string[]
  /** Whether it refuses requests for safety: it is never left out in silence. */
  readonly protects: boolean
  readonly description: string
  /** Null: options arrive as they are written. */
  readonly options: OptionsSchema | null
  /** As the module has it: gives a handler, a pair, null for nothing to do, or a promise of one of them. */
  readonly setup: (options: unknown, site: Site) => unknown
}

/** How the options of a plugin are checked and completed. */
export interface OptionsSchema {
  /** Fills in defaults and checks. Never throws and never changes what it is given. */
  read(value: unknown): OptionsReading | Promise<OptionsReading>
}

export interface OptionsReading {
  /** With defaults; means nothing where there are problems. */
  readonly value: unknown
  readonly problems: readonly OptionProblem[]
}

export interface OptionProblem {
  /** From the options on: `['list', 0, 'max']`. */
  readonly path: readonly (string | number)[]
  /** One sentence without the place: `must be at least 1`. */
  readonly message: string
  readonly hint?: string
}

/** Why a module, or one plugin of it, could not be loaded, or what is odd about it. */
export interface ModuleProblem {
  /** Relative to the working directory. */
  readonly file: string
  /** 1-based; null where the problem is the file's as a whole. */
  readonly line: number | null
  readonly column: number | null
  readonly message: string
  /** Empty when there is nothing to say. */
  readonly hint: string
  /** The line of the source with a mark below it; null without a place. */
  readonly excerpt: string | null
  readonly severity: 'error' | 'warning'
  readonly code: string
  /** Names that are missing because of it: the file's base name, and those that were read already. */
  readonly plugins?: readonly string[]
  /** Whether a plugin that protects is missing because of it. */
  readonly protects?: boolean
}

/** Every plugin that a configuration can name. */
export interface PluginModules {
  /** In the order of their files. */
  readonly plugins: readonly LoadedPlugin[]
  /** The plugin of exactly that name and kind; of two the later file's. */
  find(kind: Kind, name: string): LoadedPlugin | null
  readonly problems: readonly ModuleProblem[]
  /** Absolute path → SHA-256 in hex of everything local that was imported, for reload and integrity. */
  readonly files: ReadonlyMap<string, string>
}

/** A plugin that a block names. */
export interface FoundPlugin {
  readonly plugin: LoadedPlugin
  /** Of a modifier; null: both. */
  readonly part: 'request' | 'response' | null
}

/** compat: Go's modifiers have two names, `x-request` and `x-response`; here both mean a part of `x`, unless there is one of that name. */
export function findPlugin(modules: PluginModules, kind: Kind, name: string): FoundPlugin | null {
  const plugin = modules.find(kind, name)
  if (plugin !== null) return { plugin, part: null }
  const suffix = kind === 'req-resp-modifier' ? suffixOf(name) : null
  const base = suffix === null ? null : modules.find(kind, suffix.base)
  return suffix === null || base === null ? null : { plugin: base, part: suffix.part }
}
