// Weak typing as in Go's mapstructure: what counts as a text, a number, a flag, a list. Knows no keys.

import { parseBool } from '../go/bool.ts'
import { parseDuration } from '../go/duration.ts'
import { parseFloat64 } from '../go/number.ts'
import { isObject, type PlainObject } from '../json/types.ts'
import type { FieldKind } from './fields.ts'

/** `inner` names an item below the value: `[0]` of a list, `[key]` of a map. */
export type ReportDecodeError = (inner: string, message: string) => void

export interface WeakReader {
  read(raw: unknown, report: ReportDecodeError, splitsTexts: boolean): unknown
  /** Go's zero value; lists and maps are shared, so nobody may change them. */
  zero(): unknown
}

// perf: most lists and maps of a file are absent; sharing saves half of the garbage of a start
const emptyList: readonly never[] = Object.freeze([])
const emptyMap: ReadonlyMap<string, unknown> = new Map()

const UINT16_VALUES = 1 << 16

type ReadScalar<T> = (raw: unknown, report: ReportDecodeError, inner: string) => T | undefined

function goTypeOf(raw: unknown): string {
  if (Array.isArray(raw)) return '[]interface {}'
  if (typeof raw === 'object') return 'map[string]interface {}'
  if (typeof raw === 'boolean') return 'bool'
  return typeof raw === 'number' ? 'float64' : 'string'
}

function reportType(raw: unknown, type: string, report: ReportDecodeError, inner: string): undefined {
  report(inner, `expected type '${type}', got unconvertible type '${goTypeOf(raw)}'`)
}

function readText(raw: unknown, report: ReportDecodeError, inner: string): string | undefined {
  if (typeof raw === 'string') return raw
  if (typeof raw === 'number') return formatNumber(raw)
  if (typeof raw === 'boolean') return raw ? '1' : '0'
  return reportType(raw, 'string', report, inner)
}

/** Never with an exponent. */
function formatNumber(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 100 }) : text
}

interface IntegerKind {
  readonly type: 'int' | 'uint16'
  /** Go's function for texts; ParseUint takes no sign. */
  readonly parser: 'ParseInt' | 'ParseUint'
  /** Texts say less, whatever their sign. */
  readonly limit: number
  /** What Go makes of a number. */
  readonly keep: (value: number) => number
}

function integerReader({ type, parser, limit, keep }: IntegerKind): ReadScalar<number> {
  return function readInteger(raw, report, inner) {
    if (typeof raw === 'number') return keep(raw)
    if (typeof raw === 'boolean') return raw ? 1 : 0
    if (typeof raw !== 'string') return reportType(raw, type, report, inner)
    const hasBadSign = parser === 'ParseUint' && /^[+-]/.test(raw)
    const value = raw === '' ? 0 : hasBadSign ? null : parseGoInteger(raw)
    if (value !== null && Math.abs(value) < limit) return value
    report(inner, `cannot parse value as '${type}': strconv.${parser}: ${value === null ? 'invalid syntax' : 'value out of range'}`)
    return undefined
  }
}

/** Go's ParseInt with base 0: `0x1F`, `0b1`, `0o17`, `017`, `1_000`. */
function parseGoInteger(text: string): number | null {
  const [, sign, digits] = /^([+-]?)(.*)$/s.exec(text)!
  const plain = digits!.replaceAll(/(?<=[0-9a-fxob])_(?=[0-9a-f])/gi, '').toLowerCase()
  if (/^(?:0x[0-9a-f]+|0b[01]+|0o[0-7]+|[1-9][0-9]*|0)$/.test(plain)) return (sign === '-' ? -1 : 1) * Number(plain)
  if (/^0[0-7]+$/.test(plain)) return (sign === '-' ? -1 : 1) * Number.parseInt(plain, 8)
  return null
}

const readInteger = integerReader({ type: 'int', parser: 'ParseInt', limit: 2 ** 63, keep: Math.trunc })
const readUint16 = integerReader({
  type: 'uint16',
  parser: 'ParseUint',
  limit: UINT16_VALUES,
  keep: (value) => ((Math.trunc(value) % UINT16_VALUES) + UINT16_VALUES) % UINT16_VALUES,
})

