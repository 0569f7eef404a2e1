// SIGTERM to the process: whatever has arrived is answered, nothing new is taken, the exit code says that all is well.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { type GatewayProcess, startGateway } from '../gateway-process.ts'
import { until } from '../../src/testing/until.ts'
import { endpoint, request, startBackend, type TestBackend } from '../kit.ts'

const IN_FLIGHT = 50
const FRESH = 100

let folder = ''
let backend: TestBackend
let gateway: GatewayProcess
/** Answers that the backend still owes. */
let owed: ServerResponse[] = []

async function start(root: Record<string, unknown>): Promise<number> {
  const file = join(folder, 'krakend.json')
  const stream = { output_encoding: 'no-op' }
  const endpoints = [endpoint('/slow', backend.url), endpoint('/stream', backend.url, stream), endpoint('/quick', backend.url)]
  await writeFile(file, JSON.stringify({ version: 3, timeout: '30s', ...root, endpoints }))
  gateway = await startGateway('src/cli/bin.ts', file)
  return Number(new URL(gateway.url).port)
}

/** A connection with its request written; resolves with the status, or with what went wrong. */
function sendOnNewConnection(port: number, path: string, onSent: () => void): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
      onSent()
    })
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(`${error.code}`))
    socket.on('close', () => resolve(text.slice(9, 12)))
  })
}

describe('stopping', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stopping-'))
    backend = await startBackend((incoming, response) => {
      if (incoming.url === '/quick') response.end('{"a":1}')
      else owed.push(response)
    })
  })

  after(async () => {
    await backend.close()
    await rm(folder, { recursive: true })
  })

  afterEach(() => {
    owed = []
  })

  test('requests in flight and requests just sent are all answered', async () => {
    const port = await start({})
    const inFlight = Array.from({ length: IN_FLIGHT }, (_, i) => request(port, i % 2 === 0 ? '/slow' : '/stream'))
    await until(() => owed.length === IN_FLIGHT, 'all requests are at the backend')
    let sent = 0
    const stopping: Promise<number | null>[] = []
    const stopWhenSent = (): void => {
      if (++sent === FRESH) stopping.push(gateway.stop())
    }
    const statuses = await Promise.all(Array.from({ length: FRESH }, () => sendOnNewConnection(port, '/quick', stopWhenSent)))
    assert.deepEqual(new Set(statuses), new Set(['200']))
    // Whoever comes while the last connections are taken may be answered or reset; soon nobody is taken any more.
    let refusal = ''
    while (refusal !== 'ECONNREFUSED') {
      refusal = await request(port, '/quick').then(
        () => '',
        ({ code = '' }: NodeJS.ErrnoException) => code,
      )
    }
    for (const response of owed) response.end('{"a":1}')
    for (const answer of await Promise.all(inFlight)) {
      assert.deepEqual([answer.status, answer.body, answer.isComplete], [200, '{"a":1}', true])
      assert.equal(answer.headers.connection, 'close')
    }
    assert.deepEqual(await Promise.all(stopping), [0])
  })

  test('max_shutdown_wait_time cuts what is left', async () => {
    const port = await start({ max_shutdown_wait_time: '200ms' })
    const cut = request(port, '/slow').then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code,
    )
    await until(() => owed.length === 1, 'the request is at the backend')
    assert.equal(await gateway.stop(), 0)
    assert.equal(await cut, 'ECONNRESET')
  })
})
