// Makes a schema mean to ajv what it means to KrakenD. Knows the places where schemas stand inside a schema, and nothing of bodies.

import { parseUrl } from '../../../go/url-parts.ts'
import { isObject } from '../../../json/types.ts'

export type Schema = boolean | SchemaObject

export interface SchemaObject {
  readonly [keyword: string]: unknown
}

/** Drafts as KrakenD numbers them. */
export type Draft = 4 | 6 | 7 | 2019 | 2020

const ONE = new Set([
  'additionalItems',
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
])
const LISTS = new Set(['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems'])
const MAPS = new Set(['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties', 'properties'])

/** A keyword of our own: how many items an array must have. */
export const TUPLE_MINIMUM = '$tupleMinimum'

/**
 * A copy without what only ajv knows (`nullable`, `$async`, an `id` that is none in this draft) and, before draft 2019-09, without
 * the keywords beside a `$ref`, which do not count there. What ajv understands wrongly is said in other words, but for explanations.
 * Throws for an `$id` that is no URL.
 */
export function normalizeSchema(schema: unknown, draft: Draft, use: 'check' | 'explain' = 'check'): unknown {
  return new Normalizer(schema, draft, use).visit(schema, true)
}

class Normalizer {
  readonly #draft: Draft
  /** How many schemas have each `$dynamicAnchor`; under `''`, how many a `$recursiveAnchor`. */
  readonly #anchors: ReadonlyMap<string, number>
  readonly #hasUnevaluated: boolean
  /** References to the names of the root, which ajv does not look for there. */
  readonly #rootNames: ReadonlySet<string>

  constructor(root: unknown, draft: Draft, use: 'check' | 'explain') {
    this.#draft = draft
    this.#rootNames = draft < 2019 ? new Set() : namesOfRoot(root, draft)
    this.#anchors = draft < 2019 ? new Map() : countAnchors(root, new Map())
    this.#hasUnevaluated = use === 'check' && draft >= 2019 && hasKeyword(root, ['unevaluatedItems', 'unevaluatedProperties'])
  }

  visit(schema: unknown, isRoot = false): unknown {
    const draft = this.#draft
    if (!isObject(schema)) return schema
    if (draft < 2019 && typeof schema['$ref'] === 'string') return this.#visitReference(schema)
    // ajv takes an empty list for a mistake.
    if (draft >= 2019 && Array.isArray(schema['enum']) && schema['enum'].length === 0) return false
    const entries: [string, unknown][] = []
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === 'nullable' || keyword === '$async' || keyword === TUPLE_MINIMUM) continue
      if (keyword === (draft === 4 ? '$id' : 'id') && typeof value === 'string') continue
      if (isLaterName(keyword, draft)) continue
      if (keyword === (draft === 4 ? 'id' : '$id') && typeof value === 'string') parseUrl(value)
      entries.push([keyword, this.#visitKeyword(keyword, value)])
    }
    const minimum = readTupleMinimum(schema, draft)
    if (minimum !== null) entries.push([TUPLE_MINIMUM, minimum])
    const copy = Object.fromEntries(entries)
    moveProto(copy)
    if (draft >= 2019) this.#rewriteReferences(copy, isRoot)
    if (draft === 2020) rewriteUnevaluatedItems(copy)
    if (this.#hasUnevaluated && Object.hasOwn(copy, 'if')) rewriteCondition(copy)
    return copy
  }

  /** Definitions beside a reference can still be referred to. */
  #visitReference(schema: SchemaObject): SchemaObject {
    const entries: [string, unknown][] = [['$ref', schema['$ref']]]
    for (const keyword of ['$schema', 'definitions', '$defs']) {
      if (Object.hasOwn(schema, keyword)) entries.push([keyword, this.#visitKeyword(keyword, schema[keyword])])
    }
    return Object.fromEntries(entries)
  }

  #visitKeyword(keyword: string, value: unknown): unknown {
    if (Array.isArray(value)) return LISTS.has(keyword) ? value.map((item) => this.visit(item)) : value
    if (!isObject(value)) return value
    if (MAPS.has(keyword)) return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.visit(part)]))
    return ONE.has(keyword) ? this.visit(value) : value
  }

  /** A dynamic reference that has only one place to go is a plain one, which ajv knows better. */
  #rewriteReferences(schema: Record<string, unknown>, isRoot: boolean): void {
    for (const keyword of ['$dynamicRef', '$recursiveRef']) {
      const ref = schema[keyword]
      if (typeof ref !== 'string' || !this.#isPlain(keyword, ref)) continue
      delete schema[keyword]
      if (schema['$ref'] === undefined) schema['$ref'] = ref
      else addToAll(schema, { $ref: ref })
    }
    if (this.#rootNames.has(schema['$ref'] as string)) schema['$ref'] = '#'
    // ajv would follow a reference that stands beside an `$id` for ever.
    if (!isRoot && typeof schema['$id'] === 'string' && typeof schema['$ref'] === 'string') {
      addToAll(schema, { $ref: schema['$ref'] })
      delete schema['$ref']
    }
  }

  #isPlain(keyword: string, ref: string): boolean {
    if (keyword === '$recursiveRef') return !this.#anchors.has('')
    const name = ref.slice(ref.indexOf('#') + 1)
    return name.startsWith('/') || (this.#anchors.get(name) ?? 0) <= 1
  }
}

