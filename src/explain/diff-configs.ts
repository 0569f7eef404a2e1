// What changes for clients between two configurations: endpoints, protections, limits, where calls go. Their texts do not matter.

import { isDeepStrictEqual } from 'node:util'
import type { GatewayConfig } from '../config/types.ts'
import { type EffectiveBlock, type EffectiveEndpoint, type EffectivePlace, readEffective } from './effective-values.ts'

/** One value that differs; undefined where it is not there. */
export interface ValueChange {
  readonly name: string
  readonly before: unknown
  readonly after: unknown
}

/** A block that came or went. */
export interface BlockChange {
  readonly namespace: string
  readonly kind: 'added' | 'removed'
  /** Whether it protects: one that goes opens a door. */
  readonly protects: boolean
  /** `backend 1`; empty for the place itself. */
  readonly backend: string
}

export interface PlaceChange {
  /** `GET /users/{id}`, `service`. */
  readonly name: string
  readonly kind: 'added' | 'removed' | 'changed'
  readonly blocks: readonly BlockChange[]
  readonly values: readonly ValueChange[]
}

export interface ConfigDiff {
  /** The service first, then endpoints and agents: those that are gone, came, and changed. */
  readonly changes: readonly PlaceChange[]
  readonly counts: { readonly added: number; readonly removed: number; readonly changed: number; readonly protectionsRemoved: number }
}

export async function diffConfigs(before: GatewayConfig, after: GatewayConfig): Promise<ConfigDiff> {
  const [old, now] = await Promise.all([readEffective(before), readEffective(after)])
  const service = diffPlace('service', old.service, now.service)
  const places = [...diffAll(old.endpoints, now.endpoints), ...diffAll(old.agents, now.agents)]
  const changes = [...(service === null ? [] : [service]), ...places]
  const count = (kind: PlaceChange['kind']): number => places.filter((change) => change.kind === kind).length
  const gone = changes
    .flatMap(({ kind, blocks }) => (kind === 'changed' ? blocks : []))
    .filter(({ kind, protects }) => kind === 'removed' && protects)
  return {
    changes,
    counts: { added: count('added'), removed: count('removed'), changed: count('changed'), protectionsRemoved: gone.length },
  }
}

type Endpoints = ReadonlyMap<string, EffectiveEndpoint>

function diffAll(old: Endpoints, now: Endpoints): PlaceChange[] {
  const changed = [...now].flatMap(([key, endpoint]) => {
    const before = old.get(key)
    const change = before === undefined ? null : diffEndpoint(before, endpoint)
    return change === null ? [] : [change]
  })
  const whole = (endpoints: Endpoints, others: Endpoints, kind: 'added' | 'removed'): PlaceChange[] =>
    [...endpoints]
      .filter(([key]) => !others.has(key))
      .map(([, endpoint]) => ({ name: endpoint.name, kind, blocks: blocksOf(endpoint, kind), values: [] }))
  return [...whole(old, now, 'removed'), ...whole(now, old, 'added'), ...changed]
}

/** Every block of an endpoint that came or went as a whole. */
function blocksOf({ blocks, backends }: EffectiveEndpoint, kind: 'added' | 'removed'): BlockChange[] {
  const list = (place: EffectivePlace['blocks'], backend: string): BlockChange[] =>
    [...place].map(([namespace, { protects }]) => ({ namespace, kind, protects, backend }))
  return [...list(blocks, ''), ...backends.flatMap((backend, index) => list(backend.blocks, `backend ${index}`))]
}

function diffEndpoint(old: EffectiveEndpoint, now: EffectiveEndpoint): PlaceChange | null {
  const own = diffPlace(now.name, old, now)
  const pairs = pairBackends(old.backends, now.backends)
  const blocks: BlockChange[] = [...(own?.blocks ?? [])]
  const values: ValueChange[] = [...(own?.values ?? [])]
  for (const { before, after, label } of pairs) {
    if (before === null) values.push({ name: label, before: undefined, after: after?.name })
    else if (after === null) values.push({ name: label, before: before.name, after: undefined })
    const change = diffPlace(label, before ?? NOWHERE, after ?? NOWHERE)
    if (before === null || after === null) blocks.push(...(change?.blocks ?? []).map((block) => ({ ...block, backend: label })))
    else if (change !== null) {
      blocks.push(...change.blocks.map((block) => ({ ...block, backend: label })))
      values.push(...change.values.map((value) => ({ ...value, name: `${label} ${value.name}` })))
    }
  }
  const moved = isMoved(pairs, old.backends)
  if (moved)
    values.push({ name: 'order of backends', before: old.backends.map(({ name }) => name), after: now.backends.map(({ name }) => name) })
  return blocks.length + values.length === 0 ? null : { name: now.name, kind: 'changed', blocks, values }
}

const NOWHERE: EffectivePlace = { fields: new Map(), blocks: new Map() }

type Backends = EffectiveEndpoint['backends']

interface Pair {
  readonly before: Backends[number] | null
  readonly after: Backends[number] | null
  readonly label: string
}

/** Backends that ask for the same belong together, wherever they stand; what is left over is paired in its order. */
function pairBackends(old: Backends, now: Backends): Pair[] {
  const left = [...old]
  const partners = now.map((backend) => {
    const at = left.findIndex(({ name }) => name === backend.name)
    return at < 0 ? null : (left.splice(at, 1)[0] ?? null)
  })
  const pairs = now.map((after, index): Pair => ({ before: partners[index] ?? left.shift() ?? null, after, label: `backend ${index}` }))
  return [...pairs, ...left.map((before): Pair => ({ before, after: null, label: `backend ${old.indexOf(before)}` }))]
}

function isMoved(pairs: readonly Pair[], old: Backends): boolean {
  const places = pairs
    .filter(({ before, after }) => before !== null && after !== null)
    .map(({ before }) => old.indexOf(before as Backends[number]))
  return places.some((place, index) => index > 0 && place < (places[index - 1] as number))
}

function diffPlace(name: string, old: EffectivePlace, now: EffectivePlace): PlaceChange | null {
  const blocks: BlockChange[] = []
  const values = old === NOWHERE || now === NOWHERE ? [] : diffValues(old.fields, now.fields, '')
  for (const namespace of new Set([...old.blocks.keys(), ...now.blocks.keys()])) {
    const [before, after] = [old.blocks.get(namespace), now.blocks.get(namespace)]
    if (before !== undefined && after !== undefined) values.push(...diffValues(before.options, after.options, namespace))
    else {
      const block = (before ?? after) as EffectiveBlock
      blocks.push({ namespace, kind: before === undefined ? 'added' : 'removed', protects: block.protects, backend: '' })
    }
  }
  return blocks.length + values.length === 0 ? null : { name, kind: 'changed', blocks, values }
}

function diffValues(old: ReadonlyMap<string, unknown>, now: ReadonlyMap<string, unknown>, prefix: string): ValueChange[] {
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => !isDeepStrictEqual(old.get(name), now.get(name)))
    .map((name) => ({ name: [prefix, name].filter((part) => part !== '').join(' '), before: old.get(name), after: now.get(name) }))
}
