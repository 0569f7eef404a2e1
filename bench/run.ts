// `npm run bench`: what a request costs, compared with nginx proxying a small answer in the same run ("units").
// `--rows TEXT` only rows whose name contains it (`start` for the start figures, `event stream` for events), `--runs N` (3), `--seconds N` (4) a measurement.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT, runNode } from '../scripts/tools.ts'
import { checkAnswer, startGateway } from './gateway.ts'
import { measure } from './load.ts'
import type { Asked, Sample } from './load.ts'
import { startBackend, startProxy } from './nginx.ts'
import type { Nginx } from './nginx.ts'
import { loadRows } from './rows.ts'
import type { BenchRow } from './rows.ts'
import { measureStart } from './start-figures.ts'
import { measureStreams } from './stream-figures.ts'
import { formatTable, median } from './statistics.ts'

const GATEWAY_CORE = 0
const LOAD_CORE = 1
/** Warm-up ends after so many requests, when the compiler has seen enough, but not after more rounds than that. */
const WARM_UP_REQUESTS = 40_000
const WARM_UP_SECONDS = 2
const WARM_UP_ROUNDS = 5

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '' }, runs: { type: 'string', default: '3' }, seconds: { type: 'string', default: '4' } },
})
const runs = Number(values.runs)
const seconds = Number(values.seconds)

/** A row's measurement and the unit measured just before it. */
interface Pair {
  readonly sample: Sample
  readonly unit: Sample
  /** nginx doing what the row does. */
  readonly nginx: Sample | null
}

checkMachine()
if (!runNode([join(ROOT, 'scripts/build.ts')]) || !existsSync(join(ROOT, 'dist/cli/bin.js'))) fail('The build failed.')
const rows = await loadRows(values.rows)
const folder = mkdtempSync(join(tmpdir(), 'krakend-bench-'))
try {
  await run()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function run(): Promise<void> {
  console.log(
    `${cpus()[0]?.model}, Node ${process.version}: ${runs} runs of ${seconds} s each, medians. The gateway has core ${GATEWAY_CORE}.`,
  )
  const load = loadavg()[0] ?? 0
  if (load > 1) console.log(`Other programs are running (load average ${load.toFixed(1)}): the figures will be too high.`)
  const backend = await startBackend(LOAD_CORE, folder)
  const proxy = await startProxy(GATEWAY_CORE, folder, backend.port)
  const pairs = new Map<BenchRow, Pair[]>(rows.map((row) => [row, []]))
  for (let i = 0; i < runs; i++) {
    for (const [row, list] of pairs) {
      try {
        list.push(await measurePair(row, backend, proxy))
      } catch (error) {
        console.error(`\n${row.name}: ${(error as Error).message}`)
        process.exitCode = 1
      }
    }
  }
  printRows(pairs)
  if (isAsked('start')) await printStart(backend)
  if (isAsked('event stream')) await printStreams(backend)
  await proxy.stop()
  await backend.stop()
}

async function measurePair(row: BenchRow, backend: Nginx, proxy: Nginx): Promise<Pair> {
  const unit = await measure(LOAD_CORE, proxy.pid, `http://127.0.0.1:${proxy.port}/small.json`, Math.max(2, seconds / 2), folder)
  const gateway = await startGateway(GATEWAY_CORE, join(folder, 'gateway'), backend.port, row)
  try {
    const asked = askedOf(row)
    await checkAnswer(gateway, row, asked)
    const url = `${gateway.url}${row.path}`
    await warmUp(gateway.pid, url, asked)
    const sample = await measure(LOAD_CORE, gateway.pid, url, seconds, folder, asked)
    const ofNginx = row.nginx === undefined ? null : `http://127.0.0.1:${proxy.port}${row.nginx}`
    return { sample, unit, nginx: ofNginx === null ? null : await measure(LOAD_CORE, proxy.pid, ofNginx, seconds, folder, asked) }
  } finally {
    await gateway.stop()
    process.stdout.write('.')
  }
}

async function warmUp(pid: number, url: string, asked: Asked): Promise<void> {
  let requests = 0
  for (let i = 0; i < WARM_UP_ROUNDS && requests < WARM_UP_REQUESTS; i++) {
    const sample = await measure(LOAD_CORE, pid, url, WARM_UP_SECONDS, folder, asked)
    requests += sample.requestsPerSecond * WARM_UP_SECONDS
  }
}

function askedOf({ headers = {}, body, cycle }: BenchRow): Asked {
  const json = body === undefined ? {} : { 'Content-Type': 'application/json' }
  return { headers: { ...json, ...headers }, body, cycle: cycle && { header: cycle.header, values: cycle.values() } }
}

function printRows(pairs: ReadonlyMap<BenchRow, readonly Pair[]>): void {
  const all = [...pairs.values()].flat()
  if (all.length === 0) return
  const unit = column(all.map((pair) => pair.unit))
  const measured = [...pairs].filter(([, list]) => list.length > 0)
  const lines = measured.map(([row, list]) => {
    const unitsOf = (sample: (pair: Pair) => Sample | null): string =>
      median(list.map((pair) => (sample(pair)?.cpuMicrosPerRequest ?? Number.NaN) / pair.unit.cpuMicrosPerRequest)).toFixed(2)
    const nginx = row.nginx === undefined ? '' : unitsOf((pair) => pair.nginx)
    return [row.name, unitsOf((pair) => pair.sample), row.target, row.krakend ?? '', nginx].concat(column(list.map((pair) => pair.sample)))
  })
  const head = ['row', 'units', 'reach', 'KrakenD', 'nginx', 'requests/s', 'CPU µs', 'p50 ms', 'p99 ms', 'RSS MiB']
  console.log(`\n\n${formatTable(head, [['nginx as a proxy, 500 B', '1.00', '', '', '1.00', ...unit], ...lines])}`)
}

function column(samples: readonly Sample[]): string[] {
  const of = (key: keyof Sample, digits: number): string => median(samples.map((sample) => sample[key])).toFixed(digits)
  return [of('requestsPerSecond', 0), of('cpuMicrosPerRequest', 1), of('p50Ms', 2), of('p99Ms', 2), of('rssMiB', 0)]
}

/** Whether the figures of that name are wanted: they are no rows. */
function isAsked(name: string): boolean {
  return name.startsWith(values.rows) || values.rows.startsWith(name)
}

async function printStreams(backend: Nginx): Promise<void> {
  const figures = await measureStreams({ gatewayCore: GATEWAY_CORE, folder, backendPort: backend.port, runs, seconds })
  console.log(
    `\n${formatTable(
      ['streams', 'measured', 'reach'],
      figures.map(({ name, value, target }) => [name, value, target]),
    )}`,
  )
}

async function printStart(backend: Nginx): Promise<void> {
  const place = { gatewayCore: GATEWAY_CORE, loadCore: LOAD_CORE, folder, backendPort: backend.port, runs, seconds }
  const figures = await measureStart(place)
  const lines = figures.map(({ name, value, target, krakend }) => [name, value, target, krakend])
  console.log(`\n${formatTable(['start and memory', 'measured', 'reach', 'KrakenD'], lines)}`)
}

function checkMachine(): void {
  if (process.platform !== 'linux') fail('The benchmark reads /proc and pins processes to cores: it runs on Linux only.')
  if (cpus().length < 2) fail('The benchmark needs two cores: one for the gateway, one for the load.')
  const missing = ['nginx', 'wrk', 'taskset'].filter((program) => spawnSync(program, ['-v']).error !== undefined)
  if (missing.length > 0) fail(`Not installed: ${missing.join(', ')}. On Debian: apt-get install nginx-light wrk util-linux`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
