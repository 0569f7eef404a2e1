// Reads an object by a table of fields, as weakly typed as KrakenD does. Knows no meaning of a key.

import { DURATION_HINT } from '../schema/bounds.ts'
import { isCommentKey } from '../schema/comment-key.ts'
import { type Edition, isReference, refuseReference } from './protection.ts'
import { type Issue, formatPath, warningIssue } from '../schema/issue.ts'
import { suggestHint } from '../schema/suggest.ts'
import { type PlainObject, isObject } from '../json/types.ts'
import type { Field, Fields, FieldValues } from './fields.ts'
import { type WeakReader, weakReaders } from './weak-types.ts'

/** A path that knows its end only: a step costs one small object, the whole path is built for issues alone. */
export interface Place {
  readonly parent: Place | null
  readonly step: string | number
}

/** Old key → its new name, and whether it counts more than the new one. */
export type Renames = ReadonlyMap<string, { readonly to: string; readonly oldWins: boolean }>

export interface FieldsContext {
  readonly issues: Issue[]
  /** Version-2 files: a text where a list of texts is expected is cut at its commas. */
  readonly splitsTexts: boolean
  /** Keys of older versions that count here, lower case. */
  readonly renames: ReadonlyMap<Fields, Renames>
  /** What to say about an unknown key before its letters are compared; empty for nothing. */
  hintFor(key: string): string
  /** Keys that are nobody's typing mistake (they come from the environment). */
  readonly quietKeys: ReadonlySet<string>
  readonly edition: Edition
}

export function pathOf(place: Place | null): (string | number)[] {
  const path: (string | number)[] = []
  for (let at = place; at !== null; at = at.parent) path.unshift(at.step)
  return path
}

interface CompiledField {
  readonly key: string
  read(raw: unknown, place: Place, context: FieldsContext): unknown
  zero(): unknown
}

interface CompiledFields {
  readonly list: readonly CompiledField[]
  readonly byLowerKey: ReadonlyMap<string, CompiledField>
}

const compiled = new WeakMap<Fields, CompiledFields>()

/**
 * Reads `raw` by `fields`: keys exactly, else in any case; a wrong type is an issue in the words of Go's
 * mapstructure and counts as absent; null is "not set"; unknown keys are warnings.
 */
export function readFields<F extends Fields>(fields: F, raw: unknown, place: Place | null, context: FieldsContext): FieldValues<F> {
  const { list, byLowerKey } = compileFields(fields)
  const result: PlainObject = {}
  if (isObject(raw)) {
    for (const field of list) {
      const value = raw[field.key]
      if (value !== undefined && value !== null && Object.hasOwn(raw, field.key)) {
        result[field.key] = field.read(value, { parent: place, step: field.key }, context)
      }
    }
    for (const key of Object.keys(raw)) {
      if (byLowerKey.get(key)?.key !== key) readOtherKey(fields, key, raw[key], result, place, context)
    }
  }
  for (const field of list) result[field.key] ??= field.zero()
  return result as FieldValues<F>
}

function readOtherKey(fields: Fields, key: string, value: unknown, result: PlainObject, place: Place | null, context: FieldsContext): void {
  const { byLowerKey } = compileFields(fields)
  const renamed = context.renames.get(fields)?.get(key.toLowerCase())
  const field = byLowerKey.get(renamed?.to ?? key.toLowerCase())
  if (field !== undefined) {
    if (value === null || (result[field.key] !== undefined && renamed?.oldWins !== true)) return
    result[field.key] = field.read(value, { parent: place, step: renamed === undefined ? field.key : key }, context)
    return
  }
  if (isCommentKey(key) || (place === null && context.quietKeys.has(key))) return
  const path = [...pathOf(place), key]
  const hint = context.hintFor(key) || suggestHint(key, byLowerKey.keys())
  context.issues.push(
    isReference(key) ? refuseReference(path, context.edition) : warningIssue('unknown-key', path, `unknown key "${key}", ignored`, hint),
  )
}

function compileFields(fields: Fields): CompiledFields {
  let result = compiled.get(fields)
  if (result === undefined) {
    const list = Object.entries(fields).map(([key, field]) => compileField(key, field))
    result = { list, byLowerKey: new Map(list.map((field) => [field.key, field])) }
    compiled.set(fields, result)
  }
  return result
}

function compileField(key: string, field: Field): CompiledField {
  if (typeof field === 'string') return compileWeak(key, weakReaders[field])
  if ('object' in field) {
    return {
      key,
      zero: () => null,
      read: (raw, place, context) => (isStructLike(raw, place, context) ? readFields(field.object, raw, place, context) : null),
    }
  }
  return { key, zero: () => [], read: (raw, place, context) => readList(field.list, raw, place, context) }
}

function compileWeak(key: string, reader: WeakReader): CompiledField {
  return {
    key,
    zero: () => reader.zero(),
    read: (raw, place, context) =>
      reader.read(raw, (name, message) => reportDecodeError(place, name, message, context), context.splitsTexts),
  }
}

function readList(fields: Fields, raw: unknown, place: Place, context: FieldsContext): unknown[] {
  // compat: a single value stands for a list of one, an empty object for an empty list
  const list = Array.isArray(raw) ? raw : isObject(raw) && Object.keys(raw).length === 0 ? [] : [raw]
  return list.map((item: unknown, index) => {
    const at = { parent: place, step: index }
    if (item !== null) isStructLike(item, at, context)
    return readFields(fields, item, at, context)
  })
}

function isStructLike(raw: unknown, place: Place, context: FieldsContext): boolean {
  if (isObject(raw)) return true
  reportDecodeError(place, '', `expected a map or struct, got "${kindOf(raw)}"`, context)
  return false
}

function kindOf(raw: unknown): string {
  if (Array.isArray(raw)) return 'slice'
  if (typeof raw === 'boolean') return 'bool'
  return typeof raw === 'number' ? 'float64' : typeof raw
}

/** `inner` is the part of the name below the field: `[2]` of a list, a key of a map. */
function reportDecodeError(place: Place, inner: string, message: string, context: FieldsContext): void {
  const path = pathOf(place)
  const index = /^\[(\d+)\]$/.exec(inner)
  const whole = index === null ? path : [...path, Number(index[1])]
  const hint = message.startsWith('time: ') ? DURATION_HINT : ''
  context.issues.push({ severity: 'error', code: 'decode', path: whole, message: `'${formatPath(path)}${inner}' ${message}`, hint })
}
