// The text of a file becomes a tree, with comments and lines as far as its format has them.

import { parseText } from '../config/load.ts'
import type { Issue } from '../schema/issue.ts'
import { readJsonTree } from './read-json.ts'
import { type MapNode, type Tell, type Tree, treeOf } from './tree.ts'

export interface TreeReading {
  /** Null where there is an issue. */
  readonly root: MapNode | null
  readonly format: string
  readonly issue: Issue | null
}

/** Reads a text by its extension (`.yml`), as `run` does; whatever is not kept is told. */
export async function readTree(text: string, extension: string, tell: Tell): Promise<TreeReading> {
  const { raw, format, issue } = await parseText(text, extension)
  if (issue !== null) return { root: null, format, issue }
  const root = await buildTree(format, text, raw, tell)
  return { root: root.kind === 'map' ? root : { kind: 'map', entries: [], foot: [] }, format, issue: null }
}

async function buildTree(format: string, text: string, raw: unknown, tell: Tell): Promise<Tree> {
  // KrakenD takes a text of another extension for JSON, too
  if (format === 'json' || (format !== 'yaml' && format !== 'toml' && text.trimStart().startsWith('{'))) return readJsonTree(text, tell)
  if (format === 'yaml') return (await import('./read-yaml.ts')).readYamlTree(text, tell)
  if (format === 'toml') return (await import('./read-toml.ts')).readTomlTree(text)
  for (const [index, line] of text.split('\n').entries())
    if (/^\s*(?:#|\/\/|;|!)/.test(line)) tell('lost', index + 1, `comment ${line.trim()}`)
  return treeOf(raw)
}
