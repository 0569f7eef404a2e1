// Renders the chart with the project's own template language: Go's text/template with sprig, as Helm has it, and Helm's `include` and `toYaml`.
// What it does not do: dependencies, hooks, `lookup`, `tpl`, files of the chart, values files besides the chart's own.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { fn, type GoFunction } from '../../src/go/function.ts'
import { marshal } from '../../src/go/json.ts'
import { sprigFunctions } from '../../src/go/template/sprig/index.ts'
import { BUILTINS } from '../../src/go/template/builtins.ts'
import { Template } from '../../src/go/template/index.ts'
import { UTC } from '../../src/go/time-zone.ts'
import { fromJsonValue, type GoValue } from '../../src/go/value.ts'
import type { JsonValue } from '../../src/json/types.ts'

/** A manifest: as much of it as tests look at. */
export interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly [key: string]: unknown
}

/** As much of a file as tests look at. */
export interface KrakendFile {
  readonly extra_config: Readonly<Record<string, unknown>>
}

export type Values = Readonly<Record<string, unknown>>

const host = {
  env: {},
  home: UTC,
  now: () => 0,
  random: (bytes: number) => Buffer.alloc(bytes),
  lookupHost: () => [],
  parseJson: JSON.parse,
  describeJsonError: () => '',
}

/** All manifests of a release, in the order of the templates' names. Throws a TemplateError, or what is no YAML. */
export function renderChart(chart: string, release: string, values: Values): Manifest[] {
  const text = (name: string): string => readFileSync(join(chart, name), 'utf8')
  const about = parse(text('Chart.yaml')) as Record<string, string>
  const data = toGo({
    Values: merge(parse(text('values.yaml')) as Values, values),
    Release: { Name: release, Namespace: 'default', Service: 'Helm' },
    Chart: { Name: about['name'], Version: about['version'], AppVersion: about['appVersion'] },
  })
  const helpers = text('templates/_helpers.tpl')
  const functions: ReadonlyMap<string, GoFunction> = new Map([
    ...BUILTINS,
    ...sprigFunctions(host),
    ['include', fn(['string', 'any'], (name, dot) => new Template(name, functions).add('_helpers.tpl', helpers).render(dot))],
    ['toYaml', fn(['any'], (value) => stringify(toJs(value)).trimEnd())],
  ])
  const names = globSync('templates/*.yaml', { cwd: chart }).sort()
  return names.flatMap((name) => {
    const rendered = new Template(basename(name), functions).add('_helpers.tpl', helpers).add(basename(name), text(name)).render(data)
    return manifestsOf(rendered)
  })
}

/** The documents of a YAML text that hold something. */
export function manifestsOf(text: string): Manifest[] {
  const documents = parseAllDocuments(text)
  if ('empty' in documents) return []
  return documents.flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) throw error
    const value = document.toJS() as Manifest | null
    return value === null ? [] : [value]
  })
}

/** The manifest of that kind; throws where there is none. */
export function find(manifests: readonly Manifest[], kind: string): Manifest {
  const found = manifests.find((one) => one.kind === kind)
  assert.ok(found, `no ${kind}`)
  return found
}

/** What stands in the ConfigMap. */
export function fileOf(manifests: readonly Manifest[]): KrakendFile {
  const { 'krakend.json': text = '' } = find(manifests, 'ConfigMap')['data'] as Record<string, string>
  return JSON.parse(text) as KrakendFile
}

/** Objects are merged, everything else is replaced, as Helm does it. */
function merge(base: Values, changes: Values): Values {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(changes)) {
    const old = base[key]
    merged[key] = isMap(old) && isMap(value) ? merge(old, value) : value
  }
  return merged
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toGo(value: unknown): GoValue {
  return fromJsonValue(JSON.parse(JSON.stringify(value)) as JsonValue)
}

function toJs(value: GoValue): unknown {
  return JSON.parse(marshal(value))
}
