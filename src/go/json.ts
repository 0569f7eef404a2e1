// Values as encoding/json writes them: keys sorted, `<`, `>` and `&` escaped.

import { GoError } from './function.ts'
import { formatFloat } from './number.ts'
import { escapeUnit } from './quote.ts'
import { compareText } from './text.ts'
import { GoComplex, GoFunctionValue, GoInt, GoMap, GoObject, GoSlice, type GoValue, sortedKeysOf, typeOf } from './value.ts'

export interface JsonStyle {
  /** Per level; empty: all on one line. */
  readonly indent?: string
  /** Whether `<`, `>` and `&` stay. */
  readonly isRaw?: boolean
}

/** Deeper values can only be maps that hold themselves. */
const MAX_DEPTH = 1000

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** Throws a GoError for what JSON cannot say: functions, complex numbers, NaN. */
export function marshal(value: GoValue, { indent = '', isRaw = false }: JsonStyle = {}): string {
  return new Writer(indent, isRaw).write(value, 0)
}

class Writer {
  readonly #indent: string
  readonly #escaped: RegExp

  constructor(indent: string, isRaw: boolean) {
    this.#indent = indent
    this.#escaped = isRaw ? /["\\\0-\x1F\u2028\u2029\p{Cs}]/gu : /["\\\0-\x1F\u2028\u2029<>&\p{Cs}]/gu
  }

  write(value: GoValue, depth: number): string {
    if (value === null || value === undefined) return 'null'
    if (typeof value === 'string') return this.#text(value)
    if (typeof value === 'boolean') return String(value)
    if (typeof value === 'number') return writeNumber(value)
    if (value instanceof GoInt) return String(value.value)
    if (value instanceof GoComplex || value instanceof GoFunctionValue) throw new GoError(`json: unsupported type: ${typeOf(value)}`)
    if (depth > MAX_DEPTH) throw new GoError(`json: unsupported value: encountered a cycle via ${typeOf(value)}`)
    if (value instanceof GoSlice) return this.#slice(value, depth)
    if (value instanceof GoMap) {
      if (value.isNil) return 'null'
      return this.#object(
        sortedKeysOf(value, compareText).map((key) => [key, value.entries.get(key)]),
        depth,
      )
    }
    return value instanceof GoObject ? (value.json() ?? this.#object([...value.fields], depth)) : 'null'
  }

  #text(text: string): string {
    const escaped = text.replaceAll(this.#escaped, (character) => {
      // a byte that is no UTF-8
      if (!character.isWellFormed()) return String.raw`\ufffd`
      return ESCAPES[character] ?? escapeUnit(character)
    })
    return `"${escaped}"`
  }

  #slice(slice: GoSlice, depth: number): string {
    if (slice.isNil) return 'null'
    if (slice.element === 'uint8') return `"${Buffer.from(slice.items.map((item) => Number((item as GoInt).value))).toString('base64')}"`
    return this.#block(
      '[',
      ']',
      slice.items.map((item) => this.write(item, depth + 1)),
      depth,
    )
  }

  #object(members: readonly (readonly [string, GoValue])[], depth: number): string {
    const colon = this.#indent === '' ? ':' : ': '
    return this.#block(
      '{',
      '}',
      members.map(([key, member]) => this.#text(key) + colon + this.write(member, depth + 1)),
      depth,
    )
  }

  #block(open: string, close: string, parts: readonly string[], depth: number): string {
    if (this.#indent === '' || parts.length === 0) return open + parts.join(',') + close
    const line = `\n${this.#indent.repeat(depth + 1)}`
    return `${open}${line}${parts.join(`,${line}`)}\n${this.#indent.repeat(depth)}${close}`
  }
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new GoError(`json: unsupported value: ${formatFloat(value, 'g', -1)}`)
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-6 && size < 1e21)) return formatFloat(value, 'f', -1)
  return formatFloat(value, 'e', -1).replace(/e-0(\d)$/, 'e-$1')
}
