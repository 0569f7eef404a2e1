// `npm run bench:brokers`: messages per second through one core of the gateway, into a real RabbitMQ and out of it, and what each of them costs.
// Linux only; needs rabbitmq-server, nginx and wrk.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { connect, type ConfirmChannel } from 'amqplib'
import { runNode } from '../scripts/tools.ts'
import { lacks, startRabbit } from '../test/integration/servers.ts'
import { serveConfig } from './gateway.ts'
import { measure } from './load.ts'
import { startBackend } from './nginx.ts'
import { cpuMicros } from './processes.ts'

/** The gateway has one core to itself; broker, backend and load share the other. */
const [OTHERS_CORE, GATEWAY_CORE] = [0, 1]
const SECONDS = 10
const WARM_UP_SECONDS = 2
const MESSAGES = 60_000
/** What the agent handles before it is measured, and what is left when that ends. */
const MARGIN = 5000
const BODY = JSON.stringify({ order: 1234, customer: 'someone', items: [1, 2, 3] })
const PREFETCH = 100
const WORKERS = 50
const POLL_MS = 20
const KEPT = 10_000

interface Figures {
  readonly perSecond: number
  readonly cpuMicros: number
}

interface Bench {
  readonly folder: string
  readonly url: string
  readonly channel: ConfirmChannel
}

/** Requests of clients become messages, each confirmed before its client is answered. */
async function measurePublisher({ folder, url, channel }: Bench): Promise<Figures> {
  const exchange = 'published'
  await channel.assertExchange(exchange, 'topic', { durable: true })
  await channel.assertQueue(exchange, { maxLength: KEPT })
  await channel.bindQueue(exchange, exchange, '#')
  const producer = { exchange, durable: true, routing_key: 'k', static_routing_key: true }
  const backend = {
    host: [url],
    disable_host_sanitize: true,
    url_pattern: '/',
    extra_config: { 'backend/amqp/producer': producer },
  }
  const endpoints = [{ endpoint: '/publish', method: 'POST', backend: [backend] }]
  const gateway = await serveConfig(GATEWAY_CORE, join(folder, 'publisher'), { endpoints })
  const asked = { headers: {}, body: BODY }
  await measure(OTHERS_CORE, gateway.pid, `${gateway.url}/publish`, WARM_UP_SECONDS, folder, asked)
  const { requestsPerSecond, cpuMicrosPerRequest } = await measure(
    OTHERS_CORE,
    gateway.pid,
    `${gateway.url}/publish`,
    SECONDS,
    folder,
    asked,
  )
  await gateway.stop()
  return { perSecond: requestsPerSecond, cpuMicros: cpuMicrosPerRequest }
}

/** Messages of a queue become requests of a backend, each acknowledged when its answer is there. */
async function measureAgent({ folder, url, channel }: Bench, backendPort: number): Promise<Figures> {
  const name = 'consumed'
  await channel.assertQueue(name, { durable: true })
  for (let sent = 0; sent < MESSAGES; sent++) channel.sendToQueue(name, Buffer.from(BODY))
  await channel.waitForConfirms()
  const agent = {
    name: 'agent',
    consumer: { topic: '#', workers: WORKERS },
    backend: [{ host: [`http://127.0.0.1:${backendPort}`], url_pattern: '/small.json' }],
    extra_config: { 'async/amqp': { host: url, name, durable: true, prefetch_count: PREFETCH } },
  }
  const gateway = await serveConfig(GATEWAY_CORE, join(folder, 'agent'), { endpoints: [], async_agent: [agent] })
  const start = await depthBelow(channel, name, MESSAGES - MARGIN, gateway.pid)
  const end = await depthBelow(channel, name, MARGIN, gateway.pid)
  await gateway.stop()
  const count = start.depth - end.depth
  return { perSecond: (count / (end.atMs - start.atMs)) * 1000, cpuMicros: (end.cpu - start.cpu) / count }
}

/** When that many messages wait, or fewer: how many, when, and what the gateway has spent until then. */
async function depthBelow(channel: ConfirmChannel, queue: string, most: number, pid: number) {
  for (;;) {
    const { messageCount: depth } = await channel.checkQueue(queue)
    if (depth <= most) return { depth, atMs: performance.now(), cpu: cpuMicros(pid) }
    await setTimeout(POLL_MS)
  }
}

function tell(name: string, { perSecond, cpuMicros: cpu }: Figures): void {
  console.log(`${name.padEnd(48)} ${Math.round(perSecond).toString().padStart(7)} messages/s ${cpu.toFixed(1).padStart(7)} µs CPU each`)
}

const lacking = lacks('rabbitmq-server', 'rabbitmq-server') || lacks('nginx', 'nginx-light') || lacks('wrk', 'wrk')
if (lacking !== false) throw new Error(lacking)
if (!runNode(['scripts/build.ts'])) process.exit(1)
// What is started from here on stays on that core, the gateway apart.
spawnSync('taskset', ['-acp', String(OTHERS_CORE), String(process.pid)])
const folder = mkdtempSync(join(tmpdir(), 'krakend-bench-brokers-'))
const rabbit = await startRabbit()
const backend = await startBackend(OTHERS_CORE, folder)
const url = `amqp://guest:guest@127.0.0.1:${rabbit.port}`
const model = await connect(url)
try {
  const bench: Bench = { folder, url, channel: await model.createConfirmChannel() }
  tell('publish endpoint (backend/amqp/producer)', await measurePublisher(bench))
  tell(`agent with prefetch ${PREFETCH} (async/amqp), ${WORKERS} workers`, await measureAgent(bench, backend.port))
  const loads = loadavg().map((load) => load.toFixed(1))
  console.log(`load average ${loads.join(', ')}`)
} finally {
  await model.close()
  await backend.stop()
  await rabbit.remove()
  rmSync(folder, { recursive: true, force: true })
}
