// What the machine itself may do to the gateway: no descriptors left, a disk that is full, a clock that jumps, name servers that are silent.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { test } from 'node:test'
import { startBackend } from '../../src/testing/backend.ts'
import { COMMAND, type RunningCommand, runCommand, startCommand } from '../../src/testing/process.ts'
import { until } from '../../src/testing/until.ts'
import { endpoint, request } from '../kit.ts'

/** Why a test of Linux's own means cannot run here, or false. */
function without(...programs: string[]): string | false {
  if (process.platform !== 'linux') return 'Linux only'
  const missing = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined)
  return missing.length > 0 && `not installed: ${missing.join(', ')}`
}

async function statusOf(gateway: RunningCommand, path: string, agent?: http.Agent): Promise<number> {
  const answer = await request(gateway.port, path, agent === undefined ? {} : { agent }).catch(() => null)
  return answer?.status ?? 0
}

test(
  'no descriptors left: who is connected is served, and all are when there are some again',
  { skip: without('prlimit') },
  async (context) => {
    const backend = await startBackend()
    context.after(() => backend.close())
    const gateway = await startCommand({ endpoints: [endpoint('/a', backend.url)] }, { command: ['prlimit', '--nofile=80', COMMAND] })
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    context.after(() => agent.destroy())
    assert.equal(await statusOf(gateway, '/a', agent), 200)
    const others = Array.from({ length: 200 }, () => net.connect(gateway.port, '127.0.0.1').on('error', () => {}))
    // Some are kept, some are turned away at once.
    await until(() => others.some((socket) => socket.closed), 'a connection is turned away')
    for (let i = 0; i < 20; i++) assert.equal(await statusOf(gateway, '/a', agent), 200)
    for (const socket of others) socket.destroy()
    for (const socket of others) if (!socket.closed) await once(socket, 'close')
    let status = 0
    for (let i = 0; i < 500 && status !== 200; i++) status = await statusOf(gateway, '/a')
    assert.equal(status, 200)
    assert.equal(await gateway.stop(), 0)
  },
)

test('a disk that is full loses lines of the log, and nothing else', { skip: without('sh') }, async (context) => {
  const backend = await startBackend()
  context.after(() => backend.close())
  const gateway = await runCommand(
    { endpoints: [endpoint('/a', backend.url)], extra_config: { 'telemetry/logging': { level: 'DEBUG', stdout: true } } },
    { command: ['sh', '-c', 'exec "$@" >/dev/full', 'sh', COMMAND] },
  )
  let status = 0
  for (let i = 0; i < 500 && status !== 200; i++) {
    status = await statusOf(gateway, '/a')
    if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  for (let i = 0; i < 200; i++) assert.equal(await statusOf(gateway, '/a'), 200)
  gateway.child.kill('SIGHUP')
  for (let i = 0; i < 200; i++) assert.equal(await statusOf(gateway, '/a'), 200)
  assert.equal(await gateway.stop(), 0)
})

/** The clock on the wall is an hour early, an hour late, and so on. */
const JUMPING_CLOCK = `
const RealDate = Date
let offset = 0
setInterval(() => { offset = offset > 0 ? -3_600_000 : 3_600_000 }, 20).unref()
globalThis.Date = class extends RealDate {
  constructor(...parts) { if (parts.length === 0) super(RealDate.now() + offset); else super(...parts) }
  static now() { return RealDate.now() + offset }
}
`

test('a clock that jumps ends no request, and fills no limit again', async (context) => {
  const backend = await startBackend((_request, response) => void setTimeout(() => response.end('{"a":1}'), 10))
  context.after(() => backend.close())
  const allowed = 5
  const limit = { 'qos/ratelimit/router': { max_rate: allowed, capacity: allowed, every: '10m' } }
  const breaker = { 'qos/circuit-breaker': { interval: 60, timeout: 10, max_errors: 1 } }
  const gateway = await startCommand(
    {
      endpoints: [
        endpoint('/a', backend.url, { timeout: '1s' }, { extra_config: breaker }),
        endpoint('/limited', backend.url, { extra_config: limit }),
        endpoint('/kept', backend.url, { extra_config: { '_gw/cache': { ttl: '5s' } } }),
      ],
    },
    { files: { 'clock.mjs': JUMPING_CLOCK }, nodeOptions: '--import=./clock.mjs' },
  )
  let passed = 0
  for (let i = 0; i < 60; i++) {
    assert.equal(await statusOf(gateway, '/a'), 200)
    assert.equal(await statusOf(gateway, '/kept'), 200)
    if ((await statusOf(gateway, '/limited')) === 200) passed++
  }
  assert.equal(passed, allowed)
  assert.ok(new Set(gateway.output().match(/\d\d(?=:\d\d:\d\d)/g)).size > 1, 'the clock has jumped')
  assert.equal(await gateway.stop(), 0)
})

const NAME_SERVER = '127.0.0.77'

/** Knows names that end with `.known`, and says nothing to other questions. */
async function startNameServer(): Promise<dgram.Socket> {
  const server = dgram.createSocket('udp4')
  server.on('message', (question, sender) => {
    const name = question.indexOf(0, 12)
    if (!question.subarray(12, name).toString('latin1').endsWith('known')) return
    const isV4 = question.readUInt16BE(name + 1) === 1
    const head = Buffer.from(question.subarray(0, name + 5))
    head.writeUInt16BE(0x8180, 2)
    head.writeUInt16BE(isV4 ? 1 : 0, 6)
    head.writeUInt16BE(0, 10)
    const answer = isV4 ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1] : []
    server.send(Buffer.concat([head, Buffer.from(answer)]), sender.port, sender.address)
  })
  server.bind(53, NAME_SERVER)
  await once(server, 'listening')
  return server
}

const cannotMount = without('unshare') || (process.getuid?.() !== 0 && 'only root gives a process another resolv.conf')

test('name servers that are silent about some hosts: the others are found', { skip: cannotMount }, async (context) => {
  const backend = await startBackend((_request, response) => response.setHeader('Connection', 'close').end('{"a":1}'))
  const names = await startNameServer()
  context.after(() => backend.close())
  context.after(() => void names.close())
  const { port } = new URL(backend.url)
  const silent = Array.from({ length: 5 }, (_, i) => endpoint(`/silent${i}`, `http://silent${i}.nowhere:${port}`))
  const gateway = await startCommand(
    { timeout: '2s', endpoints: [endpoint('/a', `http://here.known:${port}`), ...silent] },
    {
      files: { 'resolv.conf': `nameserver ${NAME_SERVER}\n` },
      command: ['unshare', '-m', 'sh', '-c', 'mount --bind resolv.conf /etc/resolv.conf && exec "$@"', 'sh', COMMAND],
    },
  )
  const lost = Array.from({ length: 50 }, (_, i) => statusOf(gateway, `/silent${i % 5}`))
  for (let i = 0; i < 20; i++) assert.equal(await statusOf(gateway, '/a'), 200)
  assert.deepEqual(new Set(await Promise.all(lost)), new Set([500]))
  assert.equal(await gateway.stop(), 0)
})
