// Batches on their way to an InfluxDB that takes them, refuses them, is not there, or never answers.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { makeLog } from '../../../testing/index.ts'
import { InfluxPush } from './influx-push.ts'

interface Asked {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly auth: string | undefined
  readonly body: string
}

let server: Server
let asked: Asked[]
/** Null: no answer. */
let answer: { status: number; body: string } | null

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string
  return text
}

/** Nobody who asks the system for a free port gets this one. */
const DEAD_PORT = 1

function makePush(
  bufferSize: number,
  path = '',
  { port }: { port: number } = server.address() as AddressInfo,
): { push: InfluxPush; lines: string[] } {
  const log = makeLog()
  const url = new URL(`http://127.0.0.1:${port}${path}`)
  return { push: new InfluxPush({ url, db: 'gw db', username: 'u', password: 'p', bufferSize }, log), lines: log.lines }
}

const bodies = (): string[] => asked.map(({ body }) => body)

describe('InfluxDB', () => {
  beforeEach(async () => {
    asked = []
    answer = { status: 204, body: '' }
    server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        asked.push({ method: request.method, url: request.url, auth: request.headers.authorization, body })
        if (answer !== null) response.writeHead(answer.status).end(answer.body)
        else server.emit('held')
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })

  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  test('a ping at the start, then batches with database and user', async () => {
    const { push, lines } = makePush(0, '/base/')
    await push.ping()
    await push.push('a 1\n')
    assert.deepEqual(asked, [
      { method: 'GET', url: '/base/ping', auth: 'Basic dTpw', body: '' },
      { method: 'POST', url: '/base/write?db=gw+db&precision=s', auth: 'Basic dTpw', body: 'a 1\n' },
    ])
    assert.deepEqual(lines, [])
  })

  test('a server that is down: one line when it goes and one when it is back; the newest batches are kept', async () => {
    const { push, lines } = makePush(2)
    answer = { status: 500, body: `oops ${'x'.repeat(10_000)}` }
    for (const batch of ['1', '2', '3', '4']) await push.push(batch)
    answer = { status: 204, body: '' }
    asked = []
    await push.push('5')
    assert.deepEqual(bodies(), ['3', '4', '5'])
    assert.equal(lines.length, 2)
    assert.match(lines[0] as string, /^ERROR \[SERVICE: InfluxDB\] Couldn't write to server: 500 oops x{195};/)
    assert.equal(lines[1], 'INFO [SERVICE: InfluxDB] the server takes batches again, 2 were lost')
    await push.push('6')
    assert.deepEqual(bodies(), ['3', '4', '5', '6'])
  })

  test('without a buffer nothing is kept', async () => {
    const { push, lines } = makePush(0)
    answer = { status: 503, body: '' }
    await push.push('1')
    answer = { status: 204, body: '' }
    asked = []
    await push.push('2')
    assert.deepEqual(bodies(), ['2'])
    assert.match(lines[1] as string, /, 1 were lost$/)
  })

  test('a server that does not answer is asked once at a time; what comes meanwhile is kept within the bound; the end breaks it off', async () => {
    const { push, lines } = makePush(1)
    answer = null
    const held = once(server, 'held')
    const first = push.push('1')
    await held
    await push.push('2')
    await push.push('3')
    assert.deepEqual(bodies(), ['1'])
    push.end()
    await first
    assert.deepEqual(lines, [])
  })

  test('a server that is not there: a warning at the start, then an error', async () => {
    const { push, lines } = makePush(0, '', { port: DEAD_PORT })
    await push.ping()
    await push.push('1')
    await push.push('2')
    assert.deepEqual(
      lines.map((line) => line.split(': connect')[0]),
      ['WARNING [SERVICE: InfluxDB] Unable to ping the InfluxDB server', "ERROR [SERVICE: InfluxDB] Couldn't write to server"],
    )
  })
})
