// Values become JSON text. Knows nothing of Data.

import { escapeUnit } from '../go/quote.ts'
import { compareText } from '../go/text.ts'
import { isJsonObject, JsonNumber } from './types.ts'
import type { JsonObject, JsonValue, PlainObject } from './types.ts'

/** What Go's encoder escapes beyond the grammar's needs, so that JSON may stand in HTML. */
const HTML = /[<>&\u2028\u2029]/
const HTML_ALL = /[<>&\u2028\u2029]/g

/** Compact JSON in the order of the keys, escaped as Go does it. */
export function encodeJson(value: JsonValue): string {
  const text = stringify(value)
  return HTML.test(text) ? text.replace(HTML_ALL, escapeUnit) : text
}

/** The same with the keys of every object sorted by their UTF-8 bytes, as Go writes maps. */
export function encodeSorted(value: JsonValue): string {
  return writeTree(value, sortedKeys)
}

function stringify(value: JsonValue): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    // security: thousands of levels are valid, and too many for a recursive writer; what is longer than a text can be is so for any writer
    if (error instanceof RangeError && error.message.includes('call stack')) return writeTree(value, Object.keys)
    throw error
  }
}

/** The keys of an object, sorted. */
export function sortedKeys(object: Readonly<PlainObject>): string[] {
  return Object.keys(object).sort(compareText)
}

/** What is left to write: a value, or text that is ready. */
type Task = { readonly text: string } | { readonly value: JsonValue }

type ListKeys = (object: JsonObject) => string[]

/** Writes without recursion. */
function writeTree(root: JsonValue, listKeys: ListKeys): string {
  const out: string[] = []
  const tasks: Task[] = [{ value: root }]
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    if ('text' in task) out.push(task.text)
    else if (typeof task.value !== 'object' || task.value === null || task.value instanceof JsonNumber) out.push(encodeJson(task.value))
    else pushChildren(task.value, listKeys, tasks)
  }
  return out.join('')
}

/** The parts of an object or array, last one first. */
function pushChildren(value: readonly JsonValue[] | JsonObject, listKeys: ListKeys, tasks: Task[]): void {
  if (!isJsonObject(value)) {
    tasks.push({ text: ']' })
    for (let i = value.length - 1; i >= 0; i--) tasks.push({ value: value[i] as JsonValue }, { text: i === 0 ? '[' : ',' })
    if (value.length === 0) tasks.push({ text: '[' })
    return
  }
  const keys = listKeys(value)
  tasks.push({ text: '}' })
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i] as string
    tasks.push({ value: value[key] as JsonValue }, { text: `${i === 0 ? '{' : ','}${encodeJson(key)}:` })
  }
  if (keys.length === 0) tasks.push({ text: '{' })
}
