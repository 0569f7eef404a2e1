// What a conversion between neighbouring versions changes, as data: names of keys, namespaces and options in both directions, what
// has gone, and what one should look at. What no table can say stands in plugins.ts and merging.ts.

import type { Level } from '../engine/compile/component.ts'
import { oldNamespaces } from '../config/upgrade.ts'
import version2 from '../config/upgrades/version-2.json' with { type: 'json' }
import version4 from '../config/upgrades/version-4.json' with { type: 'json' }

export type Direction = '2-3' | '3-4' | '4-3' | '3-2'

export interface KeyRename {
  readonly level: Level
  readonly from: string
  readonly to: string
  /** Where both stand, the old one counts. */
  readonly oldWins: boolean
}

/** What is told of a namespace or of one of its options. */
export interface Advice {
  /** Any level unless it says one. */
  readonly level?: Level
  readonly namespace: string
  /** Of the whole block without it. */
  readonly option?: string
  /** `lost`: it goes. */
  readonly kind: 'lost' | 'note'
  readonly why: string
  readonly hint?: string
}

export interface StepData {
  readonly version: 2 | 3 | 4
  readonly keys: readonly KeyRename[]
  readonly namespaces: ReadonlyMap<string, string>
  /** By the namespace's name after the step. */
  readonly options: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Options have their old names only in blocks that had an old name themselves. */
  readonly onlyInRenamedBlocks?: boolean
  readonly advice: readonly Advice[]
  /** Parts of `$schema` that are replaced. */
  readonly schemas: readonly (readonly [from: RegExp, to: string])[]
}

const toCurrent = Object.entries(version2.keys).flatMap(([level, keys]) =>
  Object.entries(keys).map(([from, { to, oldWins }]): KeyRename => ({ level: level as Level, from, to, oldWins })),
)
const toOld = toCurrent.map(({ level, from, to }): KeyRename => ({ level, from: to, to: from, oldWins: false }))

/** The first old name of each namespace. */
const longNames = new Map([...oldNamespaces].toReversed().map(([long, short]) => [short, long]))

function reverse(names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([from, to]) => [to, from]))
}

const OLD_OPTIONS: StepData['options'] = version2.options
const NO_TELEMETRY =
  'write what it exports to into "telemetry/opentelemetry": a prometheus exporter with its port, zipkin and jaeger as an otlp host'

export const STEPS: Readonly<Record<Direction, StepData>> = {
  '2-3': {
    version: 3,
    keys: toCurrent,
    namespaces: oldNamespaces,
    options: OLD_OPTIONS,
    schemas: [],
    advice: [
      { level: 'service', namespace: 'router', kind: 'note', why: 'version 2 did not read this block, version 3 does' },
      { namespace: 'proxy', option: 'sequential_propagated_params', kind: 'note', why: 'version 2 did not read it, version 3 does' },
      { namespace: 'backend/http', option: 'return_error_code', kind: 'note', why: 'version 2 did not read it, version 3 does' },
    ],
  },
  '3-4': {
    version: 4,
    keys: [],
    namespaces: oldNamespaces,
    // options of the limiters' old blocks count in version 3 as well
    onlyInRenamedBlocks: true,
    options: Object.fromEntries(version2.optionsOfBothVersions.map((namespace) => [namespace, OLD_OPTIONS[namespace] ?? {}])),
    schemas: [
      [/\/v2\.\d+\//, '/v3.0/'],
      [/\/v3\.json$/, '/v3.0/krakend.json'],
    ],
    advice: [
      ...version4.dropped.map((namespace): Advice => ({
        namespace,
        kind: 'lost',
        why: 'KrakenD 3 has dropped it, so nothing would be exported',
        hint: NO_TELEMETRY,
      })),
      { namespace: 'telemetry/metrics', kind: 'note', why: 'the linter of KrakenD 3 refuses it, though it still works' },
    ],
  },
  '4-3': {
    version: 3,
    keys: [],
    namespaces: new Map(),
    options: {},
    schemas: [[/\/v3\.0\//, '/v2.13/']],
    advice: [
      {
        level: 'endpoint',
        namespace: 'proxy',
        option: 'force_sandboxed_request',
        kind: 'lost',
        why: 'version 3 does not know it',
        hint: 'only scripts and plugins that change a request see the difference',
      },
    ],
  },
  '3-2': {
    version: 2,
    keys: toOld,
    namespaces: longNames,
    options: Object.fromEntries(
      Object.entries(OLD_OPTIONS).map(([namespace, names]) => [longNames.get(namespace) ?? namespace, reverse(names)]),
    ),
    schemas: [],
    advice: [
      { level: 'service', namespace: 'router', kind: 'note', why: 'version 2 does not read this block' },
      { namespace: 'proxy', option: 'sequential_propagated_params', kind: 'lost', why: 'version 2 does not read it' },
      { namespace: 'backend/http', option: 'return_error_code', kind: 'lost', why: 'version 2 does not read it' },
      ...['telemetry/opentelemetry', 'qos/ratelimit/service', 'auth/basic'].map((namespace): Advice => ({
        namespace,
        kind: 'note',
        why: 'KrakenD 1.x does not know it',
      })),
    ],
  },
}

/** The steps from one version to another, in order. */
export function pathBetween(from: 2 | 3 | 4, to: 2 | 3 | 4): Direction[] {
  const versions = [2, 3, 4] as const
  if (from === to) return []
  const next = versions[versions.indexOf(from) + (to > from ? 1 : -1)] as 2 | 3 | 4
  return [`${from}-${next}` as Direction, ...pathBetween(next, to)]
}
