// Where a path stands in a JSON text. Knows no option.

import { type Node, parseTree } from 'jsonc-parser'
import type { IssuePath, Position, Source } from './issue.ts'
import { findKey } from './find-key.ts'
import { positionsOf } from './positions.ts'

/** Finds the key (or list item) of a path, else of its nearest parent; null when that is the whole file. */
export function locateInJson(source: Source): (path: IssuePath) => Position | null {
  const text = source.text ?? ''
  const positionAt = positionsOf(text)
  const root = parseTree(text)
  return (path) => {
    let node = root
    let offset: number | null = null
    for (const step of path) {
      if (node === undefined) break
      const found: Found | null = findChild(node, step, source)
      if (found === null) break
      offset = found.offset ?? offset
      node = found.value
    }
    return offset === null ? null : positionAt(offset)
  }
}

interface Found {
  readonly value: Node | undefined
  /** Null: the value is shown where its parent was. */
  readonly offset: number | null
}

function findChild(node: Node, step: string | number, source: Source): Found | null {
  const children = node.children ?? []
  if (typeof step === 'number') {
    if (node.type === 'array') {
      const item = children[step]
      return item === undefined ? null : { value: item, offset: item.offset }
    }
    // a single value stands for a list of one
    return step === 0 ? { value: node, offset: null } : null
  }
  if (node.type !== 'object') return null
  // perf: the key as it is written is nearly always there; of equal keys the last one counts
  const property =
    children.findLast((child) => child.children?.[0]?.value === step) ??
    findKey(new Map(children.map((child) => [String(child.children?.[0]?.value), child])), step, source)
  return property === undefined ? null : { value: property.children?.[1], offset: property.offset }
}
