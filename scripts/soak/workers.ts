// Figures of several workers: what they cost, how connections are spread over them, and whether a limit is one for all.

import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { compare, type Load, measure } from '../../bench/load.ts'
import { startBackend as startNginx } from '../../bench/nginx.ts'
import { residentMiB, threadCpuMicros } from '../../bench/processes.ts'
import { INSPECTED } from '../../src/testing/inspector.ts'
import { startBackend } from '../../src/testing/backend.ts'
import type { RunningCommand } from '../../src/testing/process.ts'
import { connectToWorkers } from '../../src/testing/worker-threads.ts'
import { endpoint } from '../../test/kit.ts'
import { type Figure, missingPrograms, quantile, unless } from './figure.ts'
import { startBuilt } from './gateway.ts'
import { ask, askEvenly, askInTurn, forSeconds } from './load.ts'

const CLIENTS = 64
const ROUNDS = 3
/** Each worker compiles what it does often. */
const WARM_UP_S = 8
/** A second after the start what only the start needed is given back. */
const REST_MS = 2000
const LOAD_CORE = 1
const MAX_CPU_RATIO = 1.1
const MAX_MORE_MIB = 45
const CONNECTIONS = 1000
const DEATH_RATE = 200
const DEATH_BACKEND_MS = 50
const DEATH_S = 6
const MAX_REPLACED_MS = 1000
const MAX_RATE = 100
const FLOOD_S = 10
/** compat: a bucket of KrakenD's looks how much time has passed when it is empty, so that one that waited for a second fills up twice. */
const IDLE_MS = 1500
const BURSTS = 2

async function withGateway<T>(workers: number, extra: Record<string, unknown>, run: (gateway: RunningCommand) => Promise<T>): Promise<T> {
  const backend = await startBackend()
  const gateway = await startBuilt({ endpoints: [endpoint('/a', backend.url, extra)] }, workers)
  try {
    return await run(gateway)
  } finally {
    await gateway.stop()
    await backend.close()
  }
}

export const workerCost: Figure = {
  name: 'worker-cost',
  what: 'two workers against one, as much as wrk asks, nginx behind them, in turn',
  goal: `CPU per request ≤ ${MAX_CPU_RATIO} times, ≤ ${MAX_MORE_MIB} MiB for the second`,
  async measure() {
    const missing = missingPrograms(['nginx', 'wrk', 'taskset'])
    if (missing.length > 0) return { text: 'nothing', faults: missing }
    const folder = mkdtempSync(join(tmpdir(), 'krakend-soak-'))
    const backend = await startNginx(LOAD_CORE, folder)
    const rounds = []
    for (let i = 0; i < ROUNDS; i++) rounds.push(await compareWorkers(backend.port, folder))
    await backend.stop()
    rmSync(folder, { recursive: true })
    const median = (numbers: number[]): number => quantile(numbers, 0.5)
    const ratio = median(rounds.map((round) => round.ratio))
    const more = median(rounds.map((round) => round.moreMiB))
    return {
      text: `${ratio.toFixed(2)} times the CPU, ${more.toFixed(0)} MiB more`,
      faults: [...unless(ratio <= MAX_CPU_RATIO, 'a request costs more'), ...unless(more <= MAX_MORE_MIB, 'too much memory')],
    }
  },
}

/** Two processes, asked in turn: what else the machine does costs both. */
async function compareWorkers(port: number, folder: string): Promise<{ ratio: number; moreMiB: number }> {
  const backend = [{ host: [`http://127.0.0.1:${port}`], url_pattern: '/small.json' }]
  const config = { endpoints: [{ endpoint: '/a', backend }] }
  const [one, two] = [await startBuilt(config, 1), await startBuilt(config, 2)]
  await sleep(REST_MS)
  const idle = (gateway: RunningCommand): number => residentMiB(gateway.child.pid as number)
  const moreMiB = idle(two) - idle(one)
  const loadOf =
    (gateway: RunningCommand): Load =>
    (seconds) =>
      measure(LOAD_CORE, gateway.child.pid as number, `${gateway.url}/a`, seconds, folder)
  const loads = [loadOf(one), loadOf(two)]
  for (const load of loads) await load(WARM_UP_S)
  const [microsOfOne, microsOfTwo] = (await compare(loads)) as [number, number]
  await one.stop()
  await two.stop()
  return { ratio: microsOfTwo / microsOfOne, moreMiB }
}

