// Where a path stands in a YAML text. Knows no option.

import { isAlias, isMap, isNode, isScalar, isSeq, type Node, parseDocument, type Document } from 'yaml'
import type { IssuePath, Position, Source } from './issue.ts'
import { findKey } from './find-key.ts'
import { positionsOf } from './positions.ts'

/** Finds the key (or list item) of a path, else of its nearest parent; null when that is the whole file. */
export function locateInYaml(source: Source): (path: IssuePath) => Position | null {
  const text = source.text ?? ''
  const positionAt = positionsOf(text)
  const document = parseDocument(text, { merge: true, logLevel: 'silent' })
  return (path) => {
    let node: Node | null = document.contents
    let offset: number | null = null
    for (const step of path) {
      const found: Found | null = findChild(resolve(node, document), step, source)
      if (found === null) break
      offset = found.offset ?? offset
      node = found.value
    }
    return offset === null ? null : positionAt(offset)
  }
}

function resolve(node: Node | null, document: Document): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node
}

interface Found {
  readonly value: Node | null
  readonly offset: number | null
}

function findChild(node: Node | null, step: string | number, source: Source): Found | null {
  if (typeof step === 'number') {
    if (!isSeq(node)) return step === 0 && node !== null ? { value: node, offset: null } : null
    const item = node.items[step]
    return isNode(item) ? { value: item, offset: item.range?.[0] ?? null } : null
  }
  if (!isMap(node)) return null
  const keys = new Map(node.items.map((pair) => [keyText(pair.key), pair]))
  const pair = findKey(keys, step, source)
  if (pair === undefined) return null
  return { value: isNode(pair.value) ? pair.value : null, offset: isNode(pair.key) ? (pair.key.range?.[0] ?? null) : null }
}

function keyText(key: unknown): string {
  if (isScalar(key)) return String(key.value)
  return typeof key === 'string' ? key : ''
}
