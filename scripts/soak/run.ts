// `npm run soak -- --seconds 1800`: mixed load on one gateway, backends that fail in one answer of twenty, a reload a minute. Prints what
// memory, descriptors and answers did, and ends with 1 when something grew, was lost or crossed wires. Linux only.

import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { residentMiB } from '../../bench/processes.ts'
import { runCommand } from '../../src/testing/process.ts'
import { askMarked, makeTally, markedEndpoints, seeded, startMarkedBackend } from '../../test/hostile/marked-traffic.ts'

const CLIENTS = 50
const RELOAD_EVERY_S = 60
const SAMPLE_EVERY_MS = 1000
/** The first part of a run fills caches, pools and the heap. */
const WARM_UP_SHARE = 1 / 3
/** A run of this length or more says something about a slope. */
const LONG_S = 600
const MAX_MIB_IN_10_MINUTES = 1
/** What shorter runs may end above their middle. */
const MAX_GROWTH = 1.15
const MAX_MORE_DESCRIPTORS = 20

interface Sample {
  readonly atS: number
  readonly rssMiB: number
  readonly descriptors: number
}

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '1800' }, workers: { type: 'string', default: '1' } } })
const seconds = Number(values.seconds)
if (!(seconds >= 10)) {
  console.error('usage: npm run soak -- [--seconds N] [--workers N]    N seconds: 10 or more')
  process.exit(1)
}

const backend = await startMarkedBackend(seeded(1))
const gateway = await runCommand(
  { version: 3, timeout: '5s', endpoints: markedEndpoints(backend.url) },
  { args: ['--workers', values.workers] },
)
await gateway.waitFor('Listening')
const pid = gateway.child.pid as number
const tally = makeTally()
const startMs = performance.now()
const ageS = (): number => (performance.now() - startMs) / 1000
const goesOn = (): boolean => ageS() < seconds
const clients = Array.from({ length: CLIENTS }, (_, client) => askMarked(gateway.port, client, seeded(client + 2), tally, goesOn))
const [samples, reloads] = await Promise.all([watch(), reload(), ...clients])
const exitCode = await gateway.stop()
await backend.close()
report(samples, reloads)

async function watch(): Promise<Sample[]> {
  const list: Sample[] = []
  while (goesOn()) {
    list.push({ atS: ageS(), rssMiB: residentMiB(pid), descriptors: readdirSync(`/proc/${pid}/fd`).length })
    await sleep(SAMPLE_EVERY_MS)
  }
  return list
}

/** Once a minute, in shorter runs four times. */
async function reload(): Promise<number> {
  const every = Math.min(RELOAD_EVERY_S, seconds / 5)
  let count = 0
  while (ageS() + every < seconds) {
    await sleep(every * 1000)
    gateway.child.kill('SIGHUP')
    await gateway.waitFor('the new configuration is served')
    count++
  }
  return count
}

function report(all: readonly Sample[], reloadCount: number): void {
  const warm = all.filter(({ atS }) => atS >= seconds * WARM_UP_SHARE)
  const half = Math.floor(warm.length / 2)
  const [middle, end] = [lowest(warm.slice(0, half)), lowest(warm.slice(half))]
  const slope = slopeOf(warm) * 600
  const whole = Object.values(tally.whole).reduce((sum, count) => sum + count, 0)
  const descriptors = warm.map((sample) => sample.descriptors)
  const moreDescriptors = Math.max(...descriptors.slice(half)) - Math.max(...descriptors.slice(0, half))
  console.log(`${seconds} s, ${values.workers} worker(s), ${CLIENTS} clients, ${reloadCount} reloads
answers      ${whole} whole (${Math.round(whole / seconds)}/s), ${tally.failed} failed with their backends, ${tally.crossed.length} crossed
memory       lowest ${middle.toFixed(0)} MiB in the first half after the warm-up, ${end.toFixed(0)} MiB in the second; ${slope.toFixed(1)} MiB in 10 minutes
descriptors  ${Math.max(...descriptors)} at most, ${moreDescriptors >= 0 ? '+' : ''}${moreDescriptors} in the second half
exit code    ${exitCode}`)
  const isGrowing = seconds >= LONG_S ? slope > MAX_MIB_IN_10_MINUTES : end > middle * MAX_GROWTH
  const faults = [
    ...tally.crossed.slice(0, 10).map((text) => `crossed: ${text}`),
    ...(isGrowing ? ['memory grows'] : []),
    ...(moreDescriptors > MAX_MORE_DESCRIPTORS ? ['descriptors grow'] : []),
    ...(exitCode === 0 ? [] : ['it did not stop in order']),
  ]
  for (const fault of faults) console.error(fault)
  process.exitCode = faults.length === 0 ? 0 : 1
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
