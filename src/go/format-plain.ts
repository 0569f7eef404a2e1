// Go's `%v` of plain values, as JSON decodes to them: `[a b]`, `map[k:v]`. Values with Go's types are written by format-value.ts.

import { formatNumber } from './number.ts'
import { compareText } from './text.ts'

/** The text of a number, or of an object that is no map; null leaves it to `%v`. */
export type FormatLeaf = (value: number | object) => string | null

/** What is left to write: a value, or text that is ready. */
type Task = { readonly text: string } | { readonly value: unknown }

/**
 * `<nil>`, `1e+06`, `[a b]`, `map[a:1 b:2]` with sorted keys.
 * security: without recursion, because thousands of levels are valid JSON.
 */
export function formatPlain(root: unknown, formatLeaf: FormatLeaf = leaveToGo): string {
  const out: string[] = []
  const tasks: Task[] = [{ value: root }]
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    if ('text' in task) out.push(task.text)
    else {
      const text = textOf(task.value, formatLeaf)
      if (text !== null) out.push(text)
      else pushParts(task.value as object, tasks)
    }
  }
  return out.join('')
}

function leaveToGo(): null {
  return null
}

/** Null for a list and a map. */
function textOf(value: unknown, formatLeaf: FormatLeaf): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return formatLeaf(value) ?? formatNumber(value)
  if (typeof value === 'boolean') return String(value)
  return value === null || value === undefined ? '<nil>' : formatLeaf(value)
}

/** The parts of a list or a map, the last one first. */
function pushParts(value: object, tasks: Task[]): void {
  tasks.push({ text: ']' })
  if (Array.isArray(value)) {
    for (let i = value.length - 1; i >= 0; i--) tasks.push({ value: value[i] as unknown }, { text: i === 0 ? '[' : ' ' })
    if (value.length === 0) tasks.push({ text: '[' })
    return
  }
  const members = value as Readonly<Record<string, unknown>>
  const keys = Object.keys(members).sort(compareText)
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i] as string
    tasks.push({ value: members[key] }, { text: `${i === 0 ? 'map[' : ' '}${key}:` })
  }
  if (keys.length === 0) tasks.push({ text: 'map[' })
}
