// Connections that leave HTTP behind, through a plugin around the router: it decides about the request, and holds nothing of what follows.

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { reply } from '../src/plugins/answers.ts'
import { hostOf } from '../src/plugins/plugin-modules.ts'
import { plugin } from '../src/plugins/test-gateway.ts'
import type { Next, PluginRequest } from '../src/plugins/types.ts'
import { modulesOf } from '../src/testing/plugin-modules.ts'
import { until } from '../src/testing/until.ts'
import { endpoint, serve, type TestGateway } from './kit.ts'
import { askToSwitch, type EchoBackend, startEcho } from './upgrades.ts'

type Handler = (request: PluginRequest, next: Next) => unknown

const HANDSHAKE = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: abc\r\n'
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-From: backend\r\n\r\n'

const closers: (() => Promise<void>)[] = []

async function openEcho(): Promise<EchoBackend> {
  const echo = await startEcho(SWITCHED)
  closers.push(() => echo.close())
  return echo
}

async function gatewayWith(handler: Handler, url: string): Promise<TestGateway> {
  const plugins = hostOf(await modulesOf([plugin('own', 'http-server', handler)]))
  const stream = { output_encoding: 'no-op', timeout: '200ms', extra_config: { '_gw/stream': { upgrade: ['websocket'] } } }
  const file = { timeout: '200ms', endpoints: [endpoint('/ws', url, { ...stream, input_headers: ['X-In'] })] }
  const gateway = await serve({ ...file, extra_config: { 'plugin/http-server': { name: ['own'] } } }, plugins)
  closers.push(() => gateway.stop())
  return gateway
}

/** Handlers that let the request through, each in its own way. */
const LETTING_IN: Record<string, Handler> = {
  'gives back what came': (request, next) => {
    request.headers.set('X-In', 'plugin')
    return next()
  },
  'waits for it': async (request, next) => {
    request.headers.set('X-In', 'plugin')
    const response = await next()
    response.headers.set('X-Out', 'too late')
    return response
  },
  'answers itself where nothing comes back': async (request, next) => {
    request.headers.set('X-In', 'plugin')
    try {
      return await next()
    } catch {
      return reply({ status: 500, body: 'nothing came back' })
    }
  },
}

describe('upgrades through plugins', () => {
  after(async () => {
    for (const close of closers.reverse()) await close()
  })

  for (const [what, handler] of Object.entries(LETTING_IN)) {
    test(`bytes pass both ways through a plugin that ${what}, for longer than any timeout`, async () => {
      const echo = await openEcho()
      const gateway = await gatewayWith(handler, echo.url)
      const client = await askToSwitch(gateway.port, '/ws', HANDSHAKE)
      assert.match(client.text, /^HTTP\/1\.1 101 Switching Protocols\r\n/)
      for (const field of ['X-From: backend', 'Upgrade: websocket', 'Connection: Upgrade', 'X-Krakend: Version test'])
        assert.equal(client.text.split(`${field}\r\n`).length, 2, client.text)
      assert.match(
        echo.heads[0] as string,
        /\r\nX-In: plugin\r\n[\s\S]*Connection: Upgrade\r\nUpgrade: websocket\r\nSec-Websocket-Key: abc\r\n/,
      )
      client.socket.write('one ')
      await until(() => client.text.endsWith('ONE '), 'an echo')
      const startMs = performance.now()
      await until(() => performance.now() - startMs > 400, 'the timeouts')
      client.socket.write('two')
      await until(() => client.text.endsWith('ONE TWO'), 'another echo')
      client.socket.end()
      await until(() => client.closed, 'the end of both')
      assert.ok(client.text.endsWith('ONE TWObye'), client.text)
      assert.deepEqual(
        gateway.lines.filter((line) => line.startsWith('ERROR')),
        [],
      )
    })
  }

  test('a plugin that answers itself lets nobody switch', async () => {
    const echo = await openEcho()
    const gateway = await gatewayWith(() => reply({ status: 401, body: 'who are you?' }), echo.url)
    const client = await askToSwitch(gateway.port, '/ws', HANDSHAKE)
    await until(() => client.text.endsWith('who are you?'), 'the answer')
    assert.match(client.text, /^HTTP\/1\.1 401 Unauthorized\r\n/)
    client.socket.end()
    await until(() => client.closed, 'the end')
    assert.equal(echo.heads.length, 0)
  })
})
