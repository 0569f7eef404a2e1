// The plugins that a block names, in the form of its version: what each is given, and where that stands in the file.

import { isCommentKey } from '../schema/comment-key.ts'
import type { IssuePath } from '../schema/issue.ts'
import { isObject, type PlainObject } from '../json/types.ts'

/** The block that holds one plugin; the others hold any number. */
const SINGLE = 'plugin/http-client'
/** Where one text in place of a list is no plugin at all, as in KrakenD. */
const ONLY_LISTS = 'plugin/req-resp-modifier'
/** What Go's modifiers register two names for: one for each direction. */
const SUFFIX = /-(?:request|response)$/

export interface PluginEntry {
  readonly name: string
  /** As written; `{}` where the file says nothing. */
  readonly options: unknown
  /** Paths begin inside the block. */
  readonly optionsPath: IssuePath
  readonly namePath: IssuePath
  /** `exit`, `reject`, `passthrough`, or whatever is written; empty where nothing is. */
  readonly onLoadError: unknown
  readonly onLoadErrorPath: IssuePath
  /** What the plugin sees as `site.block`: the whole block, in the list form its entry. */
  readonly block: PlainObject
}

/** The part of a plugin that a name such as `x-request` means; null for a name without such an ending. */
export function suffixOf(name: string): { readonly base: string; readonly part: 'request' | 'response' } | null {
  const at = name.search(SUFFIX)
  if (at <= 0) return null
  return { base: name.slice(0, at), part: name.endsWith('-request') ? 'request' : 'response' }
}

/**
 * The entries of a block in the order of the file. `listsPlugins` says which form counts: entries with `config` (version 4), or names
 * with members of the same name. What stands in the other form is not read.
 */
export function readEntries(namespace: string, block: unknown, listsPlugins: boolean): PluginEntry[] {
  if (!isObject(block)) return []
  if (namespace === SINGLE) return listsPlugins ? entryOf(block, []) : namesOf(block, block['name'])
  if (listsPlugins) {
    const list: unknown = block['plugins']
    return Array.isArray(list) ? list.flatMap((entry: unknown, index) => (isObject(entry) ? entryOf(entry, ['plugins', index]) : [])) : []
  }
  const { name } = block
  return typeof name === 'string' && namespace === ONLY_LISTS ? [] : namesOf(block, name)
}

function entryOf(entry: PlainObject, path: IssuePath): PluginEntry[] {
  const { name } = entry
  if (typeof name !== 'string') return []
  return [
    {
      name,
      options: entry['config'] ?? {},
      optionsPath: [...path, 'config'],
      namePath: [...path, 'name'],
      onLoadError: entry['on_load_error'] ?? '',
      onLoadErrorPath: [...path, 'on_load_error'],
      block: entry,
    },
  ]
}

function namesOf(block: PlainObject, written: unknown): PluginEntry[] {
  const items: readonly unknown[] = Array.isArray(written) ? written : [written]
  const names = items.filter((item) => typeof item === 'string')
  return items.flatMap((name, index) => {
    if (typeof name !== 'string') return []
    const key = [name, suffixOf(name)?.base].find((candidate) => candidate !== undefined && Object.hasOwn(block, candidate))
    return [
      {
        name,
        options: key === undefined ? restOf(block, names) : block[key],
        optionsPath: key === undefined ? [] : [key],
        namePath: Array.isArray(written) ? ['name', index] : ['name'],
        onLoadError: '',
        onLoadErrorPath: [],
        block,
      },
    ]
  })
}

/** The block without what is certainly meant for somebody else. */
function restOf(block: PlainObject, names: readonly string[]): PlainObject {
  const others = new Set(['name', ...names, ...names.flatMap((name) => suffixOf(name)?.base ?? [])])
  return Object.fromEntries(Object.entries(block).filter(([key]) => !others.has(key) && !isCommentKey(key)))
}
