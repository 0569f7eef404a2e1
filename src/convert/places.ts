// The places of a file that keys and blocks stand in, whatever its version. Knows how a file is built, and no step.

import type { Level } from '../engine/compile/component.ts'
import { findEntry, type MapNode, type Tree } from './tree.ts'

export interface TreePlace {
  readonly level: Level
  readonly map: MapNode
}

/** The service, its endpoints, its agents, and the backends of both. */
export function placesOf(root: MapNode): TreePlace[] {
  const owners = [
    ...mapsAt(root, 'endpoints').map((map): TreePlace => ({ level: 'endpoint', map })),
    ...mapsAt(root, 'async_agent').map((map): TreePlace => ({ level: 'agent', map })),
  ]
  const all = owners.flatMap((owner) => [owner, ...mapsAt(owner.map, 'backend').map((map): TreePlace => ({ level: 'backend', map }))])
  return [{ level: 'service', map: root }, ...all]
}

/** The maps of a list; one map stands for a list of one. */
function mapsAt(map: MapNode, key: string): MapNode[] {
  const value = findEntry(map, key)?.value
  if (value?.kind === 'map') return [value]
  return value?.kind === 'list' ? value.entries.flatMap((entry) => (entry.value.kind === 'map' ? [entry.value] : [])) : []
}

/** The `extra_config` of a place; null without one. */
export function blocksOf({ map }: TreePlace): MapNode | null {
  const value = findEntry(map, 'extra_config')?.value
  return value?.kind === 'map' ? value : null
}

/** The member of that name as a map; null where it is none. */
export function mapAt(map: MapNode | null, key: string): MapNode | null {
  const value = map === null ? undefined : map.entries.findLast((entry) => entry.key === key)?.value
  return value?.kind === 'map' ? value : null
}

export function textAt(map: MapNode, key: string): string | null {
  const value: Tree | undefined = findEntry(map, key)?.value
  return value?.kind === 'text' ? value.text : null
}
