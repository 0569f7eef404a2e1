// The library `string` without patterns. Strings are bytes; upper and lower see them as UTF-8, as Go does.

import { int64Before } from './arithmetic.ts'
import { bytesOfText, textOfBytes } from './bytes.ts'
import { checkInteger, checkString, optionalInteger } from './check.ts'
import type { Args } from './check.ts'
import { sprintf } from './go-format.ts'
import { offset, PATTERN_FUNCTIONS } from './lib-string-patterns.ts'
import { MAX_VALUES } from './thread.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, NOTHING, native } from './value.ts'
import type { Result, Value } from './value.ts'

/** What a letter whose case is changed costs, or a piece that is formatted, in steps. */
const PIECE_STEPS = 4

function byte(thread: LuaThread, args: Args): Result {
  const text = checkString(thread, args, 0)
  const { length } = text
  let start = int64Before(optionalInteger(thread, args, 1, 1))
  let end = optionalInteger(thread, args, 2, -1)
  if (start < 0) start = length + start + 1
  if (end < 0) end = length + end + 1
  if (args.length === 2) return start < 0 || start >= length ? NOTHING : text.charCodeAt(start)
  start = Math.max(start, 0)
  end = Math.min(end, length)
  if (end - start >= MAX_VALUES) thread.raise('registry overflow')
  const bytes: Value[] = []
  for (let i = start; i < end; i++) bytes.push(text.charCodeAt(i))
  return bytes
}

function char(thread: LuaThread, args: Args): Value {
  return args.map((_, i) => String.fromCharCode(Number(BigInt.asUintN(8, BigInt(checkInteger(thread, args, i)))))).join('')
}

function rep(thread: LuaThread, args: Args): Value {
  const text = checkString(thread, args, 0)
  const count = checkInteger(thread, args, 1)
  if (count < 0 || text === '') return ''
  thread.madeString(text.length * count)
  return text.repeat(count)
}

function reverse(thread: LuaThread, args: Args): Value {
  const text = checkString(thread, args, 0)
  thread.madeString(text.length)
  return Buffer.from(text, 'latin1').reverse().toString('latin1')
}

function sub(thread: LuaThread, args: Args): Value {
  const text = checkString(thread, args, 0)
  const start = offset(text.length, checkInteger(thread, args, 1), true)
  const end = offset(text.length, optionalInteger(thread, args, 2, -1), false)
  return text.slice(start, Math.max(start, end))
}

/** Go knows no special casing, such as ß to SS. */
function mapLetter(letter: string, convert: (char: string) => string): string {
  const other = convert(letter)
  return Array.from(other).length === 1 ? other : letter
}

/** Each character alone. */
function mapCase(thread: LuaThread, bytes: string, convert: (char: string) => string): string {
  const text = textOfBytes(bytes)
  if (text === bytes) return convert(text)
  const parts: string[] = []
  for (const [letters] of text.matchAll(/[^]{1,4096}/gu)) {
    thread.spend(letters.length * PIECE_STEPS)
    parts.push(Array.from(letters, (letter) => mapLetter(letter, convert)).join(''))
  }
  return bytesOfText(parts.join(''))
}

function cased(convert: (char: string) => string): LuaFunction {
  return native((thread, ...args) => {
    const text = checkString(thread, args, 0)
    thread.madeString(text.length)
    return mapCase(thread, text, convert)
  })
}

function format(thread: LuaThread, args: Args): Value {
  const text = checkString(thread, args, 0)
  const formatted = sprintf(text, args.slice(1), (size) => {
    thread.spend(PIECE_STEPS)
    if (size > thread.machine.maxStringLength) thread.madeString(size)
  })
  thread.madeString(formatted.length)
  return formatted
}

export const STRING: Readonly<Record<string, LuaFunction>> = {
  ...PATTERN_FUNCTIONS,
  byte: native((thread, ...args) => byte(thread, args)),
  char: native((thread, ...args) => char(thread, args)),
  dump: native((thread) => thread.raise('GopherLua does not support the string.dump')),
  format: native((thread, ...args) => format(thread, args)),
  len: native((thread, ...args) => checkString(thread, args, 0).length),
  lower: cased((letter) => letter.toLowerCase()),
  rep: native((thread, ...args) => rep(thread, args)),
  reverse: native((thread, ...args) => reverse(thread, args)),
  sub: native((thread, ...args) => sub(thread, args)),
  upper: cased((letter) => letter.toUpperCase()),
}
