// JSON with nothing left to interpretation: a member twice in one object is refused. Knows nothing of tokens.

import { parseBounded } from '../../../../json/bounded-parse.ts'
import { isObject } from '../../../../json/types.ts'

/** Deeper structures come from attackers alone. */
const MAX_DEPTH = 512
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"/gs

export type JsonRecord = Record<string, unknown>

/**
 * The value of a JSON text. Throws a SyntaxError when it is no JSON, when an object names a member twice, or when it is
 * nested too deeply.
 *
 * security: JSON.parse keeps the last of two members and other parsers the first, so a token could mean one thing here
 * and another thing behind the gateway.
 */
function parseStrictJson(text: string): unknown {
  const value = parseJson(text)
  // perf: every member has one colon outside texts, and every member that survived parsing is one key.
  if (countColons(text.replace(STRINGS, '')) !== countMembers(value, 0)) throw new SyntaxError('duplicate member in a JSON object')
  return value
}

/** security: the engine's own message quotes the text, and with it a secret key into the log. */
function parseJson(text: string): unknown {
  try {
    return parseBounded(text)
  } catch {
    throw new SyntaxError('not valid JSON')
  }
}

/** The same for a text that must be an object. */
export function parseStrictObject(text: string): JsonRecord {
  const value = parseStrictJson(text)
  if (!isObject(value)) throw new SyntaxError('not a JSON object')
  return value
}

/** The same for what go-jose decodes whole: a number that no double can hold is none. */
export function parseFiniteObject(text: string): JsonRecord {
  const value = parseStrictObject(text)
  if (HUGE.test(text) && hasInfinity(value)) throw new SyntaxError('a number is out of range')
  return value
}

/** perf: what has neither a large exponent nor hundreds of digits overflows nothing. */
const HUGE = /[eE]\+?\d{3}|\d{200}/

function hasInfinity(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === Infinity || value === -Infinity
  return Object.values(value).some(hasInfinity)
}

/** A member of the object itself: `constructor` and the like are names as any other. */
export function memberOf(object: JsonRecord, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

function countColons(text: string): number {
  let count = 0
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) count++
  return count
}

function countMembers(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > MAX_DEPTH) throw new SyntaxError('JSON is nested too deeply')
  const values: unknown[] = Array.isArray(value) ? value : Object.values(value)
  let count = Array.isArray(value) ? 0 : values.length
  for (const inner of values) if (typeof inner === 'object') count += countMembers(inner, depth + 1)
  return count
}

/** Freezes a parsed value through and through: it is shared by requests. */
export function freezeDeeply<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) freezeDeeply(inner)
  return Object.freeze(value)
}
