// What a plugin may do to its thread and to its answers, in real processes: stray errors, exit, streams, clients that leave.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import { after, before, describe, test } from 'node:test'
import { type Backend, endpointOf, get, type RunningCommand, startBackend, startCommand } from './test-support.ts'

const STRAY = `
export default {
  name: 'stray',
  kind: 'middleware',
  setup: () => (request) => {
    const what = request.query.get('do')
    if (what === 'reject') void Promise.reject(new TypeError('rejected'))
    if (what === 'timer') setTimeout(() => { throw new RangeError('in a timer') })
    if (what === 'text') void Promise.reject('a text')
    if (what === 'exit') process.exit(7)
    return { data: { did: what } }
  },
}
`
const STREAM = `
const wait = () => new Promise((resolve) => setTimeout(resolve, 20))
export default {
  name: 'stream',
  kind: 'http-server',
  setup: (_options, site) => async (request, next) => {
    if (request.path === '/pass') return next()
    if (request.path === '/leave') {
      request.signal.addEventListener('abort', () => site.log.info('the client has left'))
      site.log.info('waits')
      return new Promise(() => {})
    }
    if (request.path !== '/broken') return next()
    async function* pieces() {
      yield 'first'
      await wait()
      throw new Error('after the head')
    }
    return { body: pieces(), headers: { 'X-Head': 'left' } }
  },
}
`
const plugin = { folder: './plugins/', pattern: '.so' }

describe('stray errors of plugins', () => {
  let gateway: RunningCommand
  const ask = (what: string): Promise<{ status: number; body: string }> => get(`${gateway.url}/x?do=${what}`)
  before(async () => {
    const endpoint = endpointOf('/x', 'http://127.0.0.1:23009', {
      input_query_strings: ['do'],
      extra_config: { 'plugin/middleware': { name: ['stray'] } },
    })
    gateway = await startCommand({ plugin, endpoints: [endpoint] }, { files: { 'plugins/stray.mjs': STRAY } })
  })
  after(async () => assert.equal(await gateway.stop(), 0))

  test('what nobody waits for and what nobody catches is a line with its place, and the thread serves on', async () => {
    for (const [what, line] of [
      ['reject', 'ERROR: [SERVICE: Plugins] nobody waited for: TypeError: rejected (plugins/stray.mjs:7:'],
      ['timer', 'ERROR: [SERVICE: Plugins] nobody caught: RangeError: in a timer (plugins/stray.mjs:8:'],
      ['text', 'ERROR: [SERVICE: Plugins] nobody waited for: Error: a text'],
    ] as const) {
      assert.deepEqual(await ask(what), { status: 200, body: `{"did":"${what}"}` })
      await gateway.waitFor(line)
      assert.equal((await ask('nothing')).status, 200)
    }
    assert.ok(!gateway.output().includes('a bug, please report it'))
  })

  test('process.exit() ends its worker alone, which is replaced', async () => {
    await assert.rejects(ask('exit'))
    await gateway.waitFor('worker 1 died and is replaced in 100 ms: exit code 7, process.exit() was called in plugins/stray.mjs:10:')
    await gateway.waitFor('serves again')
    assert.equal((await ask('nothing')).status, 200)
  })
})

describe('answers of plugins on the wire', () => {
  let backend: Backend
  let gateway: RunningCommand
  /** Resolves when the backend has been asked for a stream. */
  let asked = Promise.withResolvers<http.ServerResponse>()
  before(async () => {
    backend = await startBackend((_request, response) => asked.resolve(response))
    const endpoint = endpointOf('/pass', backend.url, { output_encoding: 'no-op' })
    const server = { 'plugin/http-server': { name: ['stream'] } }
    const config = { plugin, use_h2c: true, timeout: '20s', endpoints: [endpoint], extra_config: server }
    gateway = await startCommand(config, { files: { 'plugins/stream.mjs': STREAM } })
  })
  after(async () => {
    assert.equal(await gateway.stop(), 0)
    await backend.close()
  })

  test('a stream passes a server plugin piece by piece', async () => {
    asked = Promise.withResolvers()
    const request = http.get(`${gateway.url}/pass`, { agent: false })
    const source = await asked.promise
    source.write('one')
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    // The backend goes on only when the client has the piece before.
    for (const [piece, following] of [
      ['one', 'two'],
      ['two', 'three'],
      ['three', null],
    ] as const) {
      const [chunk] = (await once(response, 'data')) as [Buffer]
      assert.equal(chunk.toString(), piece)
      if (following === null) source.end()
      else source.write(following)
    }
    await once(response, 'end')
  })

  test('the signal aborts when the client leaves, and no error is logged', async () => {
    const request = http.get(`${gateway.url}/leave`, { agent: false })
    request.on('error', () => {})
    await gateway.waitFor('[PLUGIN: stream] waits')
    // An end alone may mean that a client has nothing more to say.
    request.socket?.resetAndDestroy()
    await gateway.waitFor('[PLUGIN: stream] the client has left')
    assert.equal((await get(`${gateway.url}/__health`)).status, 200)
    assert.ok(!gateway.output().includes('ERROR'), gateway.output())
  })

  test('an error behind the head breaks the connection: HTTP/1.1', async () => {
    const [response] = (await once(http.get(`${gateway.url}/broken`, { agent: false }), 'response')) as [http.IncomingMessage]
    assert.equal(response.headers['x-head'], 'left')
    let body = ''
    response.on('data', (chunk: Buffer) => (body += chunk.toString()))
    const [error] = (await once(response, 'error')) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNRESET')
    assert.equal(body, 'first')
    assert.equal((await get(`${gateway.url}/__health`)).status, 200)
  })

  test('the same over HTTP/2: the stream alone is reset', async () => {
    const session = http2.connect(gateway.url)
    const stream = session.request({ ':path': '/broken' })
    const [head] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
    assert.equal(head[':status'], 200)
    const error = (await once(stream.resume(), 'error')) as [NodeJS.ErrnoException]
    assert.match(error[0].message, /NGHTTP2_INTERNAL_ERROR/)
    const health = session.request({ ':path': '/__health' })
    assert.equal(((await once(health, 'response')) as [http2.IncomingHttpHeaders])[0][':status'], 200)
    session.destroy()
  })
})
