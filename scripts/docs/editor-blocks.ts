// The namespaces of one level in one version of files: their options, their older names, and those that do nothing there.

import type { Dialect } from '../../src/config/dialect.ts'
import { oldNamespaces } from '../../src/config/upgrade.ts'
import enterprise from '../../src/config/upgrades/enterprise.json' with { type: 'json' }
import version2 from '../../src/config/upgrades/version-2.json' with { type: 'json' }
import version4 from '../../src/config/upgrades/version-4.json' with { type: 'json' }
import { DEFAULTS_NAMESPACE } from '../../src/config/defaults.ts'
import type { Level } from '../../src/engine/compile/component.ts'
import { isOwnNamespace } from '../../src/schema/own-keys.ts'
import type { NamespaceEntry } from './namespaces.ts'
import type { Shape } from './options-table.ts'
import { COMMENTS, descriptionOf, DURATION, type Schema } from './schema.ts'

const OLD_OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = version2.options
/** Options that a version does not read. */
const UNREAD: Readonly<Record<Dialect, Readonly<Record<string, readonly string[]>>>> = {
  2: { proxy: ['strategy'] },
  3: { proxy: ['strategy'] },
  4: {},
}
const DEPRECATED_IN_4: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  proxy: { sequential: 'Use "strategy": "sequential".' },
}
const PROTECTING: ReadonlySet<string> = new Set(enterprise.protecting)

/** Options that stand in several places are described once. */
export class SharedBlocks {
  readonly definitions: Record<string, Schema> = {}
  readonly #names = new Map<string, string>()

  /** The schema itself, or what refers to it. Blocks of ours may be `false`: absent, whatever is inherited. */
  refer(namespace: string, schema: Schema): Schema {
    const { description, ...options } = schema
    const isOwn = isOwnNamespace(namespace)
    if (schema['properties'] === undefined) return isOwn ? { description, anyOf: [options, { const: false }] } : schema
    const text = JSON.stringify(options)
    let name = this.#names.get(text)
    if (name === undefined) {
      const plain = `block-${namespace.replaceAll('/', '-')}`
      name = plain
      for (let number = 2; Object.hasOwn(this.definitions, name); number++) name = `${plain}-${number}`
      this.#names.set(text, name)
      this.definitions[name] = options
    }
    const block = { $ref: `#/definitions/${name}` }
    // Beside a `$ref` draft 7 ignores everything else, descriptions too.
    return isOwn ? { description, anyOf: [block, { const: false }] } : { description, allOf: [block] }
  }
}

export interface BlocksInit {
  readonly entries: readonly NamespaceEntry[]
  /** What a namespace does, in a sentence. */
  readonly about: (entry: NamespaceEntry) => string
  readonly shared: SharedBlocks
}

/** Namespaces of others are allowed: another gateway may read them. */
export function blocksOf(level: Level, version: Dialect, { entries, about, shared }: BlocksInit): Schema {
  const here = entries.filter(({ levels }) => levels.includes(level))
  const own = here.map((entry): [string, Schema] => [entry.namespace, shared.refer(entry.namespace, blockOf(entry, version, about(entry)))])
  const names = new Set(here.map(({ namespace }) => namespace))
  const elsewhere = entries
    .filter(({ namespace }) => !names.has(namespace))
    .map((entry) => [entry.namespace, misplaced(entry.namespace, level, entries)] as const)
  const known = new Set(entries.map(({ namespace }) => namespace))
  const missing = [...new Set([...oldNamespaces.values(), ...enterprise.others, ...enterprise.protecting])]
    .filter((namespace) => !known.has(namespace))
    .map((namespace) => [namespace, missingOf(namespace, version)] as const)
  const folder: [string, Schema][] = version === 4 && level === 'service' ? [['plugin', pluginFolder()]] : []
  const blocks = [...own, ...elsewhere, ...missing, ...folder]
  const byName = new Map(blocks)
  const long = version === 4 ? [] : [...oldNamespaces].flatMap(([old, current]) => longOf(old, current, version, byName.get(current)))
  return { type: 'object', properties: Object.fromEntries([...blocks, ...long]) as Schema }
}

