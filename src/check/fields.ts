// Fields whose value has another type than they ask for: KrakenD reads something into it, often not what was meant.
// The one table of fields is also that of the editors' schema, so whatever that marks is told here.

import { agentFields, backendFields, endpointFields, serviceFields } from '../config/fields.ts'
import type { Field, FieldKind, Fields } from '../config/fields.ts'
import { isCommentKey } from '../schema/comment-key.ts'
import { certainIssue, warningIssue, writeValue } from '../schema/issue.ts'
import type { Issue, IssuePath } from '../schema/issue.ts'
import { isObject } from '../json/types.ts'
import { describeValue } from '../schema/values.ts'
import type { Rule } from './subject.ts'

/** What somebody who knows the fields would write; others are what the gateway can do without. */
const NEEDED: ReadonlyMap<Fields, readonly string[]> = new Map<Fields, readonly string[]>([
  [endpointFields, ['endpoint']],
  [agentFields, ['backend']],
  [backendFields, []],
  [serviceFields, []],
])

/** A duration below this is a number in the wrong unit: no answer takes so little. */
const MIN_SENSIBLE_NS = 1_000_000

/** Durations that every request of their place has to keep. */
const TIMEOUTS: ReadonlySet<string> = new Set(['timeout'])

export const checkFields: Rule = ({ config, raw, variableKeys }) => {
  if (config.quirks.readsVersion1Names) return checkOldDurations(raw)
  // What a variable says is always a text, and nothing that the file could say otherwise.
  return checkObject(serviceFields, raw, []).filter(({ code, path }) => code !== 'loose-type' || !variableKeys.has(String(path[0])))
}

function checkObject(fields: Fields, raw: unknown, at: IssuePath): Issue[] {
  if (!isObject(raw)) return []
  const present = new Set(Object.keys(raw).map((key) => key.toLowerCase()))
  const missing = (NEEDED.get(fields) ?? []).filter((key) => !present.has(key))
  return [
    ...missing.map((key) =>
      warningIssue('missing-field', at, `"${key}" is missing here: ${key === 'endpoint' ? '"/" is assumed' : 'nothing is done'}`),
    ),
    ...Object.entries(raw).flatMap(([key, value]) => {
      const field = fields[key.toLowerCase()]
      if (field === undefined || value === null || isCommentKey(key)) return []
      const path = [...at, key.toLowerCase()]
      return [...checkKeyCase(key, path), ...checkField(field, value, path)]
    }),
  ]
}

function checkKeyCase(key: string, path: IssuePath): Issue[] {
  const lower = key.toLowerCase()
  if (key === lower) return []
  const fix = [{ path, replaces: 'key', text: JSON.stringify(lower) }] as const
  return [{ ...warningIssue('key-case', path, `the key "${key}" is read as "${lower}"`, `write "${lower}"`), fix }]
}

function checkField(field: Field, value: unknown, path: IssuePath): Issue[] {
  if (typeof field === 'string') return checkKind(field, value, path)
  if ('object' in field) return checkObject(field.object, value, path)
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => checkObject(field.list, item, [...path, index]))
  return [loose(path, value, 'a list', 'it counts as a list of one', [value]), ...checkObject(field.list, value, [...path, 0])]
}

function checkKind(kind: FieldKind, value: unknown, path: IssuePath): Issue[] {
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? [] : [loose(path, value, 'a text', 'it is read as one', String(value))]
    case 'integer':
      return Number.isInteger(value) ? [] : [loose(path, value, 'a whole number', 'it is read as one', toNumber(value))]
    case 'number':
      return typeof value === 'number' ? [] : [loose(path, value, 'a number', 'it is read as one', toNumber(value))]
    case 'flag':
      return typeof value === 'boolean' ? [] : [loose(path, value, 'true or false', 'it is read as one of them', toFlag(value))]
    case 'duration':
      return checkDuration(value, path)
    case 'texts':
      return checkList(value, path, 'text')
    case 'uint16s':
      return checkList(value, path, 'integer')
    case 'map':
      return isObject(value)
        ? Object.entries(value).flatMap(([key, item]) =>
            typeof item === 'string' ? [] : [loose([...path, key], item, 'a text', 'it is read as one')],
          )
        : [loose(path, value, 'an object', 'it is read as one')]
    case 'config':
      return isObject(value) ? [] : [loose(path, value, 'an object', 'it is read as one')]
  }
}

function checkList(value: unknown, path: IssuePath, kind: 'text' | 'integer'): Issue[] {
  const isGood = (item: unknown): boolean => (kind === 'text' ? typeof item === 'string' : Number.isInteger(item))
  if (!Array.isArray(value)) return [loose(path, value, 'a list', 'it counts as a list of one', isGood(value) ? [value] : undefined)]
  const name = kind === 'text' ? 'a text' : 'a whole number'
  return value.flatMap((item: unknown, index) => (isGood(item) ? [] : [loose([...path, index], item, name, 'it is read as one')]))
}

function checkDuration(value: unknown, path: IssuePath): Issue[] {
  if (typeof value === 'string') return []
  if (typeof value !== 'number') return [loose(path, value, 'a duration such as "2s"', 'it is read as one')]
  if (value === 0) return [loose(path, value, 'a duration such as "2s"', 'nothing is set', '0s')]
  const name = String(path.at(-1))
  const message = `a number counts nanoseconds: ${value} is ${value / 1e6} ms`
  if (value >= MIN_SENSIBLE_NS)
    return [
      { ...warningIssue('number-for-duration', path, message, `write "${value / 1e6}ms"`), fix: writeValue(path, `${value / 1e6}ms`) },
    ]
  const hint = `write "${value}ms" or "${value}s"`
  if (!TIMEOUTS.has(name)) return [warningIssue('number-for-duration', path, `${message}, which is as good as nothing`, hint)]
  return [certainIssue('requests', 'number-for-duration', path, `${message}: the timeout is over before any backend can answer`, hint)]
}

/** Files of version 2 have other names; what a number means is the same. */
function checkOldDurations(raw: unknown): Issue[] {
  if (!isObject(raw)) return []
  const endpoints = Array.isArray(raw['endpoints']) ? (raw['endpoints'] as unknown[]) : []
  const places: [unknown, IssuePath][] = [
    [raw, []],
    ...endpoints.map((endpoint, index): [unknown, IssuePath] => [endpoint, ['endpoints', index]]),
  ]
  return places.flatMap(([place, at]) => {
    const value = isObject(place) ? place['timeout'] : undefined
    return typeof value === 'number' ? checkDuration(value, [...at, 'timeout']) : []
  })
}

/** `meant` is what should stand there, undefined when nobody knows. */
function loose(path: IssuePath, value: unknown, wanted: string, effect: string, meant?: unknown): Issue {
  const issue = { ...warningIssue('loose-type', path, `must be ${wanted}, not ${describeValue(value)}`), effect }
  const text = meant === undefined ? undefined : JSON.stringify(meant)
  if (text === undefined || text.length > 60) return issue
  return { ...issue, hint: `write ${text}`, fix: writeValue(path, meant) }
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Math.trunc(value)
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined
}

function toFlag(value: unknown): boolean | undefined {
  if (value === 'true' || value === 1) return true
  return value === 'false' || value === 0 || value === '' ? false : undefined
}
