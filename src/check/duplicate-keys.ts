// A key that stands twice in one object of a JSON text: only the last one is read. YAML and TOML do not parse with one.

import { parseTree } from 'jsonc-parser'
import type { Node } from 'jsonc-parser'
import { isCommentKey } from '../schema/comment-key.ts'
import { positionAt } from '../schema/find-key.ts'
import { errorIssue } from '../schema/issue.ts'
import type { Issue } from '../schema/issue.ts'
import type { Rule } from './subject.ts'

export const checkDuplicateKeys: Rule = ({ source }) => {
  if (source.format !== 'json' || source.text === null) return []
  const { text } = source
  const issues: Issue[] = []
  const waiting = [parseTree(text)].filter((node) => node !== undefined)
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === 'object') issues.push(...findTwice(node, text))
    waiting.push(...(node.children ?? []))
  }
  return issues.sort((a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0))
}

function findTwice({ children = [] }: Node, text: string): Issue[] {
  const last = new Map(children.map((property) => [String(property.children?.[0]?.value), property]))
  return children.flatMap((property) => {
    const key = String(property.children?.[0]?.value)
    const winner = last.get(key) as Node
    if (winner === property || isCommentKey(key)) return []
    const { line } = positionAt(text, winner.offset)
    const message = `the key "${key}" stands here twice: this one is not read, only that of line ${line}`
    return [{ ...errorIssue('duplicate-key', [], message, 'remove one of them'), position: positionAt(text, property.offset) }]
  })
}
