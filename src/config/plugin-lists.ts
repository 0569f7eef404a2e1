// The plugins that a block names, in the form of its version: names beside their settings up to version 3, a list of entries since 4.

import type { IssuePath } from '../schema/issue.ts'
import { isObject, type PlainObject } from '../json/types.ts'

export interface WrittenPlugin {
  readonly name: string
  /** What the plugin is given; undefined when there is nothing. */
  readonly config: unknown
  /** `exit`, `reject`, `passthrough`, or empty where nothing is said. */
  readonly onLoadError: string
  /** Where it stands, from the block on. */
  readonly path: IssuePath
}

export interface PluginList {
  readonly plugins: readonly WrittenPlugin[]
  /** Those in the form of another version: KrakenD loads none of them. */
  readonly unread: readonly WrittenPlugin[]
}

/** Blocks that hold any number of plugins. */
const LISTS: ReadonlySet<string> = new Set(['plugin/http-server', 'plugin/req-resp-modifier', 'plugin/middleware'])
/** The block that holds one. */
const SINGLE = 'plugin/http-client'

export function isPluginBlock(namespace: string): boolean {
  return namespace === SINGLE || LISTS.has(namespace)
}

/** Reads a block in both forms; `listsPlugins` says which of them is the right one. */
export function readPlugins(namespace: string, block: unknown, listsPlugins: boolean): PluginList {
  if (!isObject(block)) return { plugins: [], unread: [] }
  if (namespace === SINGLE) return { plugins: readSingle(block, listsPlugins), unread: [] }
  const entries = readEntries(block['plugins'])
  const names = readNames(block)
  return listsPlugins ? { plugins: entries, unread: names } : { plugins: names, unread: entries }
}

function readSingle(block: PlainObject, isEntry: boolean): WrittenPlugin[] {
  const { name } = block
  if (typeof name !== 'string') return []
  return [{ name, config: isEntry ? block['config'] : block, onLoadError: textOf(block['on_load_error']), path: ['name'] }]
}

function readNames(block: PlainObject): WrittenPlugin[] {
  const { name } = block
  const names: unknown[] = Array.isArray(name) ? name : [name]
  return names.flatMap((item) =>
    typeof item === 'string'
      ? [{ name: item, config: Object.hasOwn(block, item) ? block[item] : undefined, onLoadError: '', path: ['name'] }]
      : [],
  )
}

function readEntries(list: unknown): WrittenPlugin[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown, index) => {
    if (!isObject(entry) || typeof entry['name'] !== 'string') return []
    return [
      {
        name: entry['name'],
        config: entry['config'],
        onLoadError: textOf(entry['on_load_error']),
        path: ['plugins', index, 'name'],
      },
    ]
  })
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
