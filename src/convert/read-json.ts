// A JSON text as a tree. JSON has no comments; what a repeated key hides is told.

import { type Node, parseTree } from 'jsonc-parser'
import { positionsOf } from '../schema/positions.ts'
import { type Entry, makeEntry, makeMap, type Tell, type Tree } from './tree.ts'

/** Of a text that has been parsed before. */
export function readJsonTree(text: string, tell: Tell): Tree {
  const positionAt = positionsOf(text)
  const lineAt = (node: Node): number => positionAt(node.offset).line
  const root = parseTree(text)
  return root === undefined ? makeMap() : read(root)

  function read(node: Node): Tree {
    const { children = [] } = node
    switch (node.type) {
      case 'object':
        return { kind: 'map', entries: readMembers(children), foot: [] }
      case 'array':
        return { kind: 'list', entries: children.map((child) => makeEntry('', read(child), lineAt(child))), foot: [] }
      case 'number':
        return { kind: 'number', digits: text.slice(node.offset, node.offset + node.length) }
      case 'boolean':
        return { kind: 'flag', isSet: node.value === true }
      case 'string':
        return { kind: 'text', text: String(node.value) }
      default:
        return { kind: 'null' }
    }
  }

  function readMembers(properties: readonly Node[]): Entry[] {
    const last = new Map(properties.map((property) => [String(property.children?.[0]?.value), property]))
    return properties.flatMap((property) => {
      const [keyNode, valueNode] = property.children ?? []
      const key = String(keyNode?.value)
      if (last.get(key) !== property) {
        tell('lost', lineAt(property), `"${key}" stands here twice: this one was not read`)
        return []
      }
      return valueNode === undefined ? [] : [makeEntry(key, read(valueNode), lineAt(property))]
    })
  }
}
