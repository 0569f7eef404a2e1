// One value under one verb of Go's fmt: what gopher-lua's values make of verbs that are not theirs.

import { type Flags, formatString, pad } from '../go/format-flags.ts'
import { formatVerb } from '../go/format-value.ts'
import type { Printer } from '../go/format.ts'
import { int64 } from '../go/value.ts'
import { textOfBytes } from '../go/text.ts'
import { isInt64, toInt64 } from './arithmetic.ts'
import { typeOf } from './machine.ts'
import { formatNumber, textOfValue } from './number-format.ts'
import { parseNumber } from './parse-number.ts'
import { LuaTable } from './table.ts'
import type { Value } from './value.ts'

const GO_TYPES = {
  nil: '*lua.LNilType',
  boolean: 'lua.LBool',
  number: 'lua.LNumber',
  string: 'lua.LString',
  function: '*lua.LFunction',
  userdata: '*lua.LUserData',
  thread: '*lua.LState',
  table: '*lua.LTable',
  channel: 'lua.LChannel',
} as const
/** The verbs under which the value's own text counts. */
const TEXT_VERBS = new Set(['v', 's', 'x', 'X', 'q'])
const FLOAT_VERBS = /^[eEfFgG]$/

export const LUA_PRINTER: Printer<Value> = {
  print: writeVerb,
  typeOf: goTypeOf,
  // compat: no Lua number is a Go int
  integerOf: () => null,
}

function goTypeOf(value: Value): string {
  return GO_TYPES[typeOf(value)]
}

function bad(verb: string, type: string, text: string): string {
  return `%!${verb}(${type}=${text})`
}

function writeVerb(value: Value, verb: string, flags: Flags): string {
  const type = goTypeOf(value)
  if (verb === 'T') return formatString(type, flags)
  if (typeof value === 'number') return writeNumber(value, verb, flags)
  if (typeof value === 'string') return writeString(value, verb, flags)
  if (TEXT_VERBS.has(verb)) return formatVerb(textOfValue(value), verb === 'v' ? 's' : verb, flags)
  if (typeof value === 'boolean') return verb === 't' ? pad(String(value), flags) : bad(verb, type, pad(String(value), flags))
  if (value === undefined) return '&{}'
  return value instanceof LuaTable ? writeStruct(value, verb, flags) : pad(textOfValue(value), flags)
}

/** What Go shows of the structure behind a table: its parts, the elements of the array part under the verb. */
function writeStruct(table: LuaTable, verb: string, flags: Flags): string {
  const none = bad(verb, GO_TYPES.nil, '&{}')
  const elements = table.array.map((value) => {
    if (typeof value !== 'number') return value === undefined ? none : bad(verb, goTypeOf(value), textOfValue(value))
    return FLOAT_VERBS.test(verb) ? formatVerb(value, verb, flags) : bad(verb, GO_TYPES.number, formatVerb(value, 'v', flags))
  })
  return `&{${none} [${elements.join(' ')}] map[] map[] [] map[]}`
}

function writeNumber(value: number, verb: string, flags: Flags): string {
  if (verb === 'q' || verb === 's') return formatVerb(formatNumber(value), verb, flags)
  if (verb === 'i') return formatVerb(int64(toInt64(value)), 'd', flags)
  if (/^[bcdoxXU]$/.test(verb)) return formatVerb(int64(toInt64(value)), verb, flags)
  return formatVerb(FLOAT_VERBS.test(verb) || !isInt64(value) ? value : int64(value), verb, flags)
}

function writeString(value: string, verb: string, flags: Flags): string {
  if (verb !== 'd' && verb !== 'i') return formatVerb(textOfBytes(value), verb, flags)
  // compat: gopher-lua has the cases the wrong way round: a numeric string stays text, any other counts as 0.
  return parseNumber(value) === undefined ? formatVerb(int64(0), 'd', flags) : formatVerb(textOfBytes(value), 's', flags)
}
