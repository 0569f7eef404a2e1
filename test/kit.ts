// What black-box tests share: the gateway in process on a free port, small backends, clients that speak raw bytes.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http, { type IncomingHttpHeaders } from 'node:http'
import net, { type Socket } from 'node:net'
import { readConfig } from '../src/config/read-config.ts'
import { openGateway } from '../src/gateway.ts'
import { createNodeServer } from '../src/http/server/listener.ts'
import { knownNamespaces } from '../src/engine/compile/order.ts'
import { serverConfigOf } from '../src/engine/routing/router-options.ts'
import { order } from '../src/order.ts'
import type { PluginHost } from '../src/plugins/plugin-modules.ts'
import { createResourcePool, createSharedMemory } from '../src/runtime/shared.ts'
import { startSocketBackend, type TestBackend } from '../src/testing/backend.ts'
import { makeLog } from '../src/testing/index.ts'

export { startBackend, type TestBackend } from '../src/testing/backend.ts'

/** How long a test waits for bytes that should have come long ago. */
const PATIENCE_MS = 10_000

export interface TestGateway {
  readonly port: number
  /** Lines of the log: `WARNING text`. */
  readonly lines: string[]
  /** What the access log has written. */
  readonly accessLines: string[]
  /** Stops taking connections, waits for requests under way up to `maxWaitMs`. */
  stop(maxWaitMs?: number): Promise<void>
}

/** Serves a version-3 configuration on a free port of this machine. `plugins` stand in for those of a folder. */
export async function serve(file: Record<string, unknown>, plugins?: PluginHost): Promise<TestGateway> {
  const { config, failure } = await readConfig('krakend.json', {
    environment: {},
    knownNamespaces: knownNamespaces(order),
    edition: null,
    readFile: () => Promise.resolve(JSON.stringify({ version: 3, listen_ip: '127.0.0.1', ...file })),
  })
  if (config === null) throw new Error(failure ?? 'the configuration is refused')
  const log = makeLog()
  const accessLines: string[] = []
  const gateway = await openGateway(config, {
    log,
    shared: createSharedMemory(),
    pool: createResourcePool(),
    version: 'Version test',
    environment: {},
    ...(plugins === undefined ? null : { plugins }),
    writeAccessLine: (line) => void accessLines.push(line),
    print() {},
  })
  const server = await createNodeServer(serverConfigOf(config), gateway.handle, log)
  const { port } = await server.listen(0)
  return {
    port,
    lines: log.lines,
    accessLines,
    async stop(maxWaitMs = 1) {
      await server.close(maxWaitMs)
      await gateway.retire()
    },
  }
}

/** An endpoint with one backend; `changes` go into the endpoint, `backend` into the backend. */
export function endpoint(
  path: string,
  host: string,
  changes: Record<string, unknown> = {},
  backend: Record<string, unknown> = {},
): Record<string, unknown> {
  return { endpoint: path, backend: [{ host: [host], url_pattern: path, ...backend }], ...changes }
}

export interface RawBackend extends TestBackend {
  /** Everything that came, connection by connection, one character a byte. */
  readonly received: string[]
}

/** A backend that does what it likes with a connection once a request head has come; `count` of heads on that connection. */
export async function startRawBackend(onHead: (socket: Socket, head: string, count: number) => void): Promise<RawBackend> {
  const received: string[] = []
  const backend = await startSocketBackend((socket) => {
    const index = received.push('') - 1
    let rest = ''
    let count = 0
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1')
      received[index] += text
      rest += text
      for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
        const head = rest.slice(0, end + 4)
        rest = rest.slice(end + 4)
        if (/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(head)) onHead(socket, head, ++count)
      }
    })
  })
  return Object.assign(backend, { received })
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: string
  readonly bytes: Buffer
  /** Whether the answer came to its end. */
  readonly isComplete: boolean
}

export interface RequestInit {
  readonly method?: string
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: string | Buffer
  readonly agent?: http.Agent
}

/** One request, on a connection of its own unless there is an agent. */
export function request(port: number, path: string, init: RequestInit = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, agent = false } = init
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      { host: '127.0.0.1', port, path, method, headers, agent, maxHeaderSize: 32 * 1024 * 1024 },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', () => {})
        response.on('close', () => {
          const bytes = Buffer.concat(chunks)
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            rawHeaders: response.rawHeaders,
            body: bytes.toString('utf8'),
            bytes,
            isComplete: response.complete,
          })
        })
      },
    )
    // Node would leave out what is beyond a count of fields.
    outgoing.maxHeadersCount = 0
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Sends bytes, one character each, and gives what comes back until the gateway closes the connection. */
export async function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString('latin1')))
  const timer = setTimeout(() => socket.destroy(new Error('the connection stays open')), PATIENCE_MS)
  const [hadError] = (await once(socket, 'close')) as [boolean]
  clearTimeout(timer)
  assert.ok(!hadError || text !== '' || socket.errored?.message !== 'the connection stays open', `no end of ${JSON.stringify(text)}`)
  return text
}
