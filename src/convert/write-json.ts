// A tree as JSON: two blanks a level, keys in their order, numbers as they were written. JSON has no comments.

import { entriesIn, type ListNode, type MapNode, type Tell, type Tree } from './tree.ts'

/** Tells of every comment, which JSON cannot have, and of numbers that it has not. */
export function writeJson(root: MapNode, tell: Tell): string {
  for (const { before, after, line } of entriesIn(root)) for (const comment of [...before, after]) tellOfComment(comment, line, tell)
  for (const comment of footsOf(root)) tellOfComment(comment, 0, tell)
  return `${write(root, '', tell)}\n`
}

function tellOfComment(comment: string, line: number, tell: Tell): void {
  if (comment !== '') tell('lost', line, `comment "${comment}"`)
}

function footsOf(tree: Tree): string[] {
  if (tree.kind !== 'map' && tree.kind !== 'list') return []
  return [...tree.entries.flatMap(({ value }) => footsOf(value)), ...tree.foot]
}

const MAX_LINE = 80

/** A list of a few plain values, which stands on one line. */
function isShort({ entries }: ListNode): boolean {
  const isPlain = entries.every(({ value }) => value.kind !== 'map' && value.kind !== 'list')
  return isPlain && entries.reduce((sum, { value }) => sum + (value.kind === 'text' ? value.text.length + 4 : 8), 0) <= MAX_LINE
}

function write(tree: Tree, indent: string, tell: Tell): string {
  const inner = `${indent}  `
  switch (tree.kind) {
    case 'text':
      return JSON.stringify(tree.text)
    case 'flag':
      return String(tree.isSet)
    case 'null':
      return 'null'
    case 'number':
      if (/^-?\d/.test(tree.digits)) return tree.digits
      tell('refused', 0, `JSON has no number ${tree.digits}`)
      return 'null'
    case 'list':
      if (isShort(tree)) return `[${tree.entries.map(({ value }) => write(value, '', tell)).join(', ')}]`
      return `[\n${tree.entries.map(({ value }) => inner + write(value, inner, tell)).join(',\n')}\n${indent}]`
    case 'map':
      if (tree.entries.length === 0) return '{}'
      return `{\n${tree.entries.map(({ key, value }) => `${inner}${JSON.stringify(key)}: ${write(value, inner, tell)}`).join(',\n')}\n${indent}}`
  }
}