function blockOf({ namespace, options }: NamespaceEntry, version: Dialect, about: string): Schema {
  const schema = optionsOf(options, '')
  const description = descriptionOf(schema) || about
  const properties = schema['properties'] as Readonly<Record<string, Schema>> | undefined
  if (properties === undefined) return { description, ...schema }
  const unread = UNREAD[version][namespace] ?? []
  const kept = Object.entries(properties).filter(([name]) => !unread.includes(name))
  const deprecated = version === 4 ? (DEPRECATED_IN_4[namespace] ?? {}) : {}
  const marked = kept.map(([name, option]) => {
    const message = deprecated[name]
    return [name, message === undefined ? option : { ...option, deprecated: true, deprecationMessage: message }] as const
  })
  return {
    description,
    ...schema,
    properties: { ...Object.fromEntries(marked), ...(version === 2 ? oldOptions(namespace, properties) : {}) },
  }
}

/** Names of KrakenD 1.x, each as what it is called today; nothing is needed under one name that may have another. */
function oldOptions(namespace: string, properties: Readonly<Record<string, Schema>>): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(OLD_OPTIONS[namespace] ?? {}).map(([old, current]) => {
      const option = properties[current] ?? {}
      return [old, { ...option, description: `${descriptionOf(option)} Version 3 calls it "${current}".`.trim() }]
    }),
  )
}

/** Only what has no default is needed; what nobody reads is a mistake, unless it is a comment. */
function optionsOf(shape: Shape, name: string): Schema {
  const { required: allRequired = [], properties, known, keepsWrong: _keepsWrong, keepsNull: _keepsNull, ...others } = shape
  const { format, ...unformatted } = others
  const typed = format === 'duration' ? { ...unformatted, ...DURATION } : others
  const rest = known === undefined ? typed : { ...typed, enum: known }
  const described = name === '' || rest.description !== undefined ? rest : { description: describeObject(shape), ...rest }
  if (properties === undefined) return { ...described, ...insideOf(shape) }
  const required = allRequired.filter((key) => properties[key]?.default === undefined)
  return {
    ...described,
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(Object.entries(properties).map(([key, option]) => [key, optionsOf(option, key)])),
    patternProperties: COMMENTS,
    additionalProperties: false,
  }
}

/** What stands in a block that is no object of options itself. */
function insideOf({ items, anyOf, patternProperties }: Shape): Schema {
  return {
    ...(items === undefined ? {} : { items: optionsOf(items, '') }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map((choice) => optionsOf(choice, '')) }),
    ...(patternProperties === undefined
      ? {}
      : { patternProperties: Object.fromEntries(Object.entries(patternProperties).map(([key, value]) => [key, optionsOf(value, '')])) }),
  }
}

/** An object of options says what it has. */
function describeObject({ properties = {} }: Shape): string {
  return `With ${Object.keys(properties).join(', ')}.`
}

function misplaced(namespace: string, level: Level, entries: readonly NamespaceEntry[]): Schema {
  if (namespace === DEFAULTS_NAMESPACE && level !== 'agent') return { description: '`false`: nothing is inherited here.', const: false }
  const levels = [...new Set(entries.filter((entry) => entry.namespace === namespace).flatMap((entry) => entry.levels))]
  return { description: `Does nothing here: it belongs to the ${levels.join(' or the ')}.`, not: {} }
}

function missingOf(namespace: string, version: Dialect): Schema {
  if (version === 4 && version4.dropped.includes(namespace)) return { description: 'KrakenD 3 has dropped it.', deprecated: true }
  if (PROTECTING.has(namespace))
    return { description: 'A protection of KrakenD Enterprise that is not there: the file is refused.', deprecated: true }
  return { description: 'Not implemented here: nothing of it is done.', deprecated: true }
}

function pluginFolder(): Schema {
  return {
    description: 'Where plugins are.',
    type: 'object',
    properties: {
      folder: { type: 'string', description: 'Folder of the plugins.' },
      pattern: { type: 'string', description: 'What the names of their files contain.' },
      on_load_default_error: {
        enum: ['exit', 'reject', 'passthrough'],
        description: 'What becomes of the gateway when a plugin cannot be loaded.',
      },
    },
    patternProperties: COMMENTS,
    additionalProperties: false,
  }
}

/** A long name is what it stands for; up to version 2 nothing is wrong with it. */
function longOf(old: string, current: string, version: Dialect, block: Schema | undefined): [string, Schema][] {
  if (block === undefined) return []
  const description = `Name of KrakenD 1.x for "${current}". ${descriptionOf(block)}`.trim()
  const mark = version === 2 ? {} : { deprecated: true, deprecationMessage: `Use "${current}".` }
  return [[old, { ...block, description, ...mark }]]
}
