// A JSON Schema of files of all versions for editors: fields as they are read, and the options of every namespace. Knows no file.

import type { Dialect } from '../../src/config/dialect.ts'
import { agentFields, backendFields, endpointFields, serviceFields } from '../../src/config/fields.ts'
import type { Field, FieldKind, Fields } from '../../src/config/fields.ts'
import version2 from '../../src/config/upgrades/version-2.json' with { type: 'json' }
import type { Level } from '../../src/engine/compile/component.ts'
import { blocksOf, type BlocksInit, SharedBlocks } from './editor-blocks.ts'
import { agentDescriptions, backendDescriptions, endpointDescriptions, serviceDescriptions } from './field-descriptions.ts'
import { BOUNDS, CHOICES, DEFAULTS, DEPRECATED, NESTED } from './field-details.ts'
import type { NamespaceEntry } from './namespaces.ts'
import { COMMENTS, descriptionOf, DURATION, LEVELS, type Schema } from './schema.ts'

const VERSIONS: readonly Dialect[] = [2, 3, 4]

const KINDS: Readonly<Record<Exclude<FieldKind, 'config'>, Schema>> = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  flag: { type: 'boolean' },
  duration: DURATION,
  texts: { type: 'array', items: { type: 'string' } },
  uint16s: { type: 'array', items: { type: 'integer' } },
  map: { type: 'object', additionalProperties: { type: 'string' } },
}

/** The fields of one level, and where its blocks are described. */
interface Place {
  readonly fields: Fields
  readonly descriptions: Readonly<Record<string, string>>
  readonly level: Level
  readonly required: readonly string[]
}

const PLACES: Readonly<Record<Level, Place>> = {
  service: { fields: serviceFields, descriptions: serviceDescriptions, level: 'service', required: ['version'] },
  endpoint: { fields: endpointFields, descriptions: endpointDescriptions, level: 'endpoint', required: ['endpoint', 'backend'] },
  backend: { fields: backendFields, descriptions: backendDescriptions, level: 'backend', required: [] },
  agent: { fields: agentFields, descriptions: agentDescriptions, level: 'agent', required: ['backend'] },
}

/** Definitions `file-3`, `endpoint-3` … for each version; the root chooses by the file's `version`. `about` says what a namespace does. */
export function editorSchema(entries: readonly NamespaceEntry[], about: (entry: NamespaceEntry) => string = () => ''): Schema {
  const init: BlocksInit = { entries, about, shared: new SharedBlocks() }
  const definitions = VERSIONS.flatMap((version) => [
    [`file-${version}`, new FieldSchemas(version).level('service')],
    ...LEVELS.slice(1).map((level) => [`${level}-${version}`, new FieldSchemas(version).level(level)]),
    ...LEVELS.map((level) => [`${level}-blocks-${version}`, blocksOf(level, version, init)]),
  ])
  const choose = VERSIONS.map((version) => ({
    if: { properties: { version: { const: version } }, required: ['version'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { $ref: `#/definitions/file-${version}` },
  }))
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'krakend-ts configuration, versions 2, 3 and 4',
    type: 'object',
    required: ['version'],
    properties: { version: { enum: VERSIONS, description: serviceDescriptions.version } },
    allOf: choose,
    definitions: { ...(Object.fromEntries(definitions) as Schema), ...init.shared.definitions },
  }
}

class FieldSchemas {
  readonly #version: Dialect

  constructor(version: Dialect) {
    this.#version = version
  }

  level(level: Level): Schema {
    const place = PLACES[level]
    const schema = this.#object(place.fields, place, '')
    const properties = schema['properties'] as Readonly<Record<string, Schema>>
    const shown =
      level === 'service' ? { ...properties, version: { const: this.#version, description: serviceDescriptions.version } } : properties
    return { ...schema, properties: this.#version === 2 ? { ...shown, ...oldKeys(level, shown) } : shown }
  }

  /** `prefix` is the dotted name of the object, with a dot behind it. */
  #object(fields: Fields, place: Place, prefix: string): Schema {
    const names = Object.keys(fields).filter(
      (name) => !(place.level === 'service' && prefix === '' && name === 'plugin' && this.#version === 4),
    )
    const properties = names.map((name) => [name, this.#field(name, fields[name] as Field, place, prefix)])
    return {
      type: 'object',
      ...(prefix === '' && place.required.length > 0 ? { required: place.required } : {}),
      properties: Object.fromEntries(properties) as Schema,
      patternProperties: COMMENTS,
      additionalProperties: false,
    }
  }

  #field(name: string, field: Field, place: Place, prefix: string): Schema {
    const { level } = place
    const full = prefix + name
    const description = prefix === '' ? place.descriptions[name] : NESTED[full]
    const choice = CHOICES[level]?.[full]
    const deprecation = DEPRECATED[level]?.[full]
    const type = choice === undefined ? this.#type(field, place, `${full}.`) : choiceOf(choice)
    const fallback = DEFAULTS[level]?.[full]
    return {
      ...(description === undefined ? {} : { description }),
      ...type,
      ...(fallback === undefined ? {} : { default: fallback }),
      ...BOUNDS[level]?.[full],
      ...(deprecation === undefined ? {} : { deprecated: true, deprecationMessage: deprecation }),
    }
  }

  #type(field: Field, place: Place, prefix: string): Schema {
    // Beside a `$ref` draft 7 ignores everything else, descriptions too.
    if (field === 'config') return { allOf: [{ $ref: `#/definitions/${place.level}-blocks-${this.#version}` }] }
    // version 2 cuts a text at its commas
    if (field === 'texts' && this.#version === 2) return { anyOf: [KINDS.texts, KINDS.text] }
    if (typeof field === 'string') return KINDS[field]
    if ('object' in field) return this.#object(field.object, place, prefix)
    const level = LEVELS.find((one) => PLACES[one].fields === field.list)
    const items = level === undefined ? this.#object(field.list, place, prefix) : { $ref: `#/definitions/${level}-${this.#version}` }
    return { type: 'array', items }
  }
}

/** Others are a mistake, unless the choice is open: then they are only not offered. An empty text is an absent one. */
function choiceOf({ values, isOpen }: { readonly values: readonly string[]; readonly isOpen?: true }): Schema {
  return isOpen === true ? { anyOf: [{ enum: values }, { type: 'string' }] } : { enum: [...values, ''] }
}

/** Keys of KrakenD 1.x, each as what it is called today. */
function oldKeys(level: Level, properties: Readonly<Record<string, Schema>>): Record<string, Schema> {
  const keys: Readonly<Record<string, { readonly to: string }>> = level === 'agent' ? {} : version2.keys[level]
  return Object.fromEntries(
    Object.entries(keys).map(([old, { to }]) => {
      const current = properties[to] ?? {}
      return [old, { ...current, description: `${descriptionOf(current)} Version 3 calls it "${to}".` }]
    }),
  )
}
