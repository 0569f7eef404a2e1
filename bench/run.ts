// `npm run bench`: what a request costs, compared with nginx proxying a small answer in the same run ("units").
// `--rows TEXT` only rows whose name contains it (`start` for the start figures, `event stream` for events), `--runs N` (3), `--seconds N` (4) a measurement.
// `--against NAME` measures what rows cost more than the one of that name, both asked in turn, N pairs of processes: for machines that are not quiet.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT, runNode } from '../scripts/tools.ts'
import { measureAgainst } from './against.ts'
import { measure } from './load.ts'
import type { Asked, Sample } from './load.ts'
import { startBackend, startProxy } from './nginx.ts'
import type { Nginx } from './nginx.ts'
import { loadRows } from './rows.ts'
import type { BenchRow } from './rows.ts'
import { measureStart } from './start-figures.ts'
import { type Place, startRow } from './started-row.ts'
import { measureStreams } from './stream-figures.ts'
import { formatTable, median } from './statistics.ts'

const GATEWAY_CORE = 0
const LOAD_CORE = 1

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '' },
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    against: { type: 'string' },
  },
})
const runs = Number(values.runs)
const seconds = Number(values.seconds)

/** What nginx is asked for a unit. */
const UNIT = '/small.json'

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
const base = values.against === undefined ? null : await baseOf(values.against)
const folder = mkdtempSync(join(tmpdir(), 'krakend-bench-'))
try {
  await run()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function run(): Promise<void> {
  console.log(
    `${cpus()[0]?.model}, Node ${process.version}: ${base === null ? `${runs} runs of ${seconds} s each, medians` : `medians of ${runs} pairs of processes`}. The gateway has core ${GATEWAY_CORE}.`,
  )
  const load = loadavg()[0] ?? 0
  if (load > 1) console.log(`Other programs are running (load average ${load.toFixed(1)}): the figures will be too high.`)
  const backend = await startBackend(LOAD_CORE, folder)
  const proxy = await startProxy(GATEWAY_CORE, folder, backend.port)
  if (base === null) await runEach(backend, proxy)
  else await runAgainst(base, backend, proxy)
  await proxy.stop()
  await backend.stop()
}

async function runEach(backend: Nginx, proxy: Nginx): Promise<void> {
  const pairs = new Map<BenchRow, Pair[]>(rows.map((row) => [row, []]))
  for (let i = 0; i < runs; i++) {
    for (const [row, list] of pairs) {
      try {
        list.push(await measurePair(row, backend, proxy))
      } catch (error) {
        report(row, error)
      }
    }
  }
  printRows(pairs)
  if (isAsked('start')) await printStart(backend)
  if (isAsked('event stream')) await printStreams(backend)
}

async function measurePair(row: BenchRow, backend: Nginx, proxy: Nginx): Promise<Pair> {
  const unit = await measureNginx(proxy, UNIT, Math.max(2, seconds / 2))
  const gateway = await startRow(row, placeOf(backend), 'gateway')
  try {
    const sample = await gateway.measure(seconds)
    const nginx = row.nginx === undefined ? null : await measureNginx(proxy, row.nginx, seconds, gateway.asked)
    return { sample, unit, nginx }
  } finally {
    await gateway.stop()
    process.stdout.write('.')
  }
}

function placeOf({ port }: Nginx): Place {
  return { gatewayCore: GATEWAY_CORE, loadCore: LOAD_CORE, folder, backendPort: port }
}

function measureNginx({ pid, port }: Nginx, path: string, forSeconds: number, asked?: Asked): Promise<Sample> {
  return measure(LOAD_CORE, pid, `http://127.0.0.1:${port}${path}`, forSeconds, folder, asked)
}

/** Of each row, what it costs more than the one that `--against` names. */
async function runAgainst(baseRow: BenchRow, backend: Nginx, proxy: Nginx): Promise<void> {
  const lines: string[][] = []
  for (const row of rows.filter(({ name }) => name !== baseRow.name)) {
    const unit = (forSeconds: number): Promise<Sample> => measureNginx(proxy, UNIT, forSeconds)
    try {
      const { cpuMicros, baseMicros, moreUnits } = await measureAgainst(row, baseRow, placeOf(backend), unit, runs)
      lines.push([row.name, moreUnits.toFixed(2), row.target, cpuMicros.toFixed(1), baseMicros.toFixed(1)])
    } catch (error) {
      report(row, error)
    }
    process.stdout.write('.')
  }
  console.log(`\n\n${formatTable(['row', 'more units', 'reach', 'CPU µs', `CPU µs of "${baseRow.name}"`], lines)}`)
}

function report({ name }: BenchRow, error: unknown): void {
  console.error(`\n${name}: ${(error as Error).message}`)
  process.exitCode = 1
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

async function baseOf(name: string): Promise<BenchRow> {
  const found = (await loadRows(name)).find((row) => row.name === name)
  return found ?? fail(`--against "${name}": no row has that name`)
}

function checkMachine(): void {
  if (process.platform !== 'linux') fail('The benchmark reads /proc and pins processes to cores: it runs on Linux only.')
  if (cpus().length < 2) fail('The benchmark needs two cores: one for the gateway, one for the load.')
  const missing = ['nginx', 'wrk', 'taskset'].filter((program) => spawnSync(program, ['-v']).error !== undefined)
  if (missing.length > 0) fail(`Not installed: ${missing.join(', ')}. On Debian: apt-get install nginx-light wrk util-linux`)
  // What reads the gateway's log must not do so on its core.
  spawnSync('taskset', ['-a', '-c', '-p', String(LOAD_CORE), String(process.pid)])
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
