// Figures of clients: many that are silent, many that are slow, one that is slow with much.

import { once } from 'node:events'
import http from 'node:http'
import net, { type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentMiB, watchResidentMiB } from '../../bench/processes.ts'
import { INSPECTED } from '../../src/testing/inspector.ts'
import { startBackend } from '../../src/testing/backend.ts'
import type { RunningCommand } from '../../src/testing/process.ts'
import { endpoint } from '../../test/kit.ts'
import { type Figure, quantile, unless } from './figure.ts'
import { startBuilt } from './gateway.ts'
import { openScales } from './live-memory.ts'
import { ask } from './load.ts'

const IDLE_CLIENTS = 10_000
const BATCH = 250
const MAX_IDLE_MIB = 150
const SLOW_CLIENTS = 1000
const HEADER_TIMEOUT_S = 5
const PROBE_EVERY_MS = 20
const MAX_PROBE_MS = 100
const GIB = 2 ** 30
const PIECE = Buffer.alloc(256 * 1024, 'x')
const MAX_STREAM_MIB = 20

async function connect(port: number): Promise<Socket> {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

export const idleClients: Figure = {
  name: 'idle-clients',
  what: `${IDLE_CLIENTS} clients that keep their connection after a request`,
  goal: `≤ ${MAX_IDLE_MIB} MiB more`,
  async measure({ workers }) {
    const backend = await startBackend()
    const gateway = await startBuilt({ endpoints: [endpoint('/a', backend.url)] }, workers, INSPECTED)
    const scales = await openScales(gateway)
    const pid = gateway.child.pid as number
    for (let i = 0; i < 200; i++) await ask(`${gateway.url}/a`, false)
    const before = residentMiB(pid)
    const sockets: Socket[] = []
    while (sockets.length < IDLE_CLIENTS) {
      const batch = await Promise.all(Array.from({ length: BATCH }, () => connect(gateway.port)))
      await Promise.all(
        batch.map((socket) => {
          socket.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
          return once(socket, 'data')
        }),
      )
      sockets.push(...batch)
    }
    await sleep(1000)
    const more = residentMiB(pid) - before
    // What is garbage of their requests stays until the next collection.
    await scales.weigh()
    const held = residentMiB(pid) - before
    scales.close()
    const open = sockets.filter((socket) => !socket.closed).length
    for (const socket of sockets) socket.destroy()
    await gateway.stop()
    await backend.close()
    return {
      text: `${before.toFixed(0)} MiB before, ${more.toFixed(0)} MiB more with ${open} connections, ${held.toFixed(0)} after the next collection of garbage`,
      faults: [...unless(more <= MAX_IDLE_MIB, 'too much memory'), ...unless(open === IDLE_CLIENTS, 'connections were lost')],
    }
  },
}

export const slowHeaders: Figure = {
  name: 'slow-headers',
  what: `${SLOW_CLIENTS} connections that send a byte of a header each second, read_header_timeout ${HEADER_TIMEOUT_S}s`,
  goal: `every probe answered, p99 < ${MAX_PROBE_MS} ms, attackers cut`,
  async measure({ workers }) {
    const backend = await startBackend()
    const gateway = await startBuilt({ read_header_timeout: `${HEADER_TIMEOUT_S}s`, endpoints: [endpoint('/a', backend.url)] }, workers)
    const begunMs = performance.now()
    const attackers = await Promise.all(Array.from({ length: SLOW_CLIENTS }, () => connect(gateway.port)))
    for (const socket of attackers) socket.write('GET /a HTTP/1.1\r\nX-Slow: ')
    const cuts = Promise.all(attackers.map((socket) => once(socket.resume(), 'close')))
    const timer = setInterval(() => attackers.forEach((socket) => socket.writable && socket.write('x')), 1000)
    const agent = new http.Agent({ keepAlive: true })
    const probes = []
    const state = { areCut: false }
    void cuts.then(() => (state.areCut = true))
    while (!state.areCut && performance.now() - begunMs < 3 * HEADER_TIMEOUT_S * 1000) {
      probes.push(await ask(`${gateway.url}/a`, agent))
      await sleep(PROBE_EVERY_MS)
    }
    const cutS = (performance.now() - begunMs) / 1000
    clearInterval(timer)
    agent.destroy()
    for (const socket of attackers) socket.destroy()
    await gateway.stop()
    await backend.close()
    const unanswered = probes.filter(({ status }) => status !== 200).length
    const p99 = quantile(
      probes.map(({ ms }) => ms),
      0.99,
    )
    return {
      text: `${probes.length - unanswered} of ${probes.length} probes answered, p99 ${p99.toFixed(1)} ms; all cut after ${cutS.toFixed(1)} s`,
      faults: [
        ...unless(unanswered === 0, 'a probe had no answer'),
        ...unless(p99 < MAX_PROBE_MS, 'probes were slow'),
        ...unless(state.areCut, 'attackers were not cut'),
      ],
    }
  },
}

export const bigStreams: Figure = {
  name: 'big-streams',
  what: '1 GiB down to a client that reads slowly, 1 GiB up to a backend that does',
  goal: `< ${MAX_STREAM_MIB} MiB more`,
  async measure({ workers }) {
    const backend = await startBackend((request, response) => {
      if (request.method === 'POST') void readSlowly(request).then((bytes) => response.end(String(bytes)))
      else void writeAll(response)
    })
    const noop = { output_encoding: 'no-op', timeout: '600s' }
    const gateway = await startBuilt(
      {
        endpoints: [endpoint('/down', backend.url, noop), endpoint('/up', backend.url, { ...noop, method: 'POST' })],
      },
      workers,
    )
    const down = await weigh(gateway, () => download(`${gateway.url}/down`))
    const up = await weigh(gateway, () => upload(`${gateway.url}/up`))
    await gateway.stop()
    await backend.close()
    return {
      text: `down +${down.more.toFixed(0)} MiB, up +${up.more.toFixed(0)} MiB`,
      faults: [
        ...unless(down.bytes === GIB && up.bytes === GIB, `${down.bytes} and ${up.bytes} bytes arrived`),
        ...unless(Math.max(down.more, up.more) < MAX_STREAM_MIB, 'too much memory'),
      ],
    }
  },
}

/** Most memory beyond that of the start, once a little has passed: buffers and the code are there then. */
async function weigh(gateway: RunningCommand, run: () => Promise<number>): Promise<{ bytes: number; more: number }> {
  const pid = gateway.child.pid as number
  const running = run()
  await sleep(1000)
  const before = residentMiB(pid)
  const most = watchResidentMiB(pid)
  const bytes = await running
  return { bytes, more: most() - before }
}

function download(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http.get(url, { agent: false }, (response) => void readSlowly(response).then(resolve, reject)).on('error', reject)
  })
}

function upload(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += String(chunk))).on('end', () => resolve(Number(text)))
    })
    request.on('error', reject)
    void writeAll(request)
  })
}

/** About 100 MiB a second. */
async function readSlowly(stream: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0
  let pausedAt = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes - pausedAt < 2 ** 20) continue
    pausedAt = bytes
    await sleep(8)
  }
  return bytes
}

async function writeAll(stream: NodeJS.WritableStream): Promise<void> {
  for (let left = GIB; left > 0; left -= PIECE.length) if (!stream.write(PIECE)) await once(stream, 'drain')
  stream.end()
}
