// The log on its way to GELF servers: over UDP and TCP, with servers that are not there, go away, come back or read nothing.

import assert from 'node:assert/strict'
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { freePort } from '../testing/backend.ts'
import type { Logger } from '../engine/compile/component.ts'
import { makeConfig, makeLog } from '../testing/index.ts'
import { GelfSinks } from './gelf-sinks.ts'
import { createLogger, type Sinks } from './log.ts'
import { createSharedMemory } from './shared.ts'
import { endpointOf, get, startBackend, startCommand } from './test-support.ts'

interface GelfRecord {
  readonly short_message: string
  readonly full_message?: string
  readonly level: number
  readonly facility?: string
}

/** Sinks of some threads, which share what they know. */
function makeSinks(): { sinks: GelfSinks; more: () => GelfSinks; lines: string[]; printed: string[] } {
  const shared = createSharedMemory()
  const say = makeLog()
  const printed: string[] = []
  const more = (): GelfSinks => new GelfSinks({ shared, say, host: 'gw-1', facility: 'krakend', print: (text) => void printed.push(text) })
  return { sinks: more(), more, lines: say.lines, printed }
}

/** Gives records as they come. */
class TcpServer {
  readonly server: Server
  readonly sockets: Socket[] = []
  #text = ''
  #seen: (() => void) | null = null

  constructor(port = 0) {
    this.server = createServer((socket) => {
      this.sockets.push(socket)
      socket.on('error', () => undefined)
      socket.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text
        this.#seen?.()
      })
      this.#seen?.()
    }).listen(port, '127.0.0.1')
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async records(count: number): Promise<GelfRecord[]> {
    while (this.#text.split('\0').length <= count) await this.#change()
    const records = this.#text.split('\0').slice(0, -1)
    this.#text = ''
    return records.map((record) => JSON.parse(record) as GelfRecord)
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
    await once(this.server, 'close')
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#seen = resolve))
  }
}

async function untilLine(lines: readonly string[], part: string): Promise<string> {
  for (;;) {
    const found = lines.find((line) => line.includes(part))
    if (found !== undefined) return found
    await new Promise(setImmediate)
  }
}

async function openUdp(): Promise<{ socket: UdpSocket; address: string; next: () => Promise<GelfRecord> }> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const next = async (): Promise<GelfRecord> => {
    const [packed] = (await once(socket, 'message')) as [Buffer]
    return JSON.parse(gunzipSync(packed).toString()) as GelfRecord
  }
  return { socket, address: `127.0.0.1:${socket.address().port}`, next }
}

function targetOf(address: string, isTcp: boolean): { address: string; host: string; port: number; isTcp: boolean } {
  const [host = '', port = ''] = address.split(':')
  return { address, host, port: Number(port), isTcp }
}

test('UDP: packed records with the facility', async () => {
  const { sinks, lines } = makeSinks()
  const { socket, address, next } = await openUdp()
  const received = next()
  sinks.open(targetOf(address, false)).write('[GW]hello\n    at x')
  assert.deepEqual(
    { ...(await received), timestamp: 0 },
    {
      version: '1.1',
      host: 'gw-1',
      short_message: '[GW]hello',
      full_message: '[GW]hello\n    at x',
      timestamp: 0,
      level: 6,
      facility: 'krakend',
    },
  )
  await sinks.end()
  socket.close()
  assert.deepEqual(lines, [])
})

test('UDP: more lines than can wait are lost, one line says so', async () => {
  const { sinks, lines } = makeSinks()
  const sink = sinks.open(targetOf('127.0.0.1:9', false))
  for (let i = 0; i < 5000; i++) sink.write('x'.repeat(1000))
  assert.equal(lines.length, 1)
  assert.match(lines[0] as string, /^ERROR \[SERVICE: Logging\]\[GELF\] 127\.0\.0\.1:9 cannot be sent to as fast as lines come/)
  await sinks.end()
})

test('UDP: a server that this machine has no way to is told once, and the access log goes to standard output', async () => {
  const { sinks, lines, printed } = makeSinks()
  const sink = sinks.open(targetOf('255.255.255.255:12201', false))
  sink.write('x')
  await untilLine(lines, 'ERROR [SERVICE: Logging][GELF] Unable to create the writer: ')
  sink.write('y')
  sink.writeOrPrint('z')
  assert.deepEqual(printed, ['z'])
  await new Promise(setImmediate)
  assert.equal(lines.length, 1)
  await sinks.end()
})

