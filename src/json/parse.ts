// JSON text becomes values; numbers that a double would change keep their text where wanted. Knows nothing of bytes.

import { JsonNumber, setKey } from './types.ts'
import type { JsonObject, JsonValue } from './types.ts'

type Container = JsonValue[] | JsonObject

const HALF_PAIR = /\\u[dD][89a-fA-F]/
/** A pair, half of one, or an escape that begins otherwise. */
const ESCAPE = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|[^])/g
const HALF_LENGTH = 6

/**
 * The value as JSON.parse gives it, with the keys that the text has, and U+FFFD for an escape that is half a pair, as in Go. Throws its
 * SyntaxError.
 *
 * security: once V8 (of Node 24 to 26 at least) has seen an object with a key that holds a backslash, it takes escaped keys in that place for
 * it: after a body `{"\\u006":0}`, one with `{"\u0061dmin":1}` has the key `\u006` for JSON.parse, and `admin` for the backend.
 */
export function parseJsonText(text: string): unknown {
  if (!text.includes('\\')) return JSON.parse(text) as unknown
  const whole = replaceHalfPairs(text)
  const value: unknown = JSON.parse(whole)
  return hasEscapedKey(whole) ? parseValid(whole, Number) : value
}

function replaceHalfPairs(text: string): string {
  if (!HALF_PAIR.test(text)) return text
  return text.replaceAll(ESCAPE, (escape) => (escape.length === HALF_LENGTH ? String.raw`\ufffd` : escape))
}

/** Parses valid JSON without losing digits. The last of equal keys wins. */
export function parseLossless(text: string): JsonValue {
  return parseValid(text, readLossless)
}

/** Of valid JSON. perf: linear, and only strings with a backslash are looked at. */
function hasEscapedKey(text: string): boolean {
  let i = text.indexOf('\\')
  while (i >= 0) {
    const end = endOfString(text, i - 1)
    if (text.charCodeAt(skipSpace(text, end)) === 0x3a) return true
    i = text.indexOf('\\', end)
  }
  return false
}

/** perf: JSON.parse with a reviver that sees the source takes four times as long. Iterative, because 10,000 levels are valid. */
function parseValid(text: string, readNumber: (token: string) => JsonValue): JsonValue {
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
      } else value = c === 0x74 || c === 0x66 ? c === 0x74 : c === 0x6e ? null : readNumber(token)
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

function readLossless(token: string): JsonValue {
  const number = Number(token)
  return String(number) === token ? number : new JsonNumber(token)
}
