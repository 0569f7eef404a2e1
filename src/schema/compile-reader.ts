// Turns a TypeBox schema into a reader: a tree of closures made once per schema. Knows no component.

import { type Bounds, DURATION_HINT, warnOfDuration, warnOfRange } from './bounds.ts'
import { isCommentKey } from './comment-key.ts'
import { type Issue, errorIssue, warningIssue } from './issue.ts'
import { isSecretName } from './secret-names.ts'
import { suggestHint } from './suggest.ts'
import { type PlainObject, isObject, setKey } from '../json/types.ts'
import { WRONG, describeValue } from './values.ts'

export interface ReaderContext {
  readonly issues: Issue[]
  /** Where the reader stands; pushed and popped on the way. */
  readonly path: (string | number)[]
}

export interface Reader {
  /** The value, or WRONG with an issue. */
  read(raw: unknown, context: ReaderContext): unknown
  /** What an absent or null value counts as: the schema's default, else Go's zero value. */
  absent(): unknown
}

/** The part of JSON Schema that option schemas are written in. */
export interface Shape extends Bounds {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Shape
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  /** The texts that mean something; others are read, with a warning. */
  readonly known?: readonly string[]
  /** A value of a wrong type is reported, and read as it is: what becomes of it is decided where it is used. */
  readonly keepsWrong?: boolean
  /** Null says something, and is not the same as no option. */
  readonly keepsNull?: boolean
}

export function compileReader(shape: Shape, isStruct: boolean): Reader {
  const { read, zero } = shape.keepsWrong === true ? keepingWrong(compileType(shape, isStruct)) : compileType(shape, isStruct)
  const fallback = shape.default
  if (fallback === undefined) return { read, absent: zero }
  if (typeof fallback !== 'object' || fallback === null) return { read, absent: () => fallback }
  // perf: nearly all of them are empty lists, and a clone costs more than the rest of reading a block
  if (Array.isArray(fallback) && fallback.length === 0) return { read, absent: () => [] }
  // a default object may leave out options that have defaults of their own
  return { read, absent: () => keepUnlessWrong(read(structuredClone(fallback), { issues: [], path: [] }), fallback) }
}

function keepUnlessWrong(value: unknown, otherwise: unknown): unknown {
  return value === WRONG ? otherwise : value
}

interface TypeReader {
  readonly read: Reader['read']
  readonly zero: () => unknown
}

function keepingWrong({ read, zero }: TypeReader): TypeReader {
  return { zero, read: (raw, context) => keepUnlessWrong(read(raw, context), raw) }
}

function compileType(shape: Shape, isStruct: boolean): TypeReader {
  if (shape.anyOf !== undefined) return compileChoice(shape.anyOf, isStruct)
  if ('const' in shape) return compileEnum([shape.const])
  if (shape.enum !== undefined) return compileEnum(shape.enum)
  if (shape.type === 'object') return shape.properties === undefined ? compileRecord(shape, isStruct) : compileObject(shape, isStruct)
  if (shape.type === 'array') return compileArray(shape.items ?? {}, isStruct)
  if (shape.type === 'integer') return compileInteger(shape, isStruct)
  if (shape.type === undefined) return { read: (raw) => raw, zero: () => undefined }
  if (!Object.hasOwn(scalarNames, shape.type)) throw new Error(`option schemas know no type ${shape.type}`)
  return compileScalar(shape.type, shape)
}

function report(context: ReaderContext, message: string, hint = ''): typeof WRONG {
  context.issues.push(errorIssue('wrong-type', [...context.path], message, hint))
  return WRONG
}

const scalarNames: Record<string, string> = { string: 'a text', number: 'a number', boolean: 'true or false', null: 'null' }
const scalarZeros: Record<string, unknown> = { string: '', number: 0, boolean: false, null: null }

