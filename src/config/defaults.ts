// `_gw/defaults`: what endpoints and backends of a file have without saying so. A raw value becomes another one; nothing is known of what it means.

import { isCommentKey } from '../schema/comment-key.ts'
import { type Issue, type IssuePath, errorIssue, formatPath } from '../schema/issue.ts'
import { suggestHint } from '../schema/suggest.ts'
import { keyInAnyCase, valueInAnyCase } from '../json/any-case.ts'
import { isObject, type PlainObject, setKey } from '../json/types.ts'
import type { Quirks } from './dialect.ts'
import { backendFields, endpointFields, type Fields } from './fields.ts'
import { upgradeExtraConfig, version2Renames } from './upgrade.ts'

export const DEFAULTS_NAMESPACE = '_gw/defaults'
const FALLBACK_NAMESPACE = '_gw/fallback'

/** Where values of endpoints and backends really stand, by where they would stand: `endpoints[0].timeout` → `extra_config._gw/defaults.endpoint.timeout`. */
export type Inherited = ReadonlyMap<string, IssuePath>

export interface DefaultedFile {
  readonly raw: PlainObject
  readonly inherited: Inherited
  readonly issues: readonly Issue[]
}

const NOTHING_INHERITED: Inherited = new Map()

/** Lays the file's defaults below every endpoint and backend. `raw` is not changed; without defaults it is the result. */
export function applyDefaults(raw: PlainObject, quirks: Quirks): DefaultedFile {
  const blocks = valueInAnyCase(raw, 'extra_config')
  const block = isObject(blocks) ? blocks[DEFAULTS_NAMESPACE] : undefined
  if (!isObject(block)) return { raw, inherited: NOTHING_INHERITED, issues: [] }
  const merging = new Merging(block, quirks)
  return { raw: merging.root(raw), inherited: merging.inherited, issues: merging.issues }
}

/** An issue about an inherited value as one about the defaults, where the value stands. */
export function locateInherited(issue: Issue, inherited: Inherited): Issue {
  if (inherited.size === 0) return issue
  const move = (path: IssuePath): IssuePath => inheritedFrom(path, inherited) ?? path
  const fix = issue.fix?.map((edit) => ({ ...edit, path: move(edit.path) }))
  return { ...issue, path: move(issue.path), ...(fix === undefined ? {} : { fix }) }
}

/** Where a value of an endpoint or a backend stands among the defaults; null for one that is not inherited. */
export function inheritedFrom(path: IssuePath, inherited: Inherited): IssuePath | null {
  for (let length = path.length; length > 0; length--) {
    const origin = inherited.get(formatPath(path.slice(0, length)))
    if (origin !== undefined) return [...origin, ...path.slice(length)]
  }
  return null
}

/** One place that inherits, and where that comes from. */
interface Level {
  readonly fields: Fields
  readonly defaults: PlainObject
  /** Where the defaults stand. */
  readonly from: IssuePath
}

class Merging {
  readonly inherited = new Map<string, IssuePath>()
  readonly issues: Issue[] = []
  readonly #quirks: Quirks
  readonly #endpoint: Level
  readonly #backend: Level

