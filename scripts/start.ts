// `npm start`: the quickstart gateway with its demo backends, and URLs to try.
// `npm start -- --port 9090` listens elsewhere, `--config FILE` serves another file for the same backends.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startDemoBackends } from '../examples/demo-backends.ts'
import type { DemoBackend } from '../examples/demo-backends.ts'
import { ROOT } from './tools.ts'

const QUICKSTART = 'examples/quickstart/krakend.json'
const READY_WITHIN_MS = 10_000
const STOP_WITHIN_MS = 5000
const EXAMPLES = [
  ['/v1/products', 'three product hosts, load balanced, merged with the offers of marketing'],
  ['/v1/products/1', 'only some fields, one of them renamed'],
  ['/v1/products/1/supplier', 'two calls in sequence: the product names its supplier'],
  ['/v1/overview', 'two answers side by side, each in a group'],
  ['/v1/offers.csv', 'passed through untouched (no-op)'],
] as const

const { values } = parseArgs({
  options: { port: { type: 'string', short: 'p', default: '8080' }, config: { type: 'string', short: 'c', default: QUICKSTART } },
})
const port = Number(values.port)

await checkPort()
const backends = await startBackends()
const gateway = startGateway()
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
gateway.on('exit', (code) => void finish(isStopping ? 0 : (code ?? 1)))
await waitUntilReady()
printExamples()

/** The gateway would say so as well; asking first keeps its log out of the message. */
async function checkPort(): Promise<void> {
  const probe = createServer()
  const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    probe.once('error', resolve)
    probe.listen(port, () => resolve(null))
  })
  probe.close()
  if (error === null) return
  const isTaken = error.code === 'EADDRINUSE'
  fail(isTaken ? `Port ${port} is taken by another program. Try \`npm start -- --port 9090\`.` : error.message)
}

async function startBackends(): Promise<DemoBackend[]> {
  try {
    return await startDemoBackends()
  } catch (error) {
    const { code, port: taken, message } = error as NodeJS.ErrnoException & { port?: number }
    return fail(
      code === 'EADDRINUSE' ? `Port ${taken} is taken by another program: the demo backends need it (${QUICKSTART} names it).` : message,
    )
  }
}

/** Detached, so that Ctrl-C in a terminal reaches it once only: through `stop`. */
function startGateway(): ChildProcess {
  const args = [join(ROOT, 'src/cli/bin.ts'), 'run', '-c', values.config, '-p', String(port)]
  return spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], detached: process.platform !== 'win32' })
}

async function waitUntilReady(): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  while (Date.now() < deadline) {
    if (gateway.exitCode !== null || isStopping) return
    const response = await fetch(`http://127.0.0.1:${port}/__health`).catch(() => null)
    if (response?.ok === true) return
    await sleep(20)
  }
  console.error(`The gateway did not answer within ${READY_WITHIN_MS / 1000} s.`)
  stop()
}

function printExamples(): void {
  if (gateway.exitCode !== null || isStopping) return
  const width = Math.max(...EXAMPLES.map(([path]) => path.length))
  console.log(`\nThe gateway is ready, with ${values.config}. Try:\n`)
  for (const [path, what] of EXAMPLES) console.log(`  curl -i http://localhost:${port}${path.padEnd(width)}   # ${what}`)
  console.log('\nCtrl-C stops it.\n')
}

function stop(): void {
  if (isStopping) return
  isStopping = true
  gateway.kill('SIGTERM')
  setTimeout(() => gateway.kill('SIGKILL'), STOP_WITHIN_MS).unref()
}

async function finish(code: number): Promise<void> {
  await Promise.all(backends.map((backend) => backend.close()))
  process.exit(code)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
