// Go's `%v` of JSON values. Knows nothing of what the text is for.

import { JsonNumber, type JsonValue } from './types.ts'
import { sortedKeys } from './write.ts'

/** What is left to write: a value, or text that is ready. */
type Task = { readonly text: string } | { readonly value: JsonValue }

/** `<nil>`, `[a b]`, `map[a:1 b:2]` with sorted keys. security: without recursion, because thousands of levels are valid JSON. */
export function formatValue(root: JsonValue): string {
  const out: string[] = []
  const tasks: Task[] = [{ value: root }]
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    if ('text' in task) out.push(task.text)
    else if (typeof task.value !== 'object' || task.value === null || task.value instanceof JsonNumber) out.push(formatScalar(task.value))
    else for (const part of partsOf(task.value)) tasks.push(part)
  }
  return out.join('')
}

function formatScalar(value: null | boolean | number | string | JsonNumber): string {
  if (value === null) return '<nil>'
  return value instanceof JsonNumber ? value.text : String(value)
}

/** A list or an object, the last part first. */
function partsOf(value: Exclude<JsonValue, null | boolean | number | string | JsonNumber>): Task[] {
  const parts: Task[] = []
  if (Array.isArray(value)) for (const item of value) parts.push({ text: parts.length === 0 ? '[' : ' ' }, { value: item })
  else {
    for (const key of sortedKeys(value)) {
      parts.push({ text: `${parts.length === 0 ? 'map[' : ' '}${key}:` }, { value: value[key] as JsonValue })
    }
  }
  if (parts.length === 0) parts.push({ text: Array.isArray(value) ? '[' : 'map[' })
  parts.push({ text: ']' })
  return parts.reverse()
}
