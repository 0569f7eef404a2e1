// One value under one verb, as Go's fmt writes it: `%v` of anything, and what a verb says of a value it cannot show.

import { formatDuration } from './duration.ts'
import {
  Flags,
  formatBoolean,
  formatCharacter,
  formatFloatWith,
  formatHexText,
  formatInteger,
  formatQuoted,
  formatQuotedCharacter,
  formatString,
  formatUnicode,
  pad,
} from './format-flags.ts'
import type { FloatFormat } from './number.ts'
import { compareText, decodeText } from './text.ts'
import { MONTHS, WEEKDAYS } from './time-layout.ts'
import { GoComplex, GoFunctionValue, GoInt, GoMap, GoObject, GoSlice, type GoValue, sortedKeysOf, typeOf } from './value.ts'

/** The verbs under which a value's own `String()` counts. */
const TEXT_VERBS = new Set(['v', 's', 'x', 'X', 'q'])
const FLOAT_VERBS: Readonly<Record<string, readonly [FloatFormat, number]>> = {
  v: ['g', -1],
  b: ['b', -1],
  g: ['g', -1],
  G: ['G', -1],
  x: ['x', -1],
  X: ['X', -1],
  f: ['f', 6],
  F: ['f', 6],
  e: ['e', 6],
  E: ['E', 6],
}

/** What the value's own `String()` or `Error()` says; null when it has neither. */
export function textOf(value: GoValue): string | null {
  if (value instanceof GoObject) return value.text()
  if (!(value instanceof GoInt)) return null
  if (value.type === 'time.Duration') return formatDuration(value.value)
  if (value.type === 'time.Month') return MONTHS[Number(value.value) - 1] ?? `%!Month(${value.value})`
  return value.type === 'time.Weekday' ? (WEEKDAYS[Number(value.value)] ?? `%!Weekday(${value.value})`) : null
}

/** `%v` without flags. */
export function formatValue(value: GoValue): string {
  if (typeof value === 'string') return value
  return formatVerb(value, 'v', new Flags())
}

/** `fmt.Sprint`: a blank between two values neither of which is a text. */
export function formatAll(values: readonly GoValue[]): string {
  const only = values.length === 1 ? values[0] : undefined
  if (typeof only === 'string') return only
  let text = ''
  let wasText = true
  for (const [index, value] of values.entries()) {
    const isText = typeof value === 'string'
    if (index > 0 && !isText && !wasText) text += ' '
    text += formatValue(value)
    wasText = isText
  }
  return text
}

/** `fmt.Sprintln` */
export function formatLine(values: readonly GoValue[]): string {
  return `${values.map(formatValue).join(' ')}\n`
}

/** One argument of a format. */
export function formatVerb(value: GoValue, verb: string, flags: Flags): string {
  if (value === null || value === undefined) {
    return verb === 'T' || verb === 'v' ? pad('<nil>', flags) : `%!${verb}(<nil>)`
  }
  if (verb === 'T') return formatString(typeOf(value) ?? '<nil>', flags)
  if (verb === 'p' || verb === 'w') return badVerb(value, verb, flags)
  return new Printer(flags, verb).print(value, 0)
}

/** `%!d(string=hi)` */
function badVerb(value: GoValue, verb: string, flags: Flags): string {
  return `%!${verb}(${typeOf(value)}=${new Printer(flags, 'v', true).print(value, 0)})`
}

class Printer {
  readonly #flags: Flags
  readonly #verb: string
  /** Inside a bad verb no `String()` is called. */
  readonly #isError: boolean

  constructor(flags: Flags, verb: string, isError = false) {
    this.#flags = flags
    this.#verb = verb
    this.#isError = isError
  }

  print(value: GoValue, depth: number): string {
    if (value === null || value === undefined) return this.#nil('interface {}')
    const own = this.#ownText(value)
    if (own !== null) return this.#text(own, value)
    if (typeof value === 'string') return this.#text(value, value)
    if (typeof value === 'boolean') return this.#boolean(value)
    if (typeof value === 'number') return this.#float(value)
    if (value instanceof GoInt) return this.#integer(value)
    if (value instanceof GoComplex) return this.#complex(value)
    if (value instanceof GoSlice) return this.#slice(value, depth)
    if (value instanceof GoMap) return this.#map(value, depth)
    if (value instanceof GoFunctionValue) return this.#bad(value)
    return this.#object(value, depth)
  }

