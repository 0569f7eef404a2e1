// One measurement: wrk on one core against a process on another.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cpuMicros, residentMiB } from './processes.ts'

const CONNECTIONS = 64
const PLAIN: Asked = { headers: {} }

export interface Sample {
  readonly requestsPerSecond: number
  readonly cpuMicrosPerRequest: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly rssMiB: number
}

interface WrkResult {
  readonly requests: number
  readonly micros: number
  readonly failed: number
  readonly p50: number
  readonly p99: number
}

/** What is asked besides the URL. */
export interface Asked {
  readonly headers: Readonly<Record<string, string>>
  /** Sent by POST. */
  readonly body?: string | undefined
  /** Values of a header that are used in turn. */
  readonly cycle?: { readonly header: string; readonly values: readonly string[] } | undefined
  /** How long each connection waits between an answer and its next request, in milliseconds. */
  readonly pauseMs?: number
}

/** Loads the URL for that long and reads what the process spent on it. Any answer but 200 is an error. */
export async function measure(
  core: number,
  pid: number,
  url: string,
  seconds: number,
  folder: string,
  asked: Asked = PLAIN,
): Promise<Sample> {
  const script = join(folder, 'wrk.lua')
  const values = join(folder, 'values.txt')
  writeFileSync(values, (asked.cycle?.values ?? []).join('\n'))
  writeFileSync(script, wrkScript(asked, values))
  const cpuBefore = cpuMicros(pid)
  const result = await runWrk(core, url, seconds, script)
  const cpu = cpuMicros(pid) - cpuBefore
  if (result.failed > 0) throw new Error(`${result.failed} of ${result.requests} requests to ${url} failed`)
  return {
    requestsPerSecond: result.requests / (result.micros / 1e6),
    cpuMicrosPerRequest: cpu / result.requests,
    p50Ms: result.p50 / 1000,
    p99Ms: result.p99 / 1000,
    rssMiB: residentMiB(pid),
  }
}

export type Load = (seconds: number) => Promise<Sample>

const TURNS = 3
const TURN_SECONDS = 2
/** While a gateway waits for its turn, V8 takes the room for new objects away, and collecting garbage costs more for a while. */
const LEAD_SECONDS = 1

/** CPU time of a request of each, measured in turn. Of all turns the least: what else a machine does only ever adds. */
export async function compare(loads: readonly Load[]): Promise<number[]> {
  const least = loads.map(() => Infinity)
  for (let turn = 0; turn < TURNS; turn++)
    for (const [index, load] of loads.entries()) {
      await load(LEAD_SECONDS)
      const { cpuMicrosPerRequest } = await load(TURN_SECONDS)
      least[index] = Math.min(least[index] as number, cpuMicrosPerRequest)
    }
  return least
}

async function runWrk(core: number, url: string, seconds: number, script: string): Promise<WrkResult> {
  const args = ['-c', String(core), 'wrk', '-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', script, url]
  const child = spawn('taskset', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)))
  await once(child, 'close')
  const json = /^RESULT (.*)$/m.exec(output)?.[1]
  if (json === undefined) throw new Error(`wrk printed no result:\n${output}`)
  return JSON.parse(json) as WrkResult
}

function wrkScript({ headers, body, cycle, pauseMs }: Asked, valuesFile: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `wrk.headers[${quote(name)}] = ${quote(value)}`)
  if (body !== undefined) lines.push('wrk.method = "POST"', `wrk.body = ${quote(body)}`)
  if (pauseMs !== undefined) lines.push(`function delay() return ${pauseMs} end`)
  if (cycle !== undefined) {
    lines.push('local values = {}', `for line in io.lines(${quote(valuesFile)}) do values[#values + 1] = line end`, 'local at = 0')
    lines.push(
      'function request()',
      '  at = at % #values + 1',
      `  wrk.headers[${quote(cycle.header)}] = values[at]`,
      '  return wrk.format()',
      'end',
    )
  }
  return `${lines.join('\n')}
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"micros":%d,"failed":%d,"p50":%d,"p99":%d}\\n', summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
`
}

function quote(text: string): string {
  return `"${text.replace(/["\\\n]/g, (character) => `\\${character}`)}"`
}
