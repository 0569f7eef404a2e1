// Makes a schema mean to ajv what it means to KrakenD. Knows the places where schemas stand inside a schema, and nothing of bodies.

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

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * A copy without what only ajv knows (`nullable`, `$async`, an `id` that is none in this draft) and, before draft 2019-09, without
 * the keywords beside a `$ref`, which do not count there.
 */
export function normalizeSchema(schema: unknown, draft: Draft): unknown {
  if (!isObject(schema)) return schema
  if (draft < 2019 && typeof schema['$ref'] === 'string') return normalizeReference(schema, draft)
  const entries: [string, unknown][] = []
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'nullable' || keyword === '$async' || keyword === TUPLE_MINIMUM) continue
    if (keyword === (draft === 4 ? '$id' : 'id') && typeof value === 'string') continue
    entries.push([keyword, normalizeKeyword(keyword, value, draft)])
  }
  const minimum = readTupleMinimum(schema, draft)
  if (minimum !== null) entries.push([TUPLE_MINIMUM, minimum])
  return Object.fromEntries(entries)
}

/**
 * How many items `contains` needs where a list of item schemas stands beside it; null elsewhere.
 * ajv forgets the keywords behind such a list when the array is empty.
 */
function readTupleMinimum({ contains, items, prefixItems, minContains }: SchemaObject, draft: Draft): number | null {
  if (contains === undefined || draft === 4 || !Array.isArray(draft === 2020 ? prefixItems : items)) return null
  return draft >= 2019 && typeof minContains === 'number' ? minContains : 1
}

/** Definitions beside a reference can still be referred to. */
function normalizeReference(schema: SchemaObject, draft: Draft): SchemaObject {
  const entries: [string, unknown][] = [['$ref', schema['$ref']]]
  for (const keyword of ['$schema', 'definitions', '$defs']) {
    if (Object.hasOwn(schema, keyword)) entries.push([keyword, normalizeKeyword(keyword, schema[keyword], draft)])
  }
  return Object.fromEntries(entries)
}

function normalizeKeyword(keyword: string, value: unknown, draft: Draft): unknown {
  if (Array.isArray(value)) return LISTS.has(keyword) ? value.map((item) => normalizeSchema(item, draft)) : value
  if (!isObject(value)) return value
  if (MAPS.has(keyword)) return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, normalizeSchema(part, draft)]))
  return ONE.has(keyword) ? normalizeSchema(value, draft) : value
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
  if (name === undefined || name === '') return null
  const known = DRAFTS.find(([pattern]) => typeof name === 'string' && pattern.test(name))
  if (known === undefined) throw new Error(`unknown $schema ${JSON.stringify(name)}`)
  return known[1]
}
