// Real servers for the tests of this folder, each a process of its own with its data in a folder of its own, stopped and started at will.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/testing/backend.ts'

export interface TestServer {
  readonly port: number
  /** Starts it again with the data it has. */
  start(): Promise<void>
  /** SIGKILL by default: whoever is connected loses the connection. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Ends it and removes its data. */
  remove(): Promise<void>
}

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly port: number
  /** What is left when it has ended. */
  readonly cleanUp?: () => void
}

const START_MS = 60_000
/** Where Debian puts servers that are not on everybody's PATH. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/lib/rabbitmq/bin']

/** What ends those that still run when the tests do, whatever ends them. */
const leftOvers = new Set<() => void>()
process.on('exit', () => {
  for (const end of leftOvers) end()
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** The path of a program; null where it is not installed. */
export function findProgram(name: string): string | null {
  const folders = [...MORE_FOLDERS.toReversed(), ...(process.env.PATH ?? '').split(delimiter)]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null
}

/** What a test needs, as `skip` of node:test: false where it is there, else the command that installs it. */
export function lacks(program: string, debianPackage: string): false | string {
  return findProgram(program) === null ? `${program} is not installed: apt-get install ${debianPackage}` : false
}

export async function startRabbit(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-rabbit-'))
  const [port, distribution, mapper] = [await freePort(), await freePort(), await freePort()]
  return serverOf(folder, {
    command: findProgram('rabbitmq-server') ?? '',
    args: [],
    port,
    // The daemon that knows which port a node of Erlang has outlives it.
    cleanUp: () => void spawnSync('epmd', ['-port', String(mapper), '-kill']),
    env: {
      HOME: folder,
      RABBITMQ_NODENAME: `gateway${port}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_DIST_PORT: String(distribution),
      ERL_EPMD_PORT: String(mapper),
      // It ends when it is told to, also where the node has just died.
      ERL_EPMD_RELAXED_COMMAND_CHECK: '1',
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
      RABBITMQ_PID_FILE: join(folder, 'pid'),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1',
    },
  })
}

export async function startNats(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-nats-'))
  const port = await freePort()
  const args = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(folder, 'data')]
  return serverOf(folder, { command: findProgram('nats-server') ?? '', args, port })
}

export async function startEtcd(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-etcd-'))
  const [port, peerPort] = [await freePort(), await freePort()]
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`]
  const args = ['--data-dir', join(folder, 'data'), '--listen-client-urls', client, '--advertise-client-urls', client]
  const cluster = ['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`]
  return serverOf(folder, { command: findProgram('etcd') ?? '', args: [...args, ...cluster], port })
}

/** An emulator of SQS and SNS that keeps what it has. */
export async function startFauxqs(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-fauxqs-'))
  const port = await freePort()
  const program = fileURLToPath(new URL('server.js', import.meta.resolve('fauxqs')))
  const env = { FAUXQS_HOST: '127.0.0.1', FAUXQS_PORT: String(port), FAUXQS_DATA_DIR: folder, FAUXQS_PERSISTENCE: 'true' }
  return serverOf(folder, { command: process.execPath, args: [program], port, env })
}

/** A name server that knows these records, and nothing of the machine's own. */
export async function startDnsmasq(records: readonly string[], port?: number): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-dnsmasq-'))
  const own = port ?? (await freePort())
  const alone = [
    '--keep-in-foreground',
    '--no-resolv',
    '--no-hosts',
    '--conf-file=/dev/null',
    '--bind-interfaces',
    '--listen-address=127.0.0.1',
  ]
  const pid = `--pid-file=${join(folder, 'pid')}`
  return serverOf(folder, { command: findProgram('dnsmasq') ?? '', args: [...alone, pid, `--port=${own}`, ...records], port: own })
}

/** A server of that folder, which goes with it. */
export async function serverOf(folder: string, program: Program): Promise<TestServer> {
  let child: ChildProcess | null = null
  const end = (): void => {
    if (child?.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    program.cleanUp?.()
  }
  leftOvers.add(end)
  const server: TestServer = {
    port: program.port,
    async start() {
      child = spawn(program.command, program.args, {
        cwd: folder,
        env: { ...process.env, ...program.env },
        stdio: ['ignore', 'ignore', 'ignore'],
        // A group of its own: some servers are scripts that start the real one.
        detached: true,
      })
      await listening(program.port, child)
    },
    async stop(signal = 'SIGKILL') {
      const ending = child
      child = null
      if (ending?.pid === undefined || ending.exitCode !== null) return
      const ended = once(ending, 'exit')
      process.kill(-ending.pid, signal)
      await ended
      while (await answers(program.port)) await setTimeout(20)
    },
    async remove() {
      await server.stop()
      leftOvers.delete(end)
      program.cleanUp?.()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
  await server.start()
  return server
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_MS
  while (!(await answers(port))) {
    if (performance.now() > deadline || child.exitCode !== null) throw new Error(`${child.spawnfile} does not listen on port ${port}`)
    await setTimeout(50)
  }
}

/** Whether somebody listens on this port of this machine. */
export async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const isThere = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  socket.destroy()
  return isThere
}