function readNumber(raw: unknown, report: ReportDecodeError, inner: string): number | undefined {
  if (typeof raw === 'number') return raw
  if (typeof raw === 'boolean') return raw ? 1 : 0
  if (typeof raw !== 'string') return reportType(raw, 'float64', report, inner)
  const value = raw === '' ? 0 : parseFloat64(raw)
  if (value !== null && !Number.isNaN(value)) return value
  report(inner, "cannot parse value as 'float64': strconv.ParseFloat: invalid syntax")
  return undefined
}

function readFlag(raw: unknown, report: ReportDecodeError, inner: string): boolean | undefined {
  if (typeof raw === 'boolean') return raw
  if (typeof raw === 'number') return raw !== 0
  if (typeof raw !== 'string') return reportType(raw, 'bool', report, inner)
  const flag = raw === '' ? false : parseBool(raw)
  if (flag !== null) return flag
  report(inner, "cannot parse value as 'bool': strconv.ParseBool: invalid syntax")
  return undefined
}

/** Milliseconds; a number counts nanoseconds. */
function readDuration(raw: unknown, report: ReportDecodeError, inner: string): number | undefined {
  if (typeof raw === 'string') {
    const parsed = parseDuration(raw)
    if (typeof parsed === 'number') return parsed / 1e6
    // compat: the unit is not repeated
    report(inner, parsed.startsWith('time: unknown unit') ? 'time: unknown unit' : parsed)
    return undefined
  }
  if (typeof raw === 'number') return Math.trunc(raw) / 1e6
  if (typeof raw === 'boolean') return raw ? 1e-6 : 0
  return reportType(raw, 'time.Duration', report, inner)
}

function scalar<T>(read: ReadScalar<T>, zero: T): WeakReader {
  return { zero: () => zero, read: (raw, report) => read(raw, report, '') }
}

function listOf<T>(read: ReadScalar<T>, zero: T): WeakReader {
  return {
    zero: () => emptyList,
    read(raw, report, splitsTexts) {
      const items = toList(raw, splitsTexts)
      return items.map((item, index) => (item === null ? zero : (read(item, report, `[${index}]`) ?? zero)))
    },
  }
}

function toList(raw: unknown, splitsTexts: boolean): readonly unknown[] {
  if (Array.isArray(raw)) return raw
  if (isObject(raw) && Object.keys(raw).length === 0) return []
  if (splitsTexts && typeof raw === 'string') return raw === '' ? [] : raw.split(',')
  return [raw]
}

/** The object that is meant. compat: a list of objects counts as one object, in any depth; null as none. */
function partsOf(
  raw: unknown,
  type: string,
  report: ReportDecodeError,
  inner = '',
): { readonly part: PlainObject; readonly inner: string }[] {
  if (isObject(raw)) return [{ part: raw, inner }]
  if (Array.isArray(raw)) return raw.flatMap((item, index) => (item === null ? [] : partsOf(item, type, report, `${inner}[${index}]`)))
  reportType(raw, type, report, inner)
  return []
}

function mapOf(readValue: ReadScalar<unknown>): WeakReader {
  return {
    zero: () => emptyMap,
    read(raw, report) {
      const map = new Map<string, unknown>()
      for (const { part, inner } of partsOf(raw, 'map[string]string', report))
        for (const [key, item] of Object.entries(part)) map.set(key, item === null ? '' : readValue(item, report, `${inner}[${key}]`))
      return map
    },
  }
}

const configReader: WeakReader = {
  zero: () => emptyMap,
  read: (raw, report) => new Map(partsOf(raw, 'config.ExtraConfig', report).flatMap(({ part }) => Object.entries(part))),
}

export const weakReaders: Readonly<Record<FieldKind, WeakReader>> = {
  text: scalar(readText, ''),
  integer: scalar(readInteger, 0),
  number: scalar(readNumber, 0),
  flag: scalar(readFlag, false),
  duration: scalar(readDuration, 0),
  texts: listOf(readText, ''),
  uint16s: listOf(readUint16, 0),
  map: mapOf(readText),
  config: configReader,
}
