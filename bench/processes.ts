// Child processes of the benchmark: pinned to a core, their CPU time and memory read from /proc. Linux only.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const TICKS_PER_SECOND = 100
const READY_WITHIN_MS = 20_000
const POLL_MS = 2
const SAMPLE_EVERY_MS = 100

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

export interface Running {
  readonly pid: number
  /** From the start of the process to its first good answer. */
  readonly firstAnswerMs: number
  stop(): Promise<void>
}

/** Starts a program on one core and waits until the URL answers 200. */
export async function startPinned(core: number, command: readonly string[], cwd: string, url: string): Promise<Running> {
  const startedAt = performance.now()
  // taskset replaces itself by the program: the process id is the program's.
  const child = spawn('taskset', ['-c', String(core), ...command], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  const ended = once(child, 'exit').then(() => running.delete(child))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output = (output + String(chunk)).slice(-4000)))
  while ((await statusOf(url)) !== 200) {
    if (child.exitCode !== null || performance.now() - startedAt > READY_WITHIN_MS)
      throw new Error(`${command.join(' ')} gave no answer:\n${output}`)
    await sleep(POLL_MS)
  }
  const firstAnswerMs = performance.now() - startedAt
  async function stop(): Promise<void> {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
    await ended
    clearTimeout(timer)
  }
  return { pid: child.pid as number, firstAnswerMs, stop }
}

/** CPU time of a process with all its threads, user and system, in microseconds. */
export function cpuMicros(pid: number): number {
  return readCpu(`/proc/${pid}`)
}

/** The same of each of its threads by its number. */
export function threadCpuMicros(pid: number): Map<string, number> {
  const folder = `/proc/${pid}/task`
  return new Map(readdirSync(folder).map((thread) => [thread, readCpu(`${folder}/${thread}`)]))
}

function readCpu(folder: string): number {
  const stat = readFileSync(`${folder}/stat`, 'latin1')
  // The command may contain blanks: fields are counted from its closing bracket, which ends field 2.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6
}

export function residentMiB(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return Number(kib) / 1024
}

/** Reads it ten times a second; the function that is given ends that, and gives the most there was. */
export function watchResidentMiB(pid: number): () => number {
  let most = residentMiB(pid)
  const timer = setInterval(() => (most = Math.max(most, residentMiB(pid))), SAMPLE_EVERY_MS)
  return () => {
    clearInterval(timer)
    return most
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    }).on('error', () => resolve(0))
  })
}