  constructor(block: PlainObject, quirks: Quirks) {
    this.#quirks = quirks
    const level = (name: string, fields: Fields, own: readonly string[]): Level => {
      const from = ['extra_config', DEFAULTS_NAMESPACE, name]
      const written = block[name]
      return { fields, from, defaults: isObject(written) ? this.#understood(written, fields, own, from) : {} }
    }
    this.#endpoint = level('endpoint', endpointFields, ['endpoint', 'method', 'backend'])
    this.#backend = level('backend', backendFields, ['url_pattern'])
  }

  root(raw: PlainObject): PlainObject {
    const result = { ...raw }
    for (const [name, read] of [
      ['endpoints', this.#readEndpoint],
      ['async_agent', this.#readBackends],
    ] as const) {
      const key = keyInAnyCase(raw, name)
      if (key !== undefined)
        setKey(
          result,
          key,
          mapList(raw[key], (item, index) => read(item, [name, index])),
        )
    }
    return result
  }

  readonly #readEndpoint = (raw: PlainObject, at: IssuePath): PlainObject => this.#readBackends(this.#inherit(raw, this.#endpoint, at), at)

  readonly #readBackends = (raw: PlainObject, at: IssuePath): PlainObject => {
    const key = keyInAnyCase(raw, 'backend')
    if (key === undefined) return raw
    const backends = mapList(raw[key], (item, index) => this.#readBackend(item, [...at, 'backend', index]))
    return { ...raw, [key]: backends }
  }

  #readBackend(raw: PlainObject, at: IssuePath): PlainObject {
    const backend = this.#inherit(raw, this.#backend, at)
    const key = keyInAnyCase(backend, 'extra_config')
    const blocks = key === undefined ? undefined : backend[key]
    const fallback = isObject(blocks) ? blocks[FALLBACK_NAMESPACE] : undefined
    if (key === undefined || !isObject(blocks) || !isObject(fallback) || !isObject(fallback['backend'])) return backend
    const inner = this.#inherit(fallback['backend'], withoutFallback(this.#backend), [...at, key, FALLBACK_NAMESPACE, 'backend'])
    return { ...backend, [key]: { ...blocks, [FALLBACK_NAMESPACE]: { ...fallback, backend: inner } } }
  }

  /** What of the defaults means something; the rest is told. */
  #understood(written: PlainObject, fields: Fields, own: readonly string[], from: IssuePath): PlainObject {
    const result: PlainObject = {}
    for (const [key, value] of Object.entries(written)) {
      const name = this.#nameOf(key, fields)
      if (own.includes(name)) {
        const message = `"${key}" cannot have a default: every ${from.at(-1)} has its own`
        this.issues.push(errorIssue('invalid-option', [...from, key], message))
      } else if (Object.hasOwn(fields, name)) setKey(result, key, value)
      else if (!isCommentKey(key)) {
        const hint = suggestHint(key, Object.keys(fields))
        this.issues.push(errorIssue('unknown-option', [...from, key], `unknown key "${key}"`, hint))
      }
    }
    return result
  }

  /** A key as the current version calls it. */
  #nameOf(key: string, fields: Fields): string {
    const name = key.toLowerCase()
    return (this.#quirks.readsVersion1Names ? version2Renames.get(fields)?.get(name)?.to : undefined) ?? name
  }

  #inherit(raw: PlainObject, { fields, defaults, from }: Level, at: IssuePath): PlainObject {
    const blocks = valueInAnyCase(raw, 'extra_config')
    if (isObject(blocks) && blocks[DEFAULTS_NAMESPACE] === false) return raw
    const result = { ...raw }
    for (const [key, value] of Object.entries(defaults)) {
      const name = this.#nameOf(key, fields)
      const ownKey = Object.keys(raw).find((written) => this.#nameOf(written, fields) === name)
      if (ownKey === undefined) this.#take(result, key, value, [...at, name], [...from, key])
      else if (name === 'extra_config') setKey(result, ownKey, this.#mergeBlocks(raw[ownKey], value, [...at, name], [...from, key]))
      else if (isObject(raw[ownKey]) && isObject(value))
        setKey(result, ownKey, this.#mergeObjects(raw[ownKey], value, [...at, name], [...from, key]))
      // null stays where it stands: it is how a file says "not set".
    }
    return result
  }

  #take(target: PlainObject, key: string, value: unknown, at: IssuePath, from: IssuePath): void {
    setKey(target, key, structuredClone(value))
    this.inherited.set(formatPath(at), from)
    // Blocks are asked for one by one.
    if (at.at(-1) === 'extra_config' && isObject(value))
      for (const namespace of Object.keys(value)) this.inherited.set(formatPath([...at, namespace]), [...from, namespace])
  }

  #mergeBlocks(own: unknown, defaults: unknown, at: IssuePath, from: IssuePath): unknown {
    if (!isObject(own) || !isObject(defaults)) return own
    const result: PlainObject = {}
    const mine = this.#upgraded(own)
    for (const [namespace, block] of mine) setKey(result, namespace, block)
    for (const [namespace, block] of this.#upgraded(defaults)) {
      const paths = [
        [...at, namespace],
        [...from, namespace],
      ] as const
      const written = mine.get(namespace)
      if (!mine.has(namespace)) this.#take(result, namespace, block, ...paths)
      else if (written === false || written === null) delete result[namespace]
      else if (isObject(written) && isObject(block)) setKey(result, namespace, this.#mergeObjects(written, block, ...paths))
    }
    return result
  }

  #upgraded(blocks: PlainObject): Map<string, unknown> {
    const map = new Map(Object.entries(blocks))
    upgradeExtraConfig(map, this.#quirks)
    return map
  }

  #mergeObjects(own: PlainObject, defaults: PlainObject, at: IssuePath, from: IssuePath): PlainObject {
    const result = { ...own }
    for (const [key, value] of Object.entries(defaults)) {
      const written = own[key]
      if (!Object.hasOwn(own, key)) this.#take(result, key, value, [...at, key], [...from, key])
      else if (written === null) delete result[key]
      else if (isObject(written) && isObject(value)) setKey(result, key, this.#mergeObjects(written, value, [...at, key], [...from, key]))
    }
    return result
  }
}

/** A fallback has no fallback. */
function withoutFallback(level: Level): Level {
  const blocks = valueInAnyCase(level.defaults, 'extra_config')
  if (!isObject(blocks) || !Object.hasOwn(blocks, FALLBACK_NAMESPACE)) return level
  const { [FALLBACK_NAMESPACE]: _fallback, ...others } = blocks
  return { ...level, defaults: { ...level.defaults, [keyInAnyCase(level.defaults, 'extra_config') as string]: others } }
}

/** A list, or the one value that stands for it. */
function mapList(list: unknown, change: (item: PlainObject, index: number) => PlainObject): unknown {
  if (Array.isArray(list)) return list.map((item: unknown, index) => (isObject(item) ? change(item, index) : item))
  return isObject(list) && Object.keys(list).length > 0 ? change(list, 0) : list
}
