// Turns SRV records into hosts as KrakenD weighs them. Knows no resolver.

import { equalHosts, type Host } from '../../../engine/compile/component.ts'

export interface SrvRecord {
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
}

/** Weights are scaled down so that the list stays about this long. */
const SCALE = 100
/** 1.x: a host of weight 0 is asked, too. */
const LEGACY_ZERO_WEIGHT = 1

/** Only the lowest priority counts; each host stands in the list as often as its share of the weight. */
export function toHosts(records: readonly SrvRecord[], scheme: string): readonly Host[] {
  const sorted = [...records].sort(
    (a, b) => a.priority - b.priority || b.weight - a.weight || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) || a.port - b.port,
  )
  const best = sorted.filter((record) => record.priority === sorted[0]?.priority)
  const weights = normalizeWeights(best.map((record) => record.weight))
  const hosts = best.flatMap((record, index) => new Array<string>(weights[index] as number).fill(toHost(record, scheme)))
  return equalHosts(hosts.length > SCALE ? shuffle(hosts) : hosts)
}

/** KrakenD 1.x: every record of every priority by its weight, always over http. */
export function toLegacyHosts(records: readonly SrvRecord[]): readonly Host[] {
  return records.map((record) => ({ url: toHost(record, 'http'), weight: record.weight || LEGACY_ZERO_WEIGHT }))
}

/** Weights reduced to at most about 100 in all and then by their common divisor; a weight of 0 is out. */
export function normalizeWeights(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const scale = Math.max(SCALE, weights.length)
  const scaled = sum > scale ? weights.map((weight) => Math.floor((weight * scale) / sum)) : [...weights]
  const divisor = scaled.reduce(greatestCommonDivisor, 0)
  return divisor === 0 ? scaled : scaled.map((weight) => weight / divisor)
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** Go keeps the final dot of a DNS name. */
function toHost({ name, port }: SrvRecord, scheme: string): string {
  return `${scheme}://${name.endsWith('.') ? name : `${name}.`}:${port}`
}

function shuffle(hosts: string[]): string[] {
  for (let i = hosts.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    const moved = hosts[i] as string
    hosts[i] = hosts[j] as string
    hosts[j] = moved
  }
  return hosts
}
