// `npm start`: the quickstart gateway with its demo backends, and URLs to try. Whatever port is taken, another one is found.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { QUICKSTART_PORTS, startDemoBackends } from '../examples/demo-backends.ts'
import type { DemoBackend } from '../examples/demo-backends.ts'
import { ROOT } from './tools.ts'

const QUICKSTART = 'examples/quickstart/krakend.json'
const DEFAULT_PORT = 8080
const USAGE = `usage: npm start -- [--port PORT] [--config FILE] [--verbose]
  -p, --port PORT     where the gateway listens: ${DEFAULT_PORT}, or a free port when that is taken
  -c, --config FILE   another JSON file for the same backends: ${QUICKSTART}
  -v, --verbose       the whole log, not only warnings and requests`
const READY_WITHIN_MS = 10_000
const STOP_WITHIN_MS = 5000
/** npm and the terminal both tell of one Ctrl-C. */
const ECHO_MS = 200
const EXAMPLES = [
  ['/v1/products', 'three product hosts, load balanced, merged with the offers of marketing'],
  ['/v1/products/1', 'only some fields, one of them renamed'],
  ['/v1/products/1/supplier', 'two calls in sequence: the product names its supplier'],
  ['/v1/overview', 'two answers side by side, each in a group'],
  ['/v1/offers.csv', 'passed through untouched (no-op)'],
] as const

const options = readOptions()
const port = await choosePort()
const backends = await startBackends()
const folder = mkdtempSync(join(tmpdir(), 'krakend-start-'))
const gateway = startGateway()
let isStopping = false
let stoppedMs = 0
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
gateway.on('exit', (code) => void finish(isStopping ? 0 : (code ?? 1)))
await waitUntilReady()
printExamples()

interface Options {
  /** Null: the default, or a free one. */
  readonly port: number | null
  readonly file: string
  readonly isVerbose: boolean
}

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', short: 'p' },
        config: { type: 'string', short: 'c', default: QUICKSTART },
        verbose: { type: 'boolean', short: 'v', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    const given = values.port === undefined ? null : Number(values.port)
    if (given !== null && !(Number.isInteger(given) && given > 0 && given <= 65_535))
      fail(`--port must be a number from 1 to 65535\n${USAGE}`)
    return { port: given, file: values.config, isVerbose: values.verbose }
  } catch (error) {
    return fail(`${(error as Error).message.split('. ')[0]}\n${USAGE}`)
  }
}

/** The gateway would say so as well; asking first keeps its log out of the message. */
async function choosePort(): Promise<number> {
  const wanted = options.port ?? DEFAULT_PORT
  try {
    return await probe(wanted)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE') return fail(message)
    if (options.port !== null) return fail(`Port ${wanted} is taken by another program. Without --port a free one is found.`)
    return probe(0)
  }
}

/** The port, once nobody else had it; 0 finds a free one. */
async function probe(wanted: number): Promise<number> {
  const server = createServer().listen(wanted)
  await once(server, 'listening')
  const found = (server.address() as AddressInfo).port
  server.close()
  await once(server, 'close')
  return found
}

/** On the ports that the quickstart file names, or on free ones when one of them is taken. */
async function startBackends(): Promise<DemoBackend[]> {
  try {
    return await startDemoBackends()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE') return fail(message)
    return startDemoBackends({ products: QUICKSTART_PORTS.products.map(() => 0), marketing: 0 })
  }
}

/** Detached, so that Ctrl-C in a terminal reaches it once only: through `stop`. */
function startGateway(): ChildProcess {
  const args = [join(ROOT, 'src/cli/bin.ts'), 'run', '-c', writeConfig(), '-p', String(port)]
  return spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], detached: process.platform !== 'win32' })
}

/** The file with the backends' ports, and a log of warnings and requests unless it says something else about its log. */
function writeConfig(): string {
  const path = join(folder, 'krakend.json')
  const named = [...QUICKSTART_PORTS.products, QUICKSTART_PORTS.marketing]
  let text = readFile(options.file)
  for (const [index, old] of named.entries()) text = text.replaceAll(`127.0.0.1:${old}`, `127.0.0.1:${backends[index]?.port}`)
  const config = parse(text)
  const blocks = config['extra_config'] as Record<string, unknown> | undefined
  const quiet = options.isVerbose || config['version'] !== 3 ? {} : { 'telemetry/logging': { level: 'WARNING', stdout: true } }
  writeFileSync(path, JSON.stringify({ ...config, extra_config: { ...quiet, ...blocks } }))
  return path
}

function readFile(file: string): string {
  try {
    return readFileSync(resolve(ROOT, file), 'utf8')
  } catch {
    return fail(`${file} cannot be read\n${USAGE}`)
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    return fail(`${options.file} is no JSON: ${(error as Error).message}`)
  }
}

/** Asks for a connection, not for an answer, which would have its line in the log. */
async function waitUntilReady(): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  while (Date.now() < deadline) {
    if (gateway.exitCode !== null || isStopping) return
    if (await isListening()) return
    await sleep(20)
  }
  console.error(`The gateway did not answer within ${READY_WITHIN_MS / 1000} s.`)
  stop()
}

async function isListening(): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function printExamples(): void {
  if (gateway.exitCode !== null || isStopping) return
  const width = Math.max(...EXAMPLES.map(([path]) => path.length))
  console.log(`\nThe gateway is ready, with ${options.file}. Try:\n`)
  for (const [path, what] of EXAMPLES) console.log(`  curl -i http://localhost:${port}${path.padEnd(width)}   # ${what}`)
  console.log('\nCtrl-C stops it.\n')
}

/** The first Ctrl-C lets requests end, the second one does not. */
function stop(): void {
  if (isStopping) {
    if (performance.now() - stoppedMs > ECHO_MS) gateway.kill('SIGKILL')
    return
  }
  isStopping = true
  stoppedMs = performance.now()
  gateway.kill('SIGTERM')
  setTimeout(() => gateway.kill('SIGKILL'), STOP_WITHIN_MS).unref()
}

async function finish(code: number): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  await Promise.all(backends.map((backend) => backend.close()))
  process.exit(code)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
