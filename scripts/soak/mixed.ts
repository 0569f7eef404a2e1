// The figure of everything at once: mixed load, backends that fail in one answer of twenty, a reload a minute.

import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentMiB } from '../../bench/processes.ts'
import { INSPECTED } from '../../src/testing/inspector.ts'
import type { RunningCommand } from '../../src/testing/process.ts'
import { askMarked, makeTally, markedEndpoints, seeded, startMarkedBackend, type Tally } from '../../test/hostile/marked-traffic.ts'
import { type Figure, type Measured, unless } from './figure.ts'
import { startBuilt } from './gateway.ts'
import { openScales, type Scales } from './live-memory.ts'
import { forSeconds } from './load.ts'

const CLIENTS = 50
const RELOAD_EVERY_S = 60
/** Of a run: how often it is looked at. */
const SAMPLES = 60
/** Fills caches, pools and the heap; of shorter runs the first half. */
const WARM_UP_S = 300
/** A run of this length or more says something about a slope. */
const LONG_S = 900
const MAX_MIB_IN_10_MINUTES = 1
/** What shorter runs, and the memory of the process, may have at the end above the middle. */
const MAX_GROWTH = 1.15
const MAX_MORE_DESCRIPTORS = 20

interface Sample {
  readonly atS: number
  readonly rssMiB: number
  /** What the main thread holds, which serves when there is one worker. */
  readonly heldMiB: number
  readonly descriptors: number
}

export const mixed: Figure = {
  name: 'mixed',
  what: `${CLIENTS} clients; merged, in sequence, from both caches, streamed; one backend answer of twenty broken; reloads`,
  goal: 'nothing crossed, memory and descriptors flat',
  async measure({ seconds, workers }) {
    const backend = await startMarkedBackend(seeded(1))
    const gateway = await startBuilt({ timeout: '5s', endpoints: markedEndpoints(backend.url) }, workers, INSPECTED)
    const scales = await openScales(gateway)
    const tally = makeTally()
    const goesOn = forSeconds(seconds)
    const clients = Array.from({ length: CLIENTS }, (_, client) => askMarked(gateway.port, client, seeded(client + 2), tally, goesOn))
    const [samples, reloads] = await Promise.all([watch(gateway, scales, seconds), reload(gateway, seconds), ...clients])
    scales.close()
    const exitCode = await gateway.stop()
    await backend.close()
    const { text, faults } = judge(samples, tally, seconds)
    return { text: `${text}; ${reloads} reloads`, faults: [...faults, ...unless(exitCode === 0, `exit code ${exitCode}`)] }
  },
}

async function watch(gateway: RunningCommand, scales: Scales, seconds: number): Promise<Sample[]> {
  const pid = gateway.child.pid as number
  const list: Sample[] = []
  const startMs = performance.now()
  for (let i = 1; i < SAMPLES; i++) {
    const atS = (i * seconds) / SAMPLES
    await sleep(Math.max(0, startMs + atS * 1000 - performance.now()))
    const rssMiB = residentMiB(pid)
    list.push({ atS, rssMiB, heldMiB: await scales.weigh(), descriptors: readdirSync(`/proc/${pid}/fd`).length })
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
  const [first, second] = [warm.slice(0, half), warm.slice(half)]
  const [middle, end] = [lowest(first, 'rssMiB'), lowest(second, 'rssMiB')]
  const [held, heldLater] = [lowest(first, 'heldMiB'), lowest(second, 'heldMiB')]
  const slope = slopeOf(warm) * 600
  const whole = Object.values(kinds).reduce((sum, count) => sum + count, 0)
  const descriptors = warm.map((sample) => sample.descriptors)
  // How many there are at most depends on how fast backends and clients are; what is lost raises the least.
  const more = lowest(second, 'descriptors') - lowest(first, 'descriptors')
  const isFlat = end <= middle * MAX_GROWTH && (seconds >= LONG_S ? slope <= MAX_MIB_IN_10_MINUTES : heldLater <= held * MAX_GROWTH)
  return {
    text: [
      `${whole} whole answers in ${seconds} s, ${failed} failed with their backends, ${crossed.length} crossed`,
      `${held.toFixed(1)} MiB held, then ${heldLater.toFixed(1)} (slope ${slope.toFixed(1)} in 10 minutes), ${middle.toFixed(0)} MiB of the system, then ${end.toFixed(0)}`,
      `at most ${Math.max(...descriptors)} descriptors`,
    ].join('; '),
    faults: [
      ...crossed.slice(0, 10).map((text) => `crossed: ${text}`),
      ...unless(isFlat, 'memory grows'),
      ...unless(more <= MAX_MORE_DESCRIPTORS, 'descriptors grow'),
    ],
  }
}

function lowest(list: readonly Sample[], key: 'rssMiB' | 'heldMiB' | 'descriptors'): number {
  return Math.min(...list.map((sample) => sample[key]))
}

/** MiB in a second that are held more, by least squares. */
function slopeOf(list: readonly Sample[]): number {
  const [meanS, meanMiB] = [mean(list.map(({ atS }) => atS)), mean(list.map(({ heldMiB }) => heldMiB))]
  const covariance = mean(list.map(({ atS, heldMiB }) => (atS - meanS) * (heldMiB - meanMiB)))
  return covariance / mean(list.map(({ atS }) => (atS - meanS) ** 2))
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