function compileScalar(type: string, shape: Shape): TypeReader {
  const { known, minLength = 0, format } = shape
  const zero = scalarZeros[type]
  return {
    zero: () => zero,
    read(raw, context) {
      if (type === 'null' ? raw === null : typeof raw === type) {
        if (known !== undefined && raw !== '' && !known.includes(raw as string)) warnOfUnknown(raw as string, known, context)
        if (typeof raw === 'number') warnOfRange(raw, shape, context)
        if (typeof raw === 'string' && raw.length < minLength) warnOfRange(null, shape, context)
        if (format === 'duration') warnOfDuration(raw as string, context)
        return raw
      }
      const wanted = `must be ${scalarNames[type]}`
      if (isSecretName(context.path.at(-1))) return report(context, wanted, typeof raw === 'object' ? '' : 'write it in quotes')
      return report(context, `${wanted}, not ${describeValue(raw)}`, format === 'duration' ? DURATION_HINT : hintQuotes(type, raw))
    },
  }
}

function warnOfUnknown(value: string, known: readonly string[], { issues, path }: ReaderContext): void {
  const message = `"${value}" is none of ${known.map((text) => `"${text}"`).join(', ')}`
  issues.push(warningIssue('unknown-value', [...path], message, suggestHint(value, known)))
}

function hintQuotes(type: string, raw: unknown): string {
  if (type === 'string' && (typeof raw === 'number' || typeof raw === 'boolean')) return `write "${raw}" in quotes`
  if (typeof raw !== 'string' || raw.trim() === '') return ''
  if (type === 'number' && Number.isFinite(Number(raw))) return `write ${Number(raw)} without quotes`
  return type === 'boolean' && (raw === 'true' || raw === 'false') ? `write ${raw} without quotes` : ''
}

function compileInteger(shape: Shape, isStruct: boolean): TypeReader {
  return {
    zero: () => 0,
    read(raw, context) {
      if (typeof raw !== 'number') return report(context, `must be a whole number, not ${describeValue(raw)}`, hintQuotes('number', raw))
      if (Number.isFinite(raw)) warnOfRange(raw, shape, context)
      if (Number.isInteger(raw)) return raw
      if (isStruct || !Number.isFinite(raw)) return report(context, `must be a whole number, not ${raw}`)
      context.issues.push(warningIssue('loose-type', [...context.path], `must be a whole number: ${raw} is read as ${Math.trunc(raw)}`))
      return Math.trunc(raw)
    },
  }
}

function compileEnum(values: readonly unknown[]): TypeReader {
  const known = new Set(values)
  return {
    zero: () => values[0],
    read(raw, context) {
      if (known.has(raw)) return raw
      const texts = values.filter((value) => typeof value === 'string')
      const hint = typeof raw === 'string' ? suggestHint(raw, texts) : ''
      return report(context, `must be ${values.map((value) => JSON.stringify(value)).join(' or ')}, not ${describeValue(raw)}`, hint)
    },
  }
}

function compileChoice(shapes: readonly Shape[], isStruct: boolean): TypeReader {
  if (shapes.length > 0 && shapes.every((shape) => 'const' in shape)) return compileEnum(shapes.map((shape) => shape.const))
  const choices = shapes.map((shape) => compileReader(shape, isStruct))
  return {
    zero: () => choices[0]?.absent(),
    read(raw, context) {
      const before = context.issues.length
      for (const choice of choices) {
        const value = choice.read(raw, context)
        if (value !== WRONG && (isStruct || context.issues.length === before || choice === choices.at(-1))) return value
        if (choice !== choices.at(-1)) context.issues.length = before
      }
      return WRONG
    },
  }
}

function compileArray(items: Shape, isStruct: boolean): TypeReader {
  const item = compileReader(items, isStruct)
  return {
    zero: () => [],
    read(raw, context) {
      if (!Array.isArray(raw))
        return report(context, `must be a list, not ${describeValue(raw)}`, typeof raw === 'string' ? `write ["${raw}"]` : '')
      // One list where lists are wanted is told once, with what was meant.
      if (items.type === 'array' && raw.length > 0 && raw.every((element) => typeof element === 'string'))
        return report(context, 'must be a list of lists, not of texts', `write ${JSON.stringify([raw])}`)
      const list: unknown[] = []
      let isWrong = false
      for (const [index, element] of raw.entries()) {
        context.path.push(index)
        const value = element === null && isStruct ? (item.absent() ?? null) : item.read(element, context)
        context.path.pop()
        if (value === WRONG) isWrong = true
        else list.push(value)
      }
      return isWrong && isStruct ? WRONG : list
    },
  }
}

