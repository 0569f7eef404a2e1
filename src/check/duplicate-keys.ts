// A key that stands twice in one object of a JSON text: only the last one is read. YAML and TOML do not parse with one.

import { visit } from 'jsonc-parser'
import { isCommentKey } from '../schema/comment-key.ts'
import { positionsOf } from '../schema/positions.ts'
import { errorIssue } from '../schema/issue.ts'
import type { Issue, Position } from '../schema/issue.ts'
import type { Rule } from './subject.ts'

/** A key that stands before another one of its name. */
interface Unread {
  readonly key: string
  readonly offset: number
  readonly winner: { offset: number }
}

export const checkDuplicateKeys: Rule = ({ source }) => {
  if (source.format !== 'json' || source.text === null) return []
  const unread = findUnread(source.text)
  if (unread.length === 0) return []
  const positionAt = positionsOf(source.text)
  return unread.sort((a, b) => a.offset - b.offset).map((found) => describe(found, positionAt))
}

/** perf: no tree is built of a text that is parsed anyway. */
function findUnread(text: string): Unread[] {
  const unread: Unread[] = []
  const open: Map<string, { offset: number }>[] = []
  visit(text, {
    onObjectBegin: () => void open.push(new Map()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty(key, offset) {
      const keys = open.at(-1)
      const last = keys?.get(key)
      if (last === undefined) keys?.set(key, { offset })
      else {
        if (!isCommentKey(key)) unread.push({ key, offset: last.offset, winner: last })
        last.offset = offset
      }
    },
  })
  return unread
}

function describe({ key, offset, winner }: Unread, positionAt: (offset: number) => Position): Issue {
  const { line } = positionAt(winner.offset)
  const message = `the key "${key}" stands here twice: this one is not read, only that of line ${line}`
  return { ...errorIssue('duplicate-key', [], message, 'remove one of them'), position: positionAt(offset) }
}
