// What a backend's options do to its data: target, then allow or deny, then mapping, then group (KrakenD: entity formatter). Knows nothing of HTTP.

import type { Quirks } from '../../config/dialect.ts'
import type { BackendConfig } from '../../config/types.ts'
import { Data } from '../data.ts'
import type { Part } from '../data.ts'
import { KeyRules } from '../../json/rules.ts'
import type { RuleTree } from '../../json/rules.ts'
import { dropMembers, keepMembers } from '../../json/splice.ts'
import { isJsonObject, setKey } from '../../json/types.ts'
import type { JsonObject } from '../../json/types.ts'
import { backendProxyOptions } from '../pipe/proxy-block.ts'
import { compileFlatmap } from './flatmap.ts'

type Step = (data: Data | null) => Data | null
type MutableTree = Map<string, MutableTree | null>

/** Everything that a backend does to its data, or null when that is nothing. */
export function compileManipulation(backend: BackendConfig, quirks: Pick<Quirks, 'deniesDeeply'>): Step | null {
  const steps: Step[] = []
  if (backend.target !== '') steps.push(takeTarget(backend.target.split('.')))
  const flatmap = compileFlatmap(backendProxyOptions(backend).flatmap_filter)
  // compat: KrakenD's flatmap replaces allow, deny and mapping
  if (flatmap !== null) steps.push((data) => (data === null ? null : flatmap(data)))
  else {
    if (backend.allow.length > 0) steps.push(unlessEmpty(allow(allowTree(backend.allow))))
    else if (backend.deny.length > 0)
      steps.push(unlessEmpty(deny(quirks.deniesDeeply ? denyTree(backend.deny) : shallowDenyTree(backend.deny))))
    if (backend.mapping.size > 0) steps.push(unlessEmpty(rename(backend.mapping)))
  }
  const { group } = backend
  if (group !== '') steps.push((data) => Data.wrapped(group, data))
  return compose(steps)
}

function compose(steps: readonly Step[]): Step | null {
  const [first, second, ...rest] = steps
  if (first === undefined || second === undefined) return first ?? null
  return compose([(data) => second(first(data)), ...rest])
}

function unlessEmpty(step: (data: Data) => Data): Step {
  return function manipulate(data) {
    return data === null || data.isEmpty ? data : step(data)
  }
}

/** The object at a path; an empty one when there is none. */
function takeTarget(path: readonly string[]): Step {
  return function target(data) {
    let found = data
    for (const key of path) {
      if (found === null) break
      found = found.child(key)
    }
    return found ?? Data.EMPTY
  }
}

/** compat: of `a` and `a.b` the later one counts. */
function allowTree(rules: readonly string[]): RuleTree {
  const root: MutableTree = new Map()
  for (const rule of rules) {
    const path = rule.split('.')
    const last = path.pop() as string
    let tree = root
    for (const key of path) {
      const next = tree.get(key) ?? new Map()
      tree.set(key, next)
      tree = next
    }
    tree.set(last, null)
  }
  return root
}

/** Of `a` and `a.b` the shorter one counts. */
function denyTree(rules: readonly string[]): RuleTree {
  const root: MutableTree = new Map()
  for (const rule of rules) {
    const path = rule.split('.')
    const last = path.pop() as string
    let tree: MutableTree | null = root
    for (const key of path) {
      const next: MutableTree | null | undefined = tree.get(key)
      if (next === null) {
        tree = null
        break
      }
      const child: MutableTree = next ?? new Map()
      tree.set(key, child)
      tree = child
    }
    tree?.set(last, null)
  }
  return root
}

/** compat: 1.x cuts paths behind the second key, and of `a` and `a.b` the later one counts. */
function shallowDenyTree(rules: readonly string[]): RuleTree {
  return allowTree(rules.map((rule) => rule.split('.').slice(0, 2).join('.')))
}

function allow(rules: RuleTree): (data: Data) => Data {
  const byteRules = new KeyRules(rules)
  return function allowOnly(data) {
    if (data.text === null) return data.keys.every((key) => rules.get(key) === null) ? data : Data.of(keepKeys(data.object, rules))
    const text = keepMembers(data.text, byteRules)
    return text === null ? Data.EMPTY : Data.ofJson(text)
  }
}

function deny(rules: RuleTree): (data: Data) => Data {
  const byteRules = new KeyRules(rules)
  return function denyAll(data) {
    if (data.text === null) return data.keys.some((key) => rules.has(key)) ? Data.of(dropKeys(data.object, rules)) : data
    const text = dropMembers(data.text, byteRules)
    return text === data.text ? data : Data.ofJson(text)
  }
}

function keepKeys(object: JsonObject, rules: RuleTree): JsonObject {
  const kept: JsonObject = {}
  for (const [key, value] of Object.entries(object)) {
    const rule = rules.get(key)
    if (rule === null) setKey(kept, key, value)
    else if (rule !== undefined && isJsonObject(value)) {
      const inner = keepKeys(value, rule)
      // compat: an object that is empty on the way to a rule's end goes as well
      if (Object.keys(inner).length > 0) setKey(kept, key, inner)
    }
  }
  return kept
}

function dropKeys(object: JsonObject, rules: RuleTree): JsonObject {
  const kept: JsonObject = {}
  for (const [key, value] of Object.entries(object)) {
    const rule = rules.get(key)
    if (rule === null) continue
    setKey(kept, key, rule !== undefined && isJsonObject(value) ? dropKeys(value, rule) : value)
  }
  return kept
}

/** New names of top-level keys, one after the other. compat: a new name ends at its first dot, and the old name as the new one deletes the key. */
function rename(mapping: ReadonlyMap<string, string>): (data: Data) => Data {
  const names = [...mapping].map(([from, to]) => [from, to.split('.', 1)[0] as string] as const)
  return function renameKeys(data) {
    let parts: Map<string, Part> | null = null
    for (const [from, to] of names) {
      const value: Part | undefined = (parts ?? data.parts).get(from)
      if (value === undefined) continue
      parts ??= new Map(data.parts)
      parts.set(to, value)
      parts.delete(from)
    }
    return parts === null ? data : Data.ofParts(parts)
  }
}
