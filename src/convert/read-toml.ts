// A TOML text as a tree with its comments.

import { parseToml } from '../config/formats/toml.ts'
import { positionsOf } from '../schema/positions.ts'
import { outlineToml, type TomlNode } from '../schema/locate-toml.ts'
import { type Entry, type MapNode, type Tree, treeOf } from './tree.ts'

interface Comment {
  readonly offset: number
  readonly text: string
  /** Whether something stands before it on its line. */
  readonly isBehind: boolean
}

/** Of a text that has been parsed before. */
export function readTomlTree(text: string): Tree {
  const root = treeOf(parseToml(text))
  if (root.kind !== 'map') return root
  const placed: { entry: Entry; offset: number }[] = []
  const positionAt = positionsOf(text)
  place(root, outlineToml(text), (entry, offset) => {
    entry.line = positionAt(offset).line
    placed.push({ entry, offset })
  })
  // sorts keep the order of equals: the key of a list comes before its first item
  placed.sort((a, b) => a.offset - b.offset)
  for (const comment of findComments(text)) attach(comment, placed, root)
  return root
}

function place(tree: Tree, node: TomlNode, note: (entry: Entry, offset: number) => void): void {
  if (tree.kind === 'map') {
    for (const entry of tree.entries) {
      const child = node.children.get(entry.key)
      if (child === undefined) continue
      note(entry, child.offset)
      place(entry.value, child, note)
    }
  } else if (tree.kind === 'list') {
    for (const [index, entry] of tree.entries.entries()) {
      const child = node.items[index]
      if (child === undefined) continue
      note(entry, child.offset)
      place(entry.value, child, note)
    }
  }
}

/** Before the next entry, behind the last one on its line, or at the end of the file. */
function attach(comment: Comment, placed: readonly { entry: Entry; offset: number }[], root: MapNode): void {
  if (comment.isBehind) {
    const owner = placed.findLast(({ offset }) => offset < comment.offset)?.entry
    if (owner !== undefined && owner.after === '') owner.after = comment.text
    else (owner?.before ?? root.foot).push(comment.text)
    return
  }
  const next = placed.find(({ offset }) => offset > comment.offset)
  if (next === undefined) root.foot.push(comment.text)
  else next.entry.before.push(comment.text)
}

function findComments(text: string): Comment[] {
  const tokens = /"""[^]*?"{3,5}|'''[^]*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#([^\n]*)/g
  return [...text.matchAll(tokens)].flatMap(({ 1: comment, index }) => {
    if (comment === undefined) return []
    const before = text.slice(text.lastIndexOf('\n', index) + 1, index)
    return [{ offset: index, text: comment.trim(), isBehind: before.trim() !== '' }]
  })
}