export const spread: Figure = {
  name: 'spread',
  what: `${CONNECTIONS} kept connections over two workers, each asking as often`,
  goal: 'no worker has twice the load of the other',
  measure: () =>
    withGateway(2, {}, async (gateway) => {
      const agents = Array.from({ length: CONNECTIONS }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }))
      const askAll = async (): Promise<number> => {
        let failed = 0
        for (let i = 0; i < CONNECTIONS; i += 100) {
          const outcomes = await Promise.all(agents.slice(i, i + 100).map((agent) => ask(`${gateway.url}/a`, agent)))
          failed += outcomes.filter(({ status }) => status !== 200).length
        }
        return failed
      }
      await askAll()
      const pid = gateway.child.pid as number
      const before = threadCpuMicros(pid)
      let failed = 0
      for (let i = 0; i < 10; i++) failed += await askAll()
      const spent = [...threadCpuMicros(pid)].map(([thread, micros]) => micros - (before.get(thread) ?? 0)).toSorted((a, b) => b - a)
      for (const agent of agents) agent.destroy()
      // The two busiest threads are the workers.
      const [most = 0, second = 0] = spent
      return {
        text: `the busier worker had ${(most / second).toFixed(2)} times the CPU of the other, ${failed} failed`,
        faults: [...unless(most <= second * 2, 'the load is uneven'), ...unless(failed === 0, 'requests failed')],
      }
    }),
}

export const workerDeath: Figure = {
  name: 'worker-death',
  what: `one of two workers is killed under ${DEATH_RATE} requests/s`,
  goal: `replaced within ${MAX_REPLACED_MS} ms, no more than its own requests lost`,
  async measure() {
    const backend = await startBackend((_request, response) => void setTimeout(() => response.end('{"a":1}'), DEATH_BACKEND_MS))
    const gateway = await startBuilt({ endpoints: [endpoint('/a', backend.url)] }, 2, INSPECTED)
    const workers = await connectToWorkers(gateway)
    const load = askEvenly(`${gateway.url}/a`, DEATH_RATE, forSeconds(DEATH_S))
    await sleep((DEATH_S * 1000) / 2)
    workers.end(0, 7)
    await gateway.waitFor('died and is replaced')
    const diedMs = performance.now()
    await gateway.waitFor('serves again')
    const replacedMs = performance.now() - diedMs
    const outcomes = await load
    workers.close()
    await gateway.stop()
    await backend.close()
    const lost = outcomes.filter(({ status }) => status !== 200)
    // Those that were under way when it died: half of them were its own, and it may have had all.
    const mostLost = Math.ceil((DEATH_RATE * DEATH_BACKEND_MS) / 1000)
    return {
      text: `serves again after ${replacedMs.toFixed(0)} ms, ${lost.length} of ${outcomes.length} requests lost`,
      faults: [
        ...unless(replacedMs <= MAX_REPLACED_MS, 'it took too long'),
        ...unless(lost.length <= mostLost, `lost: ${lost.map(({ status, code }) => code || status).join(', ')}`),
      ],
    }
  },
}

export const sharedLimit: Figure = {
  name: 'shared-limit',
  what: `max_rate ${MAX_RATE} with 4 workers, flooded for ${FLOOD_S} s`,
  goal: `${MAX_RATE * FLOOD_S} and the bucket's content twice, ± 2 %`,
  measure: () =>
    withGateway(4, { extra_config: { 'qos/ratelimit/router': { max_rate: MAX_RATE, capacity: MAX_RATE } } }, async (gateway) => {
      await sleep(IDLE_MS)
      const startMs = performance.now()
      const goesOn = forSeconds(FLOOD_S)
      const outcomes = await askInTurn(CLIENTS, () => (goesOn() ? { url: `${gateway.url}/a` } : null))
      const seconds = (performance.now() - startMs) / 1000
      const passed = outcomes.filter(({ status }) => status === 200).length
      const expected = MAX_RATE * seconds + BURSTS * MAX_RATE
      return {
        text: `${passed} of ${outcomes.length} passed, ${expected.toFixed(0)} were due`,
        faults: unless(Math.abs(passed / expected - 1) <= 0.02, 'the limit is not exact'),
      }
    }),
}
