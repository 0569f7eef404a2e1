// The formats that a tree can be written in, each by its own writer, which is loaded when it is asked for.

import { getKey } from '../json/types.ts'
import type { MapNode, Tell } from './tree.ts'

export type TargetFormat = 'json' | 'yaml' | 'toml'
export const TARGET_FORMATS: readonly TargetFormat[] = ['json', 'yaml', 'toml']

/** By their names, which are those of extensions. */
export const FORMATS: Readonly<Record<string, TargetFormat>> = { json: 'json', yaml: 'yaml', yml: 'yaml', toml: 'toml' }

/** By the extension of a file; null for any other. */
export function formatOfName(file: string): TargetFormat | null {
  return getKey(FORMATS, /\.([a-z]+)$/.exec(file)?.[1] ?? '') ?? null
}

export async function writeTree(root: MapNode, format: TargetFormat, tell: Tell): Promise<string> {
  if (format === 'yaml') return (await import('./write-yaml.ts')).writeYaml(root)
  if (format === 'toml') return (await import('./write-toml.ts')).writeToml(root, tell)
  return (await import('./write-json.ts')).writeJson(root, tell)
}