  #ownText(value: GoValue): string | null {
    if (this.#isError || this.#flags.sharpV || !TEXT_VERBS.has(this.#verb)) return null
    return textOf(value)
  }

  #nil(type: string): string {
    return this.#flags.sharpV ? `${type}(nil)` : '<nil>'
  }

  #bad(value: GoValue): string {
    return badVerb(value, this.#verb, this.#flags)
  }

  #text(text: string, value: GoValue): string {
    switch (this.#verb) {
      case 'v':
        return this.#flags.sharpV ? formatQuoted(text, this.#flags) : formatString(text, this.#flags)
      case 's':
        return formatString(text, this.#flags)
      case 'x':
      case 'X':
        return formatHexText(text, this.#verb, this.#flags)
      case 'q':
        return formatQuoted(text, this.#flags)
      default:
        return this.#bad(value)
    }
  }

  #boolean(value: boolean): string {
    return this.#verb === 't' || this.#verb === 'v' ? formatBoolean(value, this.#flags) : this.#bad(value)
  }

  #float(value: number): string {
    const format = FLOAT_VERBS[this.#verb]
    return format === undefined ? this.#bad(value) : formatFloatWith(value, ...format, this.#flags)
  }

  #complex({ real, imaginary }: GoComplex): string {
    const format = FLOAT_VERBS[this.#verb]
    if (format === undefined) return this.#bad(new GoComplex(real, imaginary))
    const signed = Object.assign(new Flags(), this.#flags, { plus: true })
    return `(${formatFloatWith(real, ...format, this.#flags)}${formatFloatWith(imaginary, ...format, signed)}i)`
  }

  #integer(whole: GoInt): string {
    const { value, isSigned } = whole
    const flags = this.#flags
    switch (this.#verb) {
      case 'v':
        if (flags.sharpV && !isSigned) return formatInteger(value, 16, 'v', Object.assign(new Flags(), flags, { sharp: true }))
        return formatInteger(value, 10, 'd', flags)
      case 'd':
        return formatInteger(value, 10, 'd', flags)
      case 'b':
        return formatInteger(value, 2, 'b', flags)
      case 'o':
      case 'O':
        return formatInteger(value, 8, this.#verb, flags)
      case 'x':
      case 'X':
        return formatInteger(value, 16, this.#verb, flags)
      case 'c':
        return formatCharacter(value, flags)
      case 'q':
        return formatQuotedCharacter(value, flags)
      case 'U':
        return formatUnicode(value, flags)
      default:
        return this.#bad(whole)
    }
  }

  #slice(slice: GoSlice, depth: number): string {
    if (slice.element === 'uint8' && ['s', 'q', 'x', 'X'].includes(this.#verb)) {
      return this.#text(decodeText(Uint8Array.from(slice.items, (item) => Number((item as GoInt).value))), slice)
    }
    const items = slice.items.map((item) => this.print(item, depth + 1))
    if (!this.#flags.sharpV) return `[${items.join(' ')}]`
    const type = `[]${slice.element}`
    return slice.isNil ? `${type}(nil)` : `${type}{${items.join(', ')}}`
  }

  #map(map: GoMap, depth: number): string {
    const members = sortedKeysOf(map, compareText).map(
      (key) => `${this.print(key, depth + 1)}:${this.print(map.entries.get(key), depth + 1)}`,
    )
    if (!this.#flags.sharpV) return `map[${members.join(' ')}]`
    const type = `map[string]${map.element}`
    return map.isNil ? `${type}(nil)` : `${type}{${members.join(', ')}}`
  }

  #object(object: GoObject, depth: number): string {
    const hasNames = this.#flags.plusV || this.#flags.sharpV
    const members = [...object.fields].map(([name, value]) => `${hasNames ? `${name}:` : ''}${this.print(value, depth + 1)}`)
    const body = this.#flags.sharpV ? `${object.type.replace(/^\*/, '')}{${members.join(', ')}}` : `{${members.join(' ')}}`
    if (object.kind === 'struct') return body
    return depth === 0 ? `&${body}` : this.#bad(object)
  }
}
