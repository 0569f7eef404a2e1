// The plugins that a block names, in the form of each version: names beside their settings up to version 3, a list of entries since 4.

import type { IssuePath } from '../schema/issue.ts'
import { isObject, type PlainObject } from '../json/types.ts'

export interface WrittenPlugin {
  readonly name: string
  /** `exit`, `reject`, `passthrough`, or whatever else is written; undefined where nothing is. */
  readonly onLoadError: unknown
  /** Where its name stands, from the block on. */
  readonly path: IssuePath
}

/** Blocks that hold any number of plugins. */
export const LISTS: readonly string[] = ['plugin/http-server', 'plugin/req-resp-modifier', 'plugin/middleware']
/** The block that holds one, which both forms call by its name. */
export const SINGLE = 'plugin/http-client'

export function isPluginBlock(namespace: string): boolean {
  return namespace === SINGLE || LISTS.includes(namespace)
}

/** Whether a block can have the form of another version at all. */
export function isPluginList(namespace: string): boolean {
  return LISTS.includes(namespace)
}

/** `"name": "a"`, `"name": ["a", "b"]`. */
export function readNames(block: PlainObject): WrittenPlugin[] {
  const { name } = block
  const onLoadError = block['on_load_error']
  if (typeof name === 'string') return [{ name, onLoadError, path: ['name'] }]
  const names: readonly unknown[] = Array.isArray(name) ? name : []
  return names.flatMap((item, index) => (typeof item === 'string' ? [{ name: item, onLoadError: undefined, path: ['name', index] }] : []))
}

/** `"plugins": [{ "name": "a" }]`; entries without a name are left out. */
export function readEntries(block: PlainObject): WrittenPlugin[] {
  const list: readonly unknown[] = Array.isArray(block['plugins']) ? block['plugins'] : []
  return list.flatMap((entry, index) => {
    if (!isObject(entry) || typeof entry['name'] !== 'string') return []
    return [{ name: entry['name'], onLoadError: entry['on_load_error'], path: ['plugins', index, 'name'] }]
  })
}
