// A JSON Schema of files of versions 3 and 4 for editors: fields as they are read, and the options of every known namespace. Knows no file.

import { agentFields, backendFields, endpointFields, serviceFields } from '../../src/config/fields.ts'
import type { Field, FieldKind, Fields } from '../../src/config/fields.ts'
import type { Level } from '../../src/engine/compile/component.ts'
import { agentDescriptions, backendDescriptions, endpointDescriptions, serviceDescriptions } from './field-descriptions.ts'
import type { NamespaceEntry } from './namespaces.ts'
import type { Shape } from './options-table.ts'

type Schema = Readonly<Record<string, unknown>>

/** Keys that people write as comments. */
const COMMENTS = { '^(?:[@$#_]|//)': {} }

const KINDS: Readonly<Record<Exclude<FieldKind, 'config'>, Schema>> = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  flag: { type: 'boolean' },
  duration: {
    type: 'string',
    pattern: '^[+-]?(?:0|(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$',
    examples: ['500ms', '2s', '1h30m'],
  },
  texts: { type: 'array', items: { type: 'string' } },
  integers: { type: 'array', items: { type: 'integer' } },
  map: { type: 'object', additionalProperties: { type: 'string' } },
}

/** The fields of one level, and where its blocks are described. */
interface Place {
  readonly fields: Fields
  readonly descriptions: Readonly<Record<string, string>>
  readonly blocks: string
  readonly required: readonly string[]
}

const PLACES: ReadonlyMap<Fields, Place> = new Map<Fields, Place>([
  [serviceFields, { fields: serviceFields, descriptions: serviceDescriptions, blocks: 'service', required: ['version'] }],
  [endpointFields, { fields: endpointFields, descriptions: endpointDescriptions, blocks: 'endpoint', required: ['endpoint', 'backend'] }],
  [backendFields, { fields: backendFields, descriptions: backendDescriptions, blocks: 'backend', required: [] }],
  [agentFields, { fields: agentFields, descriptions: agentDescriptions, blocks: 'agent', required: ['backend'] }],
])

export function editorSchema(entries: readonly NamespaceEntry[]): Schema {
  const root = objectOf(serviceFields)
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'krakend-ts configuration, versions 3 and 4',
    ...root,
    properties: { ...(root['properties'] as Schema), version: { enum: [3, 4], description: serviceDescriptions.version } },
    definitions: {
      endpoint: objectOf(endpointFields),
      backend: objectOf(backendFields),
      agent: objectOf(agentFields),
      ...Object.fromEntries(
        ['service', 'endpoint', 'backend', 'agent'].map((level) => [`${level}-blocks`, blocksOf(level as Level, entries)]),
      ),
    },
  }
}

function objectOf(fields: Fields): Schema {
  const place = PLACES.get(fields)
  const properties = Object.entries(fields).map(([name, field]) => {
    const description = place?.descriptions[name]
    return [name, { ...(description === undefined ? {} : { description }), ...schemaOf(field, place) }]
  })
  const required = place === undefined || place.required.length === 0 ? {} : { required: place.required }
  return {
    type: 'object',
    ...required,
    properties: Object.fromEntries(properties),
    patternProperties: COMMENTS,
    additionalProperties: false,
  }
}

function schemaOf(field: Field, place: Place | undefined): Schema {
  // Beside a `$ref` draft 7 ignores everything else, descriptions too.
  if (field === 'config') return { allOf: [{ $ref: `#/definitions/${place?.blocks ?? 'service'}-blocks` }] }
  if (typeof field === 'string') return KINDS[field]
  if ('object' in field) return objectOf(field.object)
  const name = PLACES.get(field.list)?.blocks
  return { type: 'array', items: name === undefined ? objectOf(field.list) : { $ref: `#/definitions/${name}` } }
}

/** Known namespaces with their options; others are allowed, another gateway may read them. */
function blocksOf(level: Level, entries: readonly NamespaceEntry[]): Schema {
  const blocks = entries
    .filter((entry) => entry.levels.includes(level))
    .map(({ namespace, options }) => [namespace, optionsOf(options as Shape)])
  return { type: 'object', properties: Object.fromEntries(blocks) }
}

/** Only what has no default is needed; what nobody reads is a mistake, unless it is a comment. */
function optionsOf(shape: Shape): Schema {
  const { required: allRequired = [], properties, items, known, keepsWrong: _keepsWrong, keepsNull: _keepsNull, ...others } = shape
  const rest = known === undefined ? others : { ...others, enum: known }
  if (properties === undefined) return items === undefined ? { ...rest } : { ...rest, items: optionsOf(items) }
  const required = allRequired.filter((name) => properties[name]?.default === undefined)
  return {
    ...rest,
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(Object.entries(properties).map(([name, option]) => [name, optionsOf(option)])),
    patternProperties: COMMENTS,
    additionalProperties: false,
  }
}
