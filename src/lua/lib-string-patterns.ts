// The functions of the library `string` that work with patterns: find, match, gmatch, gsub.

import { int64Before } from './arithmetic.ts'
import { checkAny, checkString, checkTypes, checkUserData, optionalInteger } from './check.ts'
import type { Args } from './check.ts'
import { textOfValue } from './number-format.ts'
import { MAX_CACHED_LENGTH, parsePattern, PatternError } from './pattern.ts'
import { BadCapture, findMatches, POSITION } from './pattern-match.ts'
import type { Match } from './pattern-match.ts'
import { index } from './run-tables.ts'
import { LuaTable } from './table.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, LuaUserData, NOTHING, firstOf, isTrue, native } from './value.ts'
import type { Result, Value } from './value.ts'

/** Where in the string an index of Lua is; `isStart`: the index of a first byte, which counts from 0 here. */
export function offset(length: number, position: number, isStart: boolean): number {
  let at = position
  if (isStart && at !== 0) at = int64Before(at)
  if (at < 0) at = length + at + 1
  at = Math.max(0, at)
  return !isStart && at > length ? length : at
}

function search(thread: LuaThread, text: string, pattern: string, from: number, limit: number): Match[] {
  // Long ones are read anew each time.
  if (pattern.length > MAX_CACHED_LENGTH) thread.spend(pattern.length)
  try {
    return findMatches(text, parsePattern(pattern), from, limit, (steps, bytes = 0) => {
      thread.spend(steps)
      if (bytes > 0) thread.machine.take(bytes)
    })
  } catch (error) {
    if (error instanceof PatternError || error instanceof BadCapture) return thread.raise(error.message)
    throw error
  }
}

/** The captures of a match as values; number 0 is the whole match. */
function capture(text: string, match: Match, number: number): Value {
  const start = match.bounds[2 * number] as number
  const end = match.bounds[2 * number + 1] as number
  return end === POSITION ? start : text.slice(start, end)
}

function captures(text: string, match: Match): Value[] {
  const values: Value[] = []
  for (let i = 1; 2 * i < match.bounds.length; i++) values.push(capture(text, match, i))
  return values
}

function find(thread: LuaThread, args: Args): Result {
  const text = checkString(thread, args, 0)
  const pattern = checkString(thread, args, 1)
  if (pattern === '') return [1, 0]
  const from = offset(text.length, optionalInteger(thread, args, 2, 1), true)
  if (args.length === 4 && isTrue(args[3])) {
    thread.spend(text.length >> 6)
    const at = from > text.length ? -1 : text.indexOf(pattern, from)
    return at < 0 ? undefined : [at + 1, at + pattern.length]
  }
  const [match] = search(thread, text, pattern, from, 1)
  if (match === undefined) return undefined
  return [(match.bounds[0] as number) + 1, match.bounds[1], ...captures(text, match)]
}

function match(thread: LuaThread, args: Args): Result {
  const text = checkString(thread, args, 0)
  const pattern = checkString(thread, args, 1)
  let from = optionalInteger(thread, args, 2, 1)
  if (from < 0) from = text.length + from + 1
  const [found] = search(thread, text, pattern, Math.max(from - 1, 0), 1)
  if (found === undefined) return NOTHING
  return found.bounds.length === 2 ? capture(text, found, 0) : captures(text, found)
}

interface Iteration {
  readonly text: string
  readonly matches: readonly Match[]
  at: number
}

const NEXT_MATCH = native((thread, ...args) => {
  const iteration = checkUserData(thread, args, 0).value as Iteration
  const found = iteration.matches[iteration.at++]
  if (found === undefined) return NOTHING
  return found.bounds.length === 2 ? capture(iteration.text, found, 0) : captures(iteration.text, found)
})

function gmatch(thread: LuaThread, args: Args): Result {
  const text = checkString(thread, args, 0)
  const pattern = checkString(thread, args, 1)
  const matches = search(thread, text, pattern, 0, -1)
  const iteration: Iteration = { text, matches, at: 0 }
  return [NEXT_MATCH, new LuaUserData(iteration, undefined)]
}

type Replace = (match: Match) => string | null

function gsub(thread: LuaThread, args: Args): Result {
  const text = checkString(thread, args, 0)
  const pattern = checkString(thread, args, 1)
  checkTypes(thread, args, 2, ['string', 'table', 'function'])
  const replacement = checkAny(thread, args, 2)
  const limit = optionalInteger(thread, args, 3, -1)
  const matches = search(thread, text, pattern, 0, limit)
  // compat: a number stays one.
  if (matches.length === 0) return [args[0], 0]
  const replace = replacer(thread, text, replacement)
  const parts: string[] = []
  let at = 0
  let size = text.length
  for (const found of matches) {
    const [start = 0, end = 0] = found.bounds
    const by = replace(found)
    if (by === null) continue
    size += by.length
    if (size > thread.machine.maxStringLength) thread.madeString(size)
    parts.push(text.slice(at, start), by)
    at = Math.max(at, end)
  }
  parts.push(text.slice(at))
  thread.madeString(size)
  return [parts.join(''), matches.length]
}

function replacer(thread: LuaThread, text: string, replacement: Value): Replace {
  if (replacement instanceof LuaTable) {
    return (found) => {
      const key = capture(text, found, found.bounds.length > 2 ? 1 : 0)
      thread.markNative()
      return replacementText(index(thread, replacement, key))
    }
  }
  if (replacement instanceof LuaFunction) {
    return (found) => {
      const values = found.bounds.length > 2 ? captures(text, found) : [capture(text, found, 0)]
      return replacementText(firstOf(thread.call(replacement, values)))
    }
  }
  const pieces = template(replacement as string)
  return (found) => pieces.map((piece) => (typeof piece === 'string' ? piece : numbered(thread, text, found, piece))).join('')
}

/** null: the match stays as it is. What is no text becomes nothing. */
function replacementText(value: Value): string | null {
  if (!isTrue(value)) return null
  return typeof value === 'string' || typeof value === 'number' ? textOfValue(value) : ''
}

/** A replacement text as literal pieces and numbers of captures. A `%` before anything else stays. */
function template(text: string): (string | number)[] {
  const pieces: (string | number)[] = []
  for (const [piece] of text.matchAll(/%\d|%%|%[^]?|[^%]+/g)) {
    if (piece === '%%') pieces.push('%')
    else if (/^%\d$/.test(piece)) pieces.push(Number(piece[1]))
    else pieces.push(piece)
  }
  return pieces
}

function numbered(thread: LuaThread, text: string, found: Match, number: number): string {
  const isWhole = number === 1 && found.bounds.length === 2
  if (number > 1 && 2 * number >= found.bounds.length) thread.raise('invalid capture index')
  return textOfValue(capture(text, found, isWhole ? 0 : number))
}

const GMATCH = native((thread, ...args) => gmatch(thread, args))

export const PATTERN_FUNCTIONS: Readonly<Record<string, LuaFunction>> = {
  find: native((thread, ...args) => find(thread, args)),
  gfind: GMATCH,
  gmatch: GMATCH,
  gsub: native((thread, ...args) => gsub(thread, args)),
  match: native((thread, ...args) => match(thread, args)),
}
