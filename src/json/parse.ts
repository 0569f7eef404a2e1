// Valid JSON text becomes values; numbers that a double would change keep their text. Knows nothing of bytes and errors.

import { JsonNumber, setKey } from './types.ts'
import type { JsonObject, JsonValue } from './types.ts'

type Container = JsonValue[] | JsonObject

/**
 * Parses valid JSON without losing digits. The last of equal keys wins.
 * perf: JSON.parse with a reviver that sees the source takes four times as long. Iterative, because 10,000 levels are valid.
 */
export function parseLossless(text: string): JsonValue {
  const containers: Container[] = []
  const keys: string[] = []
  let key = ''
  let i = 0
  for (;;) {
    i = skipSeparators(text, i)
    const c = text.charCodeAt(i)
    let value: JsonValue
    if (c === 0x7b || c === 0x5b) {
      containers.push(c === 0x7b ? {} : [])
      keys.push(key)
      i++
      key = ''
      continue
    }
    if (c === 0x7d || c === 0x5d) {
      value = containers.pop() as Container
      key = keys.pop() as string
      i++
    } else {
      const end = c === 0x22 ? endOfString(text, i) : endOfScalar(text, i)
      const token = text.slice(i, end)
      i = end
      if (c === 0x22) {
        const next = skipSpace(text, i)
        // a string before a colon is a key
        if (text.charCodeAt(next) === 0x3a && containers.length > 0) {
          key = readString(token)
          i = next + 1
          continue
        }
        value = readString(token)
      } else value = readScalar(token)
    }
    const container = containers.at(-1)
    if (container === undefined) return value
    if (Array.isArray(container)) container.push(value)
    else setKey(container, key, value)
  }
}

function skipSpace(text: string, start: number): number {
  let i = start
  while (text.charCodeAt(i) <= 0x20) i++
  return i
}

function skipSeparators(text: string, start: number): number {
  let i = start
  for (;;) {
    const c = text.charCodeAt(i)
    if (c > 0x20 && c !== 0x2c) return i
    i++
  }
}

function endOfString(text: string, start: number): number {
  let i = start + 1
  for (;;) {
    const c = text.charCodeAt(i)
    if (c === 0x22) return i + 1
    i += c === 0x5c ? 2 : 1
  }
}

function endOfScalar(text: string, start: number): number {
  let i = start
  while (i < text.length) {
    const c = text.charCodeAt(i)
    if (c <= 0x20 || c === 0x2c || c === 0x5d || c === 0x7d) break
    i++
  }
  return i
}

function readString(token: string): string {
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1)
}

function readScalar(token: string): JsonValue {
  if (token === 'true') return true
  if (token === 'false') return false
  if (token === 'null') return null
  const number = Number(token)
  return String(number) === token ? number : new JsonNumber(token)
}
