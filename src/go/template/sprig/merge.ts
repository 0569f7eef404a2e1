// Merges of dictionaries as the mergo library does them.

import { GoMap, GoSlice, type GoValue } from '../../value.ts'
import { isTrue } from '../truth.ts'

/** The target with what the sources have; what is there wins unless it is empty, or never when `overwrites`. */
export function mergeMaps(target: GoMap, sources: readonly GoMap[], overwrites: boolean): GoMap {
  const merged = target.isNil && sources.some(({ isNil }) => !isNil) ? new GoMap() : target
  for (const source of sources) mergeInto(merged, source, overwrites, new Set())
  return merged
}

function mergeInto(target: GoMap, source: GoMap, overwrites: boolean, visited: Set<GoMap>): void {
  // a map that holds itself
  if (visited.has(source)) return
  visited.add(source)
  for (const [key, member] of source.entries) mergeMember(target, key, member, overwrites, visited)
  visited.delete(source)
}

function mergeMember(target: GoMap, key: string, member: GoValue, overwrites: boolean, visited: Set<GoMap>): void {
  const { entries } = target
  const own = entries.get(key)
  const isThere = entries.has(key)
  const isNil = member === null || member === undefined || ((member instanceof GoMap || member instanceof GoSlice) && member.isNil)
  if (isNil) {
    // compat: nil fills no gap, but overwrites
    if (overwrites) entries.set(key, member)
    return
  }
  if (member instanceof GoMap && own instanceof GoMap) {
    mergeInto(own, member, overwrites, visited)
    if (isTrue(own)) return
  }
  if (overwrites || !isThere || !isTrue(own)) entries.set(key, member)
}