/** Names and references of later drafts, which ajv takes in every draft. */
function isLaterName(keyword: string, draft: Draft): boolean {
  if (draft < 2019) return keyword === '$anchor' || keyword === '$dynamicAnchor'
  return draft === 2019 && (keyword === '$dynamicAnchor' || keyword === '$dynamicRef')
}

function countAnchors(place: unknown, counts: Map<string, number>): Map<string, number> {
  if (typeof place !== 'object' || place === null) return counts
  const { $dynamicAnchor: name, $recursiveAnchor: isRecursive } = place as Record<string, unknown>
  if (typeof name === 'string') counts.set(name, (counts.get(name) ?? 0) + 1)
  if (isRecursive === true) counts.set('', (counts.get('') ?? 0) + 1)
  for (const part of Object.values(place)) countAnchors(part, counts)
  return counts
}

/** None where another schema inside has an `$id`, and so names of its own. */
function namesOfRoot(root: unknown, draft: Draft): Set<string> {
  if (!isObject(root) || Object.values(root).some((part) => hasKeyword(part, ['$id']))) return new Set()
  const names = [root['$anchor'], draft === 2020 ? root['$dynamicAnchor'] : undefined]
  return new Set(names.filter((name) => typeof name === 'string').map((name) => `#${name}`))
}

function hasKeyword(place: unknown, keywords: readonly string[]): boolean {
  if (typeof place !== 'object' || place === null) return false
  return keywords.some((keyword) => Object.hasOwn(place, keyword)) || Object.values(place).some((part) => hasKeyword(part, keywords))
}

/** What has a name of its own must not be there twice. */
function isNamed(schema: unknown): boolean {
  return hasKeyword(schema, ['$id', '$anchor', '$dynamicAnchor'])
}

/** What matches `contains` is evaluated since draft 2020-12; ajv cannot say so of single items. */
function rewriteUnevaluatedItems(schema: Record<string, unknown>): void {
  const { unevaluatedItems } = schema
  const contained = unevaluatedItems === undefined ? [] : containedIn(schema)
  if (contained.length > 0) schema['unevaluatedItems'] = { anyOf: [...contained, unevaluatedItems] }
}

/** What a schema and all that hold with it ask arrays to contain. */
function containedIn(schema: unknown): unknown[] {
  if (!isObject(schema)) return []
  const { contains, allOf } = schema
  const inner = Array.isArray(allOf) ? allOf.flatMap(containedIn) : []
  return contains === undefined || isNamed(contains) ? inner : [contains, ...inner]
}

/** ajv counts what `if` evaluated always or never; of two alternatives it counts what the one that fits evaluated. */
function rewriteCondition(schema: Record<string, unknown>): void {
  const { if: condition, then: yes = true, else: no = true } = schema
  if (isNamed(condition)) return
  for (const keyword of ['if', 'then', 'else']) delete schema[keyword]
  addToAll(schema, { anyOf: [{ allOf: [condition, yes] }, { not: condition, allOf: [no] }] })
}

function addToAll(schema: Record<string, unknown>, part: unknown): void {
  schema['allOf'] = [...((schema['allOf'] as unknown[] | undefined) ?? []), part]
}

/** security: ajv looks at no property that is called `__proto__`; as a pattern it does. */
function moveProto(schema: Record<string, unknown>): void {
  const { properties, patternProperties } = schema
  if (!isObject(properties) || !Object.hasOwn(properties, '__proto__')) return
  const { ['__proto__']: proto, ...others } = properties
  schema['properties'] = others
  schema['patternProperties'] = { ...(patternProperties as SchemaObject | undefined), '^(?:__proto__)$': proto }
}

/**
 * How many items `contains` needs where a list of item schemas stands beside it; null elsewhere.
 * ajv forgets the keywords behind such a list when the array is empty.
 */
function readTupleMinimum({ contains, items, prefixItems, minContains }: SchemaObject, draft: Draft): number | null {
  if (contains === undefined || draft === 4 || !Array.isArray(draft === 2020 ? prefixItems : items)) return null
  return draft >= 2019 && typeof minContains === 'number' ? minContains : 1
}

const DRAFTS: readonly (readonly [RegExp, Draft])[] = [
  [/^https?:\/\/json-schema\.org\/draft-04\/schema#?$/, 4],
  [/^https?:\/\/json-schema\.org\/draft-06\/schema#?$/, 6],
  [/^https?:\/\/json-schema\.org\/draft-07\/schema#?$/, 7],
  [/^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, 2019],
  [/^https?:\/\/json-schema\.org\/(draft\/2020-12\/)?schema#?$/, 2020],
]

/** What `$schema` says: null when it says nothing. Throws when it names a draft that is not known. */
export function readDraft(schema: unknown): Draft | null {
  const name = isObject(schema) ? schema['$schema'] : undefined
  if (name === undefined) return null
  const known = DRAFTS.find(([pattern]) => typeof name === 'string' && pattern.test(name))
  if (known === undefined) throw new Error(`unknown $schema ${JSON.stringify(name)}`)
  return known[1]
}
