// The figure of everything at once: mixed load, backends that fail in one answer of twenty, a reload a minute.

import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentMiB } from '../../bench/processes.ts'
import type { RunningCommand } from '../../src/testing/process.ts'
import { askMarked, makeTally, markedEndpoints, seeded, startMarkedBackend, type Tally } from '../../test/hostile/marked-traffic.ts'
import { type Figure, type Measured, unless } from './figure.ts'
import { startBuilt } from './gateway.ts'
import { forSeconds } from './load.ts'

const CLIENTS = 50
const RELOAD_EVERY_S = 60
const SAMPLE_EVERY_MS = 1000
/** Fills caches, pools and the heap; of shorter runs the first half. */
const WARM_UP_S = 300
/** A run of this length or more says something about a slope. */
const LONG_S = 900
const MAX_MIB_IN_10_MINUTES = 1
/** What shorter runs may end above their middle. */
const MAX_GROWTH = 1.15
const MAX_MORE_DESCRIPTORS = 20

interface Sample {
  readonly atS: number
  readonly rssMiB: number
  readonly descriptors: number
}

export const mixed: Figure = {
  name: 'mixed',
  what: `${CLIENTS} clients; merged, in sequence, from both caches, streamed; one backend answer of twenty broken; reloads`,
  goal: 'nothing crossed, memory and descriptors flat',
  async measure({ seconds, workers }) {
    const backend = await startMarkedBackend(seeded(1))
    const gateway = await startBuilt({ timeout: '5s', endpoints: markedEndpoints(backend.url) }, workers)
    const tally = makeTally()
    const goesOn = forSeconds(seconds)
    const clients = Array.from({ length: CLIENTS }, (_, client) => askMarked(gateway.port, client, seeded(client + 2), tally, goesOn))
    const [samples, reloads] = await Promise.all([watch(gateway, goesOn), reload(gateway, seconds), ...clients])
    const exitCode = await gateway.stop()
    await backend.close()
    const { text, faults } = judge(samples, tally, seconds)
    return { text: `${text}; ${reloads} reloads`, faults: [...faults, ...unless(exitCode === 0, `exit code ${exitCode}`)] }
  },
}

async function watch(gateway: RunningCommand, goesOn: () => boolean): Promise<Sample[]> {
  const pid = gateway.child.pid as number
  const list: Sample[] = []
  const startMs = performance.now()
  while (goesOn()) {
    const atS = (performance.now() - startMs) / 1000
    list.push({ atS, rssMiB: residentMiB(pid), descriptors: readdirSync(`/proc/${pid}/fd`).length })
    await sleep(SAMPLE_EVERY_MS)
  }
  return list
}

/** Once a minute, in shorter runs four times. */
async function reload(gateway: RunningCommand, seconds: number): Promise<number> {
  const every = Math.min(RELOAD_EVERY_S, seconds / 5)
  const count = Math.ceil(seconds / every) - 1
  for (let i = 0; i < count; i++) {
    await sleep(every * 1000)
    gateway.child.kill('SIGHUP')
    await gateway.waitFor('the new configuration is served')
  }
  return count
}

function judge(all: readonly Sample[], { whole: kinds, failed, crossed }: Tally, seconds: number): Measured {
  const warm = all.filter(({ atS }) => atS >= Math.min(WARM_UP_S, seconds / 2))
  const half = Math.floor(warm.length / 2)
  const [middle, end] = [lowest(warm.slice(0, half)), lowest(warm.slice(half))]
  const slope = slopeOf(warm) * 600
  const whole = Object.values(kinds).reduce((sum, count) => sum + count, 0)
  const descriptors = warm.map((sample) => sample.descriptors)
  const more = Math.max(...descriptors.slice(half)) - Math.max(...descriptors.slice(0, half))
  const isFlat = seconds >= LONG_S ? slope <= MAX_MIB_IN_10_MINUTES : end <= middle * MAX_GROWTH
  return {
    text: [
      `${whole} whole answers in ${seconds} s, ${failed} failed with their backends, ${crossed.length} crossed`,
      `${middle.toFixed(0)} MiB, then ${end.toFixed(0)} (slope ${slope.toFixed(1)} in 10 minutes)`,
      `at most ${Math.max(...descriptors)} descriptors`,
    ].join('; '),
    faults: [
      ...crossed.slice(0, 10).map((text) => `crossed: ${text}`),
      ...unless(isFlat, 'memory grows'),
      ...unless(more <= MAX_MORE_DESCRIPTORS, 'descriptors grow'),
    ],
  }
}

function lowest(list: readonly Sample[]): number {
  return Math.min(...list.map(({ rssMiB }) => rssMiB))
}

/** MiB in a second, by least squares. */
function slopeOf(list: readonly Sample[]): number {
  const [meanS, meanMiB] = [mean(list.map(({ atS }) => atS)), mean(list.map(({ rssMiB }) => rssMiB))]
  const covariance = mean(list.map(({ atS, rssMiB }) => (atS - meanS) * (rssMiB - meanMiB)))
  return covariance / mean(list.map(({ atS }) => (atS - meanS) ** 2))
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
