// Figures of a gateway that changes under load: reloads, and its end.

import { setTimeout as sleep } from 'node:timers/promises'
import { residentMiB } from '../../bench/processes.ts'
import { INSPECTED } from '../../src/testing/inspector.ts'
import { startBackend } from '../../src/testing/backend.ts'
import { endpoint } from '../../test/kit.ts'
import { type Figure, unless } from './figure.ts'
import { reloadWith, type Served, startBuilt } from './gateway.ts'
import { openScales } from './live-memory.ts'
import { askEvenly, forSeconds } from './load.ts'

const RATE = 500
const RELOADS = 10
const STOPS = 3
const BACKEND_MS = 50
const MANY_RELOADS = 200
const SETTLED_AFTER = 20
const ENDPOINTS = 300
const MAX_GROWTH = 1.15
const MAX_FAULTS = 10

export const reloading: Figure = {
  name: 'reload',
  what: `${RELOADS} reloads under ${RATE} requests/s`,
  goal: '0 failed',
  async measure({ seconds, workers }) {
    const backend = await startBackend()
    const file = (i: number): Served => ({
      endpoints: [endpoint('/a', backend.url), endpoint(`/other${i}`, backend.url)],
    })
    const gateway = await startBuilt(file(0), workers)
    const load = askEvenly(`${gateway.url}/a`, RATE, forSeconds(seconds))
    for (let i = 1; i <= RELOADS; i++) {
      await sleep((seconds * 1000) / (RELOADS + 1))
      await reloadWith(gateway, file(i))
    }
    const outcomes = await load
    await gateway.stop()
    await backend.close()
    const failed = outcomes.filter(({ status }) => status !== 200)
    const errors = gateway.output().match(/ERROR.*/g) ?? []
    return {
      text: `${failed.length} of ${outcomes.length} failed in ${seconds} s`,
      faults: [...failed.map(({ status, code, ms }) => `failed: ${code || status} after ${ms.toFixed(0)} ms`), ...errors].slice(
        0,
        MAX_FAULTS,
      ),
    }
  },
}

export const stopping: Figure = {
  name: 'stop',
  what: `SIGTERM under ${RATE} requests/s, backends take ${BACKEND_MS} ms, ${STOPS} times`,
  goal: '0 of those in flight failed, exit code 0',
  async measure({ workers }) {
    const backend = await startBackend((_request, response) => void setTimeout(() => response.end('{"a":1}'), BACKEND_MS))
    let inFlight = 0
    const faults: string[] = []
    for (let i = 0; i < STOPS; i++) {
      const gateway = await startBuilt({ endpoints: [endpoint('/a', backend.url)] }, workers)
      let isOver = false
      const load = askEvenly(`${gateway.url}/a`, RATE, () => !isOver)
      await sleep(2000)
      const stoppedMs = performance.now()
      const exitCode = await gateway.stop()
      isOver = true
      const begun = (await load).filter(({ begunMs, ms }) => begunMs < stoppedMs && begunMs + ms >= stoppedMs)
      inFlight += begun.length
      faults.push(...begun.filter(({ status }) => status !== 200).map(({ status, code }) => `failed in flight: ${code || status}`))
      faults.push(...unless(exitCode === 0, `exit code ${exitCode}`))
    }
    await backend.close()
    return { text: `${inFlight} were in flight, ${faults.length} faults`, faults }
  },
}

export const reloadMemory: Figure = {
  name: 'reload-memory',
  what: `${MANY_RELOADS} reloads of ${ENDPOINTS} endpoints with a JSON Schema each`,
  goal: `memory within 15 % of that of the first ${SETTLED_AFTER}`,
  async measure({ workers }) {
    const gateway = await startBuilt(withSchemas(0), workers, INSPECTED)
    const scales = await openScales(gateway)
    const samples: number[] = []
    const held: number[] = []
    for (let i = 1; i <= MANY_RELOADS; i++) {
      await reloadWith(gateway, withSchemas(i))
      samples.push(residentMiB(gateway.child.pid as number))
      if (i % SETTLED_AFTER === 0) held.push(await scales.weigh())
    }
    scales.close()
    await gateway.stop()
    // The heap grows and shrinks by a third from one reload to the next.
    const most = (from: number): number => Math.max(...samples.slice(from, from + SETTLED_AFTER))
    const [first, last] = [most(0), most(MANY_RELOADS - SETTLED_AFTER)]
    const [firstHeld = 0, lastHeld = 0] = [held[0], held.at(-1)]
    return {
      text: `${firstHeld.toFixed(1)} MiB held, then ${lastHeld.toFixed(1)}; at most ${first.toFixed(0)} MiB of the system, then ${last.toFixed(0)}`,
      faults: unless(last <= first * MAX_GROWTH && lastHeld <= firstHeld * MAX_GROWTH, 'memory grows with reloads'),
    }
  },
}

function withSchemas(run: number): Served {
  const properties = {
    id: { type: 'integer', minimum: run },
    name: { type: 'string', maxLength: 100 },
    tags: { type: 'array', items: { type: 'string' } },
  }
  const extra_config = { 'validation/json-schema': { type: 'object', required: ['id'], properties } }
  const endpoints = Array.from({ length: ENDPOINTS }, (_, i) =>
    endpoint(`/a${i}`, 'http://127.0.0.1:1999', { method: 'POST', extra_config }),
  )
  return { endpoints }
}
