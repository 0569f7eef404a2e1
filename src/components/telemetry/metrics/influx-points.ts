// A snapshot of the figures as points of InfluxDB's line protocol, with the measurements of KrakenD's exporter.

import type { Collector } from './collector.ts'
import type { Distribution } from './samples.ts'
import { serviceGauges } from './service-figures.ts'

type Fields = Readonly<Record<string, number>>
type Tags = Readonly<Record<string, string>>

const PERCENTILES = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]

/** How much each counter has grown since it was last sent. */
export class Growth {
  #known = new Map<string, number>()
  #next = new Map<string, number>()

  begin(): void {
    this.#next = new Map()
  }

  /** What was asked for since `begin` is on its way. */
  sent(): void {
    this.#known = this.#next
  }

  of(key: string, total: number): number {
    this.#next.set(key, total)
    return total - (this.#known.get(key) ?? 0)
  }
}

/** Lines with their line feeds; `timeS`: seconds since 1970. */
export function influxLines(collector: Collector, growth: Growth, host: string, timeS: number): string {
  growth.begin()
  const line = (measurement: string, tags: Tags, fields: Fields): string => point(measurement, { host, ...tags }, fields, timeS)
  const { responses, pipes, backends, runtime } = collector.meters
  const lines: string[] = []
  for (const [layer, meters] of [
    ['pipe', pipes],
    ['backend', backends],
  ] as const) {
    for (const [name, meter] of meters) {
      for (const { isComplete, hasError, count, latency } of meter.outcomes()) {
        const tags = { layer, name, complete: String(isComplete), error: String(hasError) }
        const key = [layer, name, isComplete, hasError].join(' ')
        lines.push(line('requests', tags, { total: count, count: growth.of(key, count) }))
        lines.push(...histogram((fields) => line('requests', tags, fields), collector.describe(latency)))
      }
    }
  }
  for (const [name, meter] of responses) {
    for (const [status, total] of meter.statuses()) {
      const tags = { name, status: status === 0 ? 'other' : String(status) }
      lines.push(line('responses', tags, { total, count: growth.of(`response ${name} ${status}`, total) }))
    }
    for (const kind of ['size', 'time'] as const)
      lines.push(...histogram((fields) => line(`router.response-${kind}`, { name }, fields), collector.describe(meter[kind])))
  }
  for (const [which, direction] of [
    ['connected', 'in'],
    ['disconnected', 'out'],
  ] as const) {
    const { current, gauge, total } = collector.traffic(which)
    lines.push(line('router', { direction }, { current, total }), line('router', { direction }, { gauge }))
  }
  lines.push(...service(line, collector))
  const pauses = collector.describe(runtime.pauses)
  for (const name of ['service.debug.GCStats.Pause', 'service.runtime.MemStats.PauseNs'])
    lines.push(...histogram((fields) => line(name, {}, fields), pauses))
  return lines.join('')
}

function service(line: (measurement: string, tags: Tags, fields: Fields) => string, collector: Collector): string[] {
  const kinds = new Map<string, Record<string, number>>()
  for (const [name, value] of serviceGauges(collector.captured)) {
    // compat: the one that is a fraction is not sent.
    if (name === 'runtime.MemStats.GCCPUFraction') continue
    const dot = name.indexOf('.')
    const fields = kinds.get(name.slice(0, dot)) ?? {}
    fields[name.slice(dot + 1)] = Math.round(value)
    kinds.set(name.slice(0, dot), fields)
  }
  return [...kinds].map(([kind, fields]) => line(kind, {}, fields))
}

/** compat: a histogram without values has no point. Whole numbers but the percentiles, which are floating. */
function histogram(line: (fields: Fields) => string, distribution: Distribution): string[] {
  const { count, max, min, mean, stdDev, variance } = distribution
  if (count === 0 || max === 0) return []
  const whole = { max, min, mean, stddev: stdDev, variance }
  const rounded = Object.fromEntries(Object.entries(whole).map(([name, value]) => [name, Math.trunc(value)]))
  const percentiles = Object.fromEntries(PERCENTILES.map((share) => [`p${share}`, distribution.percentile(share)]))
  return [line({ ...rounded, ...percentiles })]
}

/** Fields whose name begins with `p` and a digit are floating, all others whole: a field of InfluxDB never changes its type. */
const IS_FLOATING = /^p\d/
/** The largest whole number of InfluxDB, as a double. */
const MAX_INTEGER = 2 ** 63 - 1024

function point(measurement: string, tags: Tags, fields: Fields, timeS: number): string {
  const sorted = (record: Readonly<Record<string, unknown>>): string[] => Object.keys(record).sort()
  const tagText = sorted(tags).map((name) => `,${name}=${escapeTag(tags[name] as string)}`)
  const fieldText = sorted(fields).map((name) => {
    const value = fields[name] as number
    return `${name}=${IS_FLOATING.test(name) ? value : `${BigInt(Math.min(value, MAX_INTEGER))}i`}`
  })
  return `${measurement}${tagText.join('')} ${fieldText.join(',')} ${timeS}\n`
}

/** security: names come from the file, and a line feed in one would be a line of its own. */
function escapeTag(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ').replaceAll(/[ ,=\\]/g, String.raw`\$&`) || 'none'
}
