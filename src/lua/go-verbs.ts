// One value under one verb of Go's fmt: what gopher-lua's values do with flags, width and precision, and with verbs that are not theirs.

import { isInt64, toInt64 } from './arithmetic.ts'
import type { Spec } from './go-format.ts'
import { formatGoFloat } from './go-float.ts'
import { countRunes, quote, runeBytes, truncateRunes } from './go-text.ts'
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
const TEXT_VERBS = new Set(['v', 's', 'x', 'X', 'q'])

export function missing(verb: string): string {
  return `%!${verb}(MISSING)`
}

function bad(verb: string, type: string, text: string): string {
  return `%!${verb}(${type}=${text})`
}

function pad(text: string, spec: Spec, padding = spec.isZero ? '0' : ' '): string {
  const count = spec.width - (spec.width > 0 ? countRunes(text) : 0)
  if (spec.width <= 0 || count <= 0) return text
  return spec.isMinus ? text + ' '.repeat(count) : padding.repeat(count) + text
}

export function writeVerb(verb: string, spec: Spec, value: Value): string {
  const type = GO_TYPES[typeOf(value)]
  if (verb === 'T') return writeText('s', spec, type)
  if (typeof value === 'number') return writeNumber(verb, spec, value)
  if (typeof value === 'string') return writeString(verb, spec, value)
  if (TEXT_VERBS.has(verb)) return writeText(verb, spec, textOfValue(value))
  if (typeof value === 'boolean') return verb === 't' ? pad(String(value), spec) : bad(verb, type, pad(String(value), spec))
  if (value === undefined) return '&{}'
  return value instanceof LuaTable ? writeStruct(verb, spec, value) : pad(textOfValue(value), spec)
}

/** What Go shows of the structure behind a table: its parts, the elements of the array part under the verb. */
function writeStruct(verb: string, spec: Spec, table: LuaTable): string {
  const none = bad(verb, GO_TYPES.nil, '&{}')
  const elements = table.array.map((value) => {
    if (typeof value !== 'number') return value === undefined ? none : bad(verb, GO_TYPES[typeOf(value)], textOfValue(value))
    return /^[eEfFgG]$/.test(verb) ? writeFloat(verb, spec, value) : bad(verb, GO_TYPES.number, writeFloat('v', spec, value))
  })
  return `&{${none} [${elements.join(' ')}] map[] map[] [] map[]}`
}

function writeNumber(verb: string, spec: Spec, value: number): string {
  if (verb === 'q' || verb === 's') return writeText(verb, spec, formatNumber(value))
  if (verb === 'i') return writeInteger('d', spec, toInt64(value))
  if (/^[bcdoxXU]$/.test(verb)) return writeInteger(verb, spec, toInt64(value))
  if (/^[eEfFgG]$/.test(verb)) return writeFloat(verb, spec, value)
  return isInt64(value) ? writeInteger(verb, spec, value) : writeFloat(verb, spec, value)
}

function writeString(verb: string, spec: Spec, value: string): string {
  if (verb !== 'd' && verb !== 'i') return writeText(verb, spec, value)
  // compat: gopher-lua has the cases the wrong way round: a numeric string stays text, any other counts as 0.
  return parseNumber(value) === undefined ? writeInteger('d', spec, 0) : writeText('s', spec, value)
}

function writeText(verb: string, spec: Spec, value: string): string {
  const text = spec.precision >= 0 && verb !== 'x' && verb !== 'X' ? truncateRunes(value, spec.precision) : value
  switch (verb) {
    case 'v':
    case 's':
      return pad(text, spec)
    case 'q':
      return pad(quote(text, spec.isPlus), spec)
    case 'x':
    case 'X':
      return pad(hexOf(value, spec, verb === 'X'), spec)
    default:
      return bad(verb, 'string', pad(text, spec))
  }
}

function hexOf(value: string, spec: Spec, isUpper: boolean): string {
  const bytes = spec.precision >= 0 ? value.slice(0, spec.precision) : value
  const pairs = bytes.split('').map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'))
  const prefix = spec.isSharp && pairs.length > 0 ? '0x' : ''
  const text = spec.isSpace ? pairs.map((pair) => prefix + pair).join(' ') : prefix + pairs.join('')
  return isUpper ? text.toUpperCase() : text
}

const BASES: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 }

function writeInteger(verb: string, spec: Spec, value: number): string {
  if (verb === 'c') return pad(runeBytes(value), spec)
  if (verb === 'U') return writeUnicode(spec, value)
  const base = BASES[verb]
  if (base === undefined) return bad(verb, 'int64', writeInteger('v', spec, value))
  const isNegative = value < 0
  const hasSign = isNegative || spec.isPlus || spec.isSpace
  let width = 0
  if (spec.precision >= 0) {
    width = spec.precision
    if (width === 0 && value === 0) return pad('', spec, ' ')
  } else if (spec.isZero && spec.width > 0) width = spec.width - (hasSign ? 1 : 0)
  let digits = BigInt(Math.abs(value)).toString(base).padStart(width, '0')
  if (spec.isSharp) digits = sharp(base, digits, verb)
  if (verb === 'O') digits = `0o${digits}`
  if (verb === 'X') digits = digits.toUpperCase()
  const sign = isNegative ? '-' : spec.isPlus ? '+' : spec.isSpace ? ' ' : ''
  return pad(sign + digits, spec, ' ')
}

function sharp(base: number, digits: string, verb: string): string {
  if (base === 2) return `0b${digits}`
  if (base === 8) return digits.startsWith('0') ? digits : `0${digits}`
  if (base !== 16) return digits
  return `${verb === 'X' ? '0X' : '0x'}${digits}`
}

function writeUnicode(spec: Spec, value: number): string {
  const code = BigInt.asUintN(64, BigInt(value)).toString(16).toUpperCase().padStart(Math.max(4, spec.precision), '0')
  const shown = spec.isSharp && value >= 32 && value <= 0x10ffff ? ` '${runeBytes(value)}'` : ''
  return pad(`U+${code}${shown}`, spec, ' ')
}

function writeFloat(verb: string, spec: Spec, value: number): string {
  const lower = verb.toLowerCase()
  if (lower !== 'e' && lower !== 'f' && lower !== 'g' && verb !== 'v') return bad(verb, 'float64', writeFloat('v', spec, value))
  const kind = lower === 'v' ? 'g' : (lower as 'e' | 'f' | 'g')
  const precision = spec.precision >= 0 ? spec.precision : kind === 'g' ? -1 : 6
  let number = formatGoFloat(value, kind, precision)
  if (verb === 'E' || verb === 'G') number = number.toUpperCase().replace('INF', 'Inf').replace('NAN', 'NaN')
  if (spec.isSpace && !spec.isPlus && number.startsWith('+')) number = ` ${number.slice(1)}`
  if (number.endsWith('NaN') || number.endsWith('Inf')) {
    return pad(number === '+NaN' && !spec.isPlus ? 'NaN' : number, spec, ' ')
  }
  if (!spec.isPlus && number.startsWith('+')) return pad(number.slice(1), spec)
  if (spec.isZero && spec.width > number.length) return number.slice(0, 1) + number.slice(1).padStart(spec.width - 1, '0')
  return pad(number, spec)
}