function compileRecord(shape: Shape, isStruct: boolean): TypeReader {
  const extra = shape.additionalProperties
  const values = Object.values(shape.patternProperties ?? {})[0] ?? (typeof extra === 'object' ? extra : {})
  const element = compileReader(values, isStruct)
  // compat: where anything may stand, null is a value like others.
  const value: Reader = { read: (raw, context) => element.read(raw, context), absent: () => element.absent() ?? null }
  return {
    zero: () => ({}),
    read(raw, context) {
      if (!isObject(raw)) return report(context, `must be an object, not ${describeValue(raw)}`)
      const result: PlainObject = {}
      const isWrong = Object.keys(raw).filter((key) => !readInto(result, key, key, raw[key], value, isStruct, context)).length > 0
      return isWrong && isStruct ? WRONG : result
    },
  }
}

/** Reads one member; false when it is wrong. */
function readInto(
  target: PlainObject,
  key: string,
  writtenKey: string,
  raw: unknown,
  reader: Reader,
  isStruct: boolean,
  context: ReaderContext,
): boolean {
  context.path.push(writtenKey)
  const value = raw === null && isStruct ? reader.absent() : reader.read(raw, context)
  context.path.pop()
  if (value === WRONG) return false
  if (value !== undefined) setKey(target, key, value)
  return true
}

interface Member {
  readonly keepsNull: boolean
  readonly key: string
  readonly reader: Reader
  /** Present in the result although absent in the file. */
  readonly isAlwaysThere: boolean
}

function compileObject(shape: Shape, isStruct: boolean): TypeReader {
  const members = Object.entries(shape.properties ?? {}).map(([key, value]): Member => {
    const keepsNull = value.keepsNull === true
    return {
      key,
      keepsNull,
      reader: compileReader(value, isStruct),
      isAlwaysThere: value.default !== undefined || (shape.required ?? []).includes(key),
    }
  })
  const byKey = new Map(members.map((member) => [member.key, member]))
  const byLowerKey = new Map(members.map((member) => [member.key.toLowerCase(), member]))
  const needed = (shape.required ?? []).filter((key) => shape.properties?.[key]?.default === undefined)
  const extra = shape.additionalProperties
  const rest = extra === true ? compileReader({}, isStruct) : typeof extra === 'object' ? compileReader(extra, isStruct) : null

  function complete(target: PlainObject): PlainObject {
    for (const { key, reader, isAlwaysThere } of members) {
      if (!isAlwaysThere || Object.hasOwn(target, key)) continue
      const value = reader.absent()
      if (value !== undefined) setKey(target, key, value)
    }
    return target
  }

  function findMember(key: string, raw: PlainObject): Member | undefined {
    const exact = byKey.get(key)
    if (exact !== undefined || !isStruct) return exact
    const folded = byLowerKey.get(key.toLowerCase())
    return folded !== undefined && Object.hasOwn(raw, folded.key) ? undefined : folded
  }

  return {
    zero: () => complete({}),
    read(raw, context) {
      if (!isObject(raw)) return report(context, `must be an object, not ${describeValue(raw)}`)
      const result: PlainObject = {}
      let isWrong = false
      for (const key of Object.keys(raw)) {
        const member = findMember(key, raw)
        const value = raw[key]
        // compat: in both readings a null option is an absent one
        if (member !== undefined && value === null && !member.keepsNull) continue
        if (member !== undefined) isWrong = !readInto(result, member.key, key, value, member.reader, isStruct, context) || isWrong
        else if (rest !== null) isWrong = !readInto(result, key, key, value, rest, isStruct, context) || isWrong
        else warnUnknown(key, byKey, context)
      }
      if (!isWrong) for (const key of needed) if (!Object.hasOwn(result, key)) warnMissing(key, context)
      return isWrong && isStruct ? WRONG : complete(result)
    },
  }
}

function warnMissing(key: string, { issues, path }: ReaderContext): void {
  issues.push(warningIssue('missing-option', [...path, key], `"${key}" is missing here`))
}

function warnUnknown(key: string, known: ReadonlyMap<string, Member>, context: ReaderContext): void {
  if (isCommentKey(key)) return
  const hint = suggestHint(key, known.keys())
  context.issues.push(warningIssue('unknown-option', [...context.path, key], `unknown option "${key}", ignored`, hint))
}
