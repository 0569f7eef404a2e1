// `/__stats`: every figure as one flat JSON object with sorted keys, as go-metrics and expvar write it.

import { compareText } from '../../../go/text.ts'
import type { Collector } from './collector.ts'
import type { PipeMeter, ResponseMeter } from './meters.ts'
import type { Distribution } from './samples.ts'
import { memoryFigures, serviceGauges } from './service-figures.ts'
import type { TimerReading } from './timer.ts'

type Entry = readonly [key: string, json: string]

const PERCENTILES: readonly (readonly [name: string, share: number])[] = [
  ['50-percentile', 0.5],
  ['75-percentile', 0.75],
  ['95-percentile', 0.95],
  ['99-percentile', 0.99],
  ['999-percentile', 0.999],
]

/**
 * The members of the object in groups, one group a name: a file may have thousands of them, and the page must not keep requests waiting.
 * `commandLine`: the program and its arguments.
 */
export function* statsGroups(collector: Collector, commandLine: readonly string[]): Generator<readonly Entry[]> {
  const { responses, pipes, backends } = collector.meters
  yield [['cmdline', JSON.stringify(commandLine)]]
  for (const figure of ['latency', 'requests'] as const) {
    for (const [name, meter] of sorted(backends)) yield outcomesOf(collector, figure, `backend.name.${name}`, meter)
    for (const [name, meter] of sorted(pipes)) yield outcomesOf(collector, figure, `pipe.name.${name}`, meter)
  }
  yield trafficOf(collector)
  for (const [name, meter] of sorted(responses)) yield responsesOf(collector, `krakend.router.response.${name}`, meter)
  yield tlsOf(collector)
  yield serviceOf(collector)
  yield [['memstats', JSON.stringify(memoryFigures(collector.captured))]]
}

/** Names as their keys follow each other: a dot comes behind each. */
function sorted<M>(meters: ReadonlyMap<string, M>): [string, M][] {
  return [...meters].sort(([a], [b]) => compareText(`${a}.`, `${b}.`))
}

function outcomesOf(collector: Collector, figure: 'latency' | 'requests', place: string, meter: PipeMeter): Entry[] {
  return meter.outcomes().flatMap(({ isComplete, hasError, count, latency }): Entry[] => {
    const suffix = `layer.${place}.complete.${isComplete}.error.${hasError}`
    if (figure === 'requests') return [[`krakend.proxy.requests.${suffix}`, String(count)]]
    return histogramOf(`krakend.proxy.latency.${suffix}`, collector.describe(latency))
  })
}

function trafficOf(collector: Collector): Entry[] {
  return (['connected', 'disconnected'] as const).flatMap((name): Entry[] => {
    const { current, gauge, total } = collector.traffic(name)
    const key = `krakend.router.${name}`
    return [
      [key, String(current)],
      [`${key}-gauge`, String(gauge)],
      [`${key}-total`, String(total)],
    ]
  })
}

function responsesOf(collector: Collector, key: string, meter: ResponseMeter): Entry[] {
  const counts = meter.statuses().map(([status, count]): Entry => [`${key}.status.${status === 0 ? 'other' : status}.count`, String(count)])
  return [
    ...histogramOf(`${key}.size`, collector.describe(meter.size)),
    // compat: KrakenD registers a counter that it never counts with.
    [`${key}.status`, '0'],
    ...counts.sort(([a], [b]) => compareText(a, b)),
    ...histogramOf(`${key}.time`, collector.describe(meter.time)),
  ]
}

function tlsOf(collector: Collector): Entry[] {
  const { versions, ciphers } = collector.meters.router.tls
  const entries = (kind: string, seen: readonly (readonly [string, number])[]): Entry[] =>
    seen.map(([name, count]): Entry => [`krakend.router.${kind}.${name}.count`, String(count)]).sort(([a], [b]) => compareText(a, b))
  return [...entries('tls_cipher', ciphers), ...entries('tls_version', versions)]
}

function serviceOf(collector: Collector): Entry[] {
  const pauses = collector.describe(collector.meters.runtime.pauses)
  const { nowMs } = collector
  const gauges = [...serviceGauges(collector.captured)].map(([name, value]): Entry => [name, String(value)])
  return [
    ...gauges,
    ...histogramOf('debug.GCStats.Pause', pauses),
    ...histogramOf('runtime.MemStats.PauseNs', pauses),
    ...timerOf('debug.ReadGCStats', collector.readGcStats.read(nowMs)),
    ...timerOf('runtime.ReadMemStats', collector.readMemStats.read(nowMs)),
  ]
    .map(([name, json]): Entry => [`krakend.service.${name}`, json])
    .sort(([a], [b]) => compareText(a, b))
}

function histogramOf(key: string, distribution: Distribution): Entry[] {
  const { count, min, max, mean, stdDev } = distribution
  return [
    ...PERCENTILES.map(([name, share]): Entry => [`${key}.${name}`, String(distribution.percentile(share))]),
    [`${key}.count`, String(count)],
    [`${key}.max`, String(max)],
    [`${key}.mean`, String(mean)],
    [`${key}.min`, String(min)],
    [`${key}.std-dev`, String(stdDev)],
  ]
}

function timerOf(key: string, reading: TimerReading): Entry[] {
  const [one, five, fifteen] = reading.rates
  return [
    ...histogramOf(key, reading),
    [`${key}.fifteen-minute`, String(fifteen)],
    [`${key}.five-minute`, String(five)],
    [`${key}.mean-rate`, String(reading.meanRate)],
    [`${key}.one-minute`, String(one)],
  ]
}

/** The page in pieces of some ten kilobytes. */
export function* statsText(groups: Iterable<readonly Entry[]>, pieceLength = 16 * 1024): Generator<string> {
  let text = '{'
  let isFirst = true
  for (const group of groups) {
    for (const [key, json] of group) {
      text += `${isFirst ? '' : ','}\n${JSON.stringify(key)}: ${json}`
      isFirst = false
    }
    if (text.length < pieceLength) continue
    yield text
    text = ''
  }
  yield `${text}\n}\n`
}
