// What is not a request: memory at rest, time to the first answer, and what 5,000 endpoints cost.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from '../scripts/tools.ts'
import { runGateway, startGateway } from './gateway.ts'
import { measure } from './load.ts'
import { residentMiB } from './processes.ts'
import { median } from './statistics.ts'

const MANY = 5000
const FEW = 10
const SETTLE_MS = 1500

export interface Figure {
  readonly name: string
  readonly value: string
  readonly target: string
  readonly krakend: string
}

export interface Place {
  readonly gatewayCore: number
  readonly loadCore: number
  readonly folder: string
  readonly backendPort: number
  readonly runs: number
  readonly seconds: number
}

export async function measureStart(place: Place): Promise<Figure[]> {
  const quickstart = await repeat(place.runs, () => startQuickstart(place))
  const few = await repeat(place.runs, () => startRoutes(place, FEW))
  const many = await repeat(place.runs, () => startRoutes(place, MANY))
  const extraMiB = medianOf(many, 'rssMiB') - medianOf(few, 'rssMiB')
  const [manyCpu, fewCpu] = [medianOf(many, 'cpuMicros'), medianOf(few, 'cpuMicros')]
  return [
    { name: 'idle memory, quickstart', value: `${medianOf(quickstart, 'rssMiB').toFixed(0)} MiB`, target: '≤ 110 MB', krakend: '30 MB' },
    { name: 'first answer, quickstart', value: `${medianOf(quickstart, 'startMs').toFixed(0)} ms`, target: '≤ 300 ms', krakend: '36 ms' },
    { name: `start with ${MANY} endpoints`, value: `${medianOf(many, 'startMs').toFixed(0)} ms`, target: '≤ 1,000 ms', krakend: '349 ms' },
    { name: `memory of ${MANY} endpoints`, value: `+${extraMiB.toFixed(0)} MiB`, target: '≤ +40 MB', krakend: '' },
    {
      name: `one request with ${MANY} endpoints against ${FEW}`,
      value: `${manyCpu.toFixed(1)} against ${fewCpu.toFixed(1)} µs`,
      target: 'no slower',
      krakend: '',
    },
  ]
}

interface Start {
  readonly startMs: number
  readonly rssMiB: number
  readonly cpuMicros: number
}

async function startQuickstart(place: Place): Promise<Start> {
  const gateway = await runGateway(place.gatewayCore, place.folder, join(ROOT, 'examples/quickstart/krakend.json'))
  await sleep(SETTLE_MS)
  const start = { startMs: gateway.firstAnswerMs, rssMiB: residentMiB(gateway.pid), cpuMicros: 0 }
  await gateway.stop()
  return start
}

async function startRoutes(place: Place, count: number): Promise<Start> {
  const endpoints = Array.from({ length: count }, (_none, i) => ({
    endpoint: `/section${i % 50}/resource${i}/{id}`,
    backend: [{ url_pattern: '/small.json' }],
  }))
  const gateway = await startGateway(place.gatewayCore, join(place.folder, `routes-${count}`), place.backendPort, { endpoints })
  await sleep(SETTLE_MS)
  const rssMiB = residentMiB(gateway.pid)
  const url = `${gateway.url}/section${(count - 1) % 50}/resource${count - 1}/7`
  await measure(place.loadCore, gateway.pid, url, 1, place.folder)
  const { cpuMicrosPerRequest } = await measure(place.loadCore, gateway.pid, url, place.seconds, place.folder)
  await gateway.stop()
  return { startMs: gateway.firstAnswerMs, rssMiB, cpuMicros: cpuMicrosPerRequest }
}

async function repeat(times: number, run: () => Promise<Start>): Promise<Start[]> {
  const results: Start[] = []
  for (let i = 0; i < times; i++) results.push(await run())
  return results
}

function medianOf(starts: readonly Start[], key: keyof Start): number {
  return median(starts.map((start) => start[key]))
}