describe('TCP', () => {
  test('plain records that end with NUL, without a facility', async () => {
    const { sinks } = makeSinks()
    const server = new TcpServer()
    await once(server.server, 'listening')
    const sink = sinks.open(targetOf(server.address, true))
    sink.write('one')
    sink.writeOrPrint('two')
    const [one, two] = await server.records(2)
    assert.deepEqual([one?.short_message, two?.short_message, one?.facility], ['one', 'two', undefined])
    assert.equal(sinks.open(targetOf(server.address, true)), sink)
    await sinks.end()
    await server.close()
  })

  test('a server that is not there at the start: said once by all threads, access lines are printed, and it gets them when it is there', async () => {
    const { sinks, more, lines, printed } = makeSinks()
    const port = await freePort()
    const target = targetOf(`127.0.0.1:${port}`, true)
    const other = more()
    other.open(target)
    const sink = sinks.open(target)
    sink.writeOrPrint('before\n')
    sink.write('application')
    const refused = `Unable to create the writer: dial tcp 127.0.0.1:${port}: connect: connection refused`
    await untilLine(lines, refused)
    while (printed.length === 0) await new Promise(setImmediate)
    sink.writeOrPrint('between\n')
    assert.deepEqual(printed, ['before\n', 'between\n'])
    const server = new TcpServer(port)
    await untilLine(lines, `tcp 127.0.0.1:${port} takes records again, 0 were lost`)
    while (server.sockets.length < 2) await new Promise(setImmediate)
    sink.writeOrPrint('after\n')
    assert.deepEqual(
      (await server.records(1)).map(({ short_message: text }) => text),
      ['after'],
    )
    assert.equal(lines.filter((line) => line.includes(refused)).length, 1)
    await Promise.all([sinks.end(), other.end()])
    await server.close()
  })

  test('what waits for a server that reads slowly reaches it at the end', async () => {
    const { sinks, lines } = makeSinks()
    const server = new TcpServer()
    await once(server.server, 'listening')
    const sink = sinks.open(targetOf(server.address, true))
    sink.write('first')
    await server.records(1)
    server.sockets[0]?.pause()
    let taken = -1
    for (; lines.length === 0; taken++) {
      sink.write('x'.repeat(100_000))
      await new Promise(setImmediate)
    }
    const ended = sinks.end()
    server.sockets[0]?.resume()
    assert.equal((await server.records(taken)).length, taken)
    await ended
    await server.close()
  })

  test('configurations that are opened and given up, each with a server of its own, do not end the one that is served', async () => {
    const { sinks } = makeSinks()
    const server = new TcpServer()
    await once(server.server, 'listening')
    const output: Sinks = { write() {}, gelf: (target) => sinks.open(target), syslog: () => assert.fail() }
    const logTo = (address: string): Logger => {
      const blocks = { 'telemetry/gelf': { address, enable_tcp: true }, 'telemetry/logging': { level: 'INFO' } }
      return createLogger(output, { ...makeConfig({}), extraConfig: new Map(Object.entries(blocks)) })
    }
    const served = logTo(server.address)
    for (let i = 0; i < 3; i++) logTo(`127.0.0.1:${await freePort()}`)
    served.info('still there')
    assert.equal((await server.records(1))[0]?.short_message, 'still there')
    await sinks.end()
    await server.close()
  })

  test('a server that goes away: records wait for it', async () => {
    const { sinks, lines } = makeSinks()
    const server = new TcpServer()
    await once(server.server, 'listening')
    const { address } = server
    const sink = sinks.open(targetOf(address, true))
    sink.write('one')
    await server.records(1)
    await server.close()
    await untilLine(lines, `${address} is gone`)
    sink.write('two')
    const again = new TcpServer(Number(address.split(':')[1]))
    assert.equal((await again.records(1))[0]?.short_message, 'two')
    await sinks.end()
    await again.close()
  })

  test('a server that reads nothing costs a bounded amount of memory, and the count of what was lost is told', async () => {
    const { sinks, lines } = makeSinks()
    const server = new TcpServer()
    await once(server.server, 'listening')
    const sink = sinks.open(targetOf(server.address, true))
    sink.write('first')
    await server.records(1)
    const [socket] = server.sockets
    socket?.pause()
    const text = 'x'.repeat(100_000)
    for (let i = 0; !lines.some((line) => line.includes('does not take records')); i++) {
      assert.ok(i < 2000, 'nothing was refused')
      sink.write(text)
      await new Promise(setImmediate)
    }
    socket?.resume()
    assert.match(await untilLine(lines, 'takes records again'), /, [1-9]\d* were lost$/)
    await sinks.end()
    await server.close()
  })
})

test('the gateway: access log and log go to the server, standard output has what the file wants', async () => {
  const server = new TcpServer()
  await once(server.server, 'listening')
  const backend = await startBackend((_request, response) => response.end('{}'))
  const gateway = await startCommand({
    endpoints: [endpointOf('/x', backend.url)],
    extra_config: {
      'telemetry/gelf': { address: server.address, enable_tcp: true },
      'telemetry/logging': { level: 'INFO', prefix: '[GW]', stdout: true, format: 'logstash' },
    },
  })
  await get(`${gateway.url}/x`)
  const received: string[] = []
  while (!received.some((text) => text.includes('"/x"'))) received.push(...(await server.records(1)).map(({ short_message: text }) => text))
  assert.ok(received.some((text) => text.startsWith('[GW]Starting KrakenD v')))
  assert.match(received.find((text) => text.includes('"/x"')) ?? '', /^\[GIN\] .* \| 200 \| /)
  assert.equal(await gateway.stop(), 0)
  assert.match(gateway.output(), /^\[GW\] \S+ - \S+ ▶ INFO/m)
  assert.doesNotMatch(gateway.output(), /\[GIN\]/)
  await backend.close()
  await server.close()
})
