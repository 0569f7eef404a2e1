// Where telemetry and logs go, as real servers for the tests of this folder: Prometheus, InfluxDB, a receiver of GELF, rsyslog.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/testing/backend.ts'
import { findProgram, lacks, serverOf, type TestServer } from './servers.ts'

/** Where programs look for the daemon of syslog. */
const SYSLOG_SOCKET = '/dev/log'

/** A Prometheus that scrapes these ports of this machine each second. */
export async function startPrometheus(targets: readonly number[]): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-prometheus-'))
  const port = await freePort()
  const scrape = targets.map((target) => `'127.0.0.1:${target}'`).join(', ')
  const job = `  - job_name: gateway\n    static_configs: [{ targets: [${scrape}] }]`
  writeFileSync(join(folder, 'prometheus.yml'), `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n${job}\n`)
  const files = [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`]
  const args = [...files, `--web.listen-address=127.0.0.1:${port}`]
  return serverOf(folder, { command: findProgram('prometheus') ?? '', args, port })
}

/** The value of an expression in PromQL; null where there is none. */
export async function promQuery({ port }: TestServer, expression: string): Promise<number | null> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`)
  // Started again, it first reads what it had.
  if (response.status === 503) return response.body?.cancel().then(() => null) ?? null
  assert.equal(response.status, 200)
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } }
  const [first] = data.result
  return first === undefined ? null : Number(first.value[1])
}

export async function startInflux(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-influx-'))
  const [port, backup] = [await freePort(), await freePort()]
  const file = join(folder, 'influxdb.conf')
  const lines = [
    'reporting-disabled = true',
    `bind-address = "127.0.0.1:${backup}"`,
    `[meta]\ndir = "${join(folder, 'meta')}"`,
    `[data]\ndir = "${join(folder, 'data')}"\nwal-dir = "${join(folder, 'wal')}"`,
    `[http]\nbind-address = "127.0.0.1:${port}"\nauth-enabled = true`,
    '[monitor]\nstore-enabled = false',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return serverOf(folder, { command: findProgram('influxd') ?? '', args: ['-config', file], port })
}

export interface InfluxUser {
  readonly username: string
  readonly password: string
}

/** The rows of a query, each an object by column; as nobody unless there is a user. */
export async function influxQuery({ port }: TestServer, query: string, user?: InfluxUser): Promise<Record<string, unknown>[]> {
  const who = user === undefined ? '' : `&u=${user.username}&p=${user.password}`
  const url = `http://127.0.0.1:${port}/query?db=krakend&q=${encodeURIComponent(query)}${who}`
  const response = await fetch(url, { method: 'POST' })
  const { results, error } = (await response.json()) as {
    results?: { series?: { columns: string[]; values: unknown[][] }[] }[]
    error?: string
  }
  assert.deepEqual([response.status, error], [200, undefined])
  const series = results?.[0]?.series ?? []
  return series.flatMap(({ columns, values }) =>
    values.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]] as const))),
  )
}

export interface LineServer extends TestServer {
  /** What it has taken so far. */
  lines(): string[]
}

/** A receiver of GELF over UDP and TCP: each line is a record. */
export async function startGelf(): Promise<LineServer> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-gelf-'))
  const port = await freePort()
  const file = join(folder, 'records')
  const args = [fileURLToPath(new URL('gelf-receiver.ts', import.meta.url)), String(port), file]
  const server = await serverOf(folder, { command: process.execPath, args, port })
  return { ...server, lines: () => linesOf(file) }
}

/** A daemon of syslog that this machine has not yet, at /dev/log: each line is facility and severity, tag, and text. */
export async function startSyslog(): Promise<LineServer> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-syslog-'))
  // Only to see that it runs.
  const port = await freePort()
  const [config, file] = [join(folder, 'rsyslog.conf'), join(folder, 'lines')]
  const parts = ['property(name="pri-text")', 'property(name="syslogtag")', 'property(name="msg")']
  const lines = [
    `global(workDirectory="${folder}")`,
    'module(load="imuxsock" SysSock.Use="off")',
    `input(type="imuxsock" Socket="${SYSLOG_SOCKET}" UsePIDFromSystem="off" RateLimit.Interval="0")`,
    'module(load="imtcp")',
    `input(type="imtcp" address="127.0.0.1" port="${port}")`,
    `template(name="line" type="list") { ${parts.join(' constant(value=" ") ')} constant(value="\\n") }`,
    `action(type="omfile" file="${file}" template="line")`,
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const args = ['-n', '-f', config, '-i', join(folder, 'pid')]
  const cleanUp = (): void => rmSync(SYSLOG_SOCKET, { force: true })
  const server = await serverOf(folder, { command: findProgram('rsyslogd') ?? '', args, port, cleanUp })
  return { ...server, lines: () => linesOf(file) }
}

/** As `skip` of node:test: why no daemon of syslog can be started here. */
export function lacksSyslog(): false | string {
  if (process.getuid?.() !== 0) return 'only root opens /dev/log'
  if (existsSync(SYSLOG_SOCKET)) return 'this machine has a daemon of syslog, whose log is its own'
  return lacks('rsyslogd', 'rsyslog') || lacks('logger', 'bsdutils')
}

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
}
