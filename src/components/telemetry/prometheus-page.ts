// Series in Prometheus' text format 0.0.4, with the names that OpenTelemetry's exporter gives them and numbers as Go writes them.

import { formatNumber } from '../../go/number.ts'
import type { Attributes, Instrument, Series } from './metric-types.ts'

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** A metric that is no instrument: what the process or the exporter says of itself. */
export interface Figure {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'summary'
  readonly samples: readonly { readonly suffix?: string; readonly labels?: Attributes; readonly value: number }[]
}

export interface PageInit {
  /** `orders` → `orders_http_server_duration`; empty for none. */
  readonly namespace: string
  /** Labels of every series. */
  readonly labels: Attributes
  /** Whether counters and units have a suffix. */
  readonly suffixes: boolean
}

const UNIT_SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['s', 'seconds'],
  ['By', 'bytes'],
])

export function writePage(series: readonly Series[], figures: readonly Figure[], init: PageInit): string {
  const lines: string[] = []
  for (const { name, help, type, samples } of figures) {
    head(lines, name, help, type)
    for (const { suffix = '', labels = [], value } of samples)
      lines.push(`${name}${suffix}${braces(labelsOf(labels))} ${formatNumber(value)}`)
  }
  let current: Instrument | null = null
  let name = ''
  let bounds: readonly string[] | null = null
  for (const { instrument, attributes, values } of series) {
    if (instrument !== current) {
      current = instrument
      name = nameOf(instrument, init)
      bounds = instrument.bounds?.map(formatNumber) ?? null
      head(lines, name, instrument.description, bounds === null ? 'counter' : 'histogram')
    }
    const labels = labelsOf([...attributes, ...init.labels])
    if (bounds === null) lines.push(`${name}${braces(labels)} ${formatNumber(values[0] as number)}`)
    else writeHistogram(lines, name, labels, bounds, values)
  }
  return `${lines.join('\n')}\n`
}

function writeHistogram(lines: string[], name: string, labels: string, bounds: readonly string[], values: readonly number[]): void {
  const more = labels === '' ? '' : `${labels},`
  let count = 0
  for (const [at, bound] of bounds.entries()) {
    count += values[at] as number
    lines.push(`${name}_bucket{${more}le="${bound}"} ${formatNumber(count)}`)
  }
  const total = formatNumber(count + (values[bounds.length] as number))
  lines.push(`${name}_bucket{${more}le="+Inf"} ${total}`)
  lines.push(`${name}_sum${braces(labels)} ${formatNumber(values[bounds.length + 1] as number)}`, `${name}_count${braces(labels)} ${total}`)
}

function head(lines: string[], name: string, help: string, type: string): void {
  lines.push(`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${type}`)
}

function nameOf({ name, unit, bounds }: Instrument, { namespace, suffixes }: PageInit): string {
  const own = sanitize(namespace === '' ? name : `${namespace}_${name}`)
  if (!suffixes) return own
  const suffix = UNIT_SUFFIXES.get(unit)
  const withUnit = suffix === undefined || own.endsWith(`_${suffix}`) ? own : `${own}_${suffix}`
  return bounds === null ? `${withUnit}_total` : withUnit
}

/** `http.route` → `http_route`; names that become one have their values side by side. */
function labelsOf(attributes: Attributes): string {
  const byLabel = new Map<string, string>()
  for (const [key, value] of attributes) {
    const label = sanitize(key)
    const known = byLabel.get(label)
    byLabel.set(label, known === undefined ? String(value) : `${known};${String(value)}`)
  }
  return [...byLabel]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}="${escape(value)}"`)
    .join(',')
}

function braces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`
}

function sanitize(name: string): string {
  const clean = name.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  return /^[0-9]/.test(clean) ? `key_${clean}` : clean
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"').toWellFormed()
}
