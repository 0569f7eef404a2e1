// Connections to backends that are kept: replaced unseen when they turn out dead, given up when they are not needed any more.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { until } from '../../src/testing/until.ts'
import { endpoint, type RawBackend, request, serve, startBackend, startRawBackend, type TestGateway } from '../kit.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}'

interface Scene {
  readonly backend: RawBackend
  readonly gateway: TestGateway
  /** Request heads since the last call of `warmUp`. */
  readonly heads: () => number
  /** Makes a connection that has served; from then on `isDead` decides whether a request on it is met by its end. */
  readonly warmUp: () => Promise<void>
}

async function play(act: (scene: Scene) => Promise<void>, diesAlways = false): Promise<void> {
  let isDead = false
  let heads = 0
  const backend = await startRawBackend((socket, _head, count) => {
    heads++
    if (isDead && (count > 1 || diesAlways)) socket.destroy()
    else socket.write(OK)
  })
  const gateway = await serve({
    endpoints: [
      endpoint('/x', backend.url),
      endpoint('/post', backend.url, { method: 'POST' }),
      endpoint('/keyed', backend.url, { method: 'POST', input_headers: ['Idempotency-Key'] }),
      endpoint('/delete', backend.url, { method: 'DELETE' }),
    ],
  })
  async function warmUp(): Promise<void> {
    isDead = false
    await request(gateway.port, '/x')
    isDead = true
    heads = 0
  }
  try {
    await act({ backend, gateway, heads: () => heads, warmUp })
  } finally {
    await gateway.stop()
    await backend.close()
  }
}

suite('a kept connection that turns out dead', () => {
  const cases: readonly (readonly [method: string, path: string, headers: Record<string, string>, status: number])[] = [
    ['GET', '/x', {}, 200],
    ['POST', '/keyed', { 'Idempotency-Key': '1' }, 200],
    ['POST', '/keyed', {}, 500],
    ['POST', '/post', {}, 500],
    ['DELETE', '/delete', {}, 500],
  ]
  for (const [method, path, headers, status] of cases)
    test(`${method} ${path} ${JSON.stringify(headers)} is ${status === 200 ? 'sent once more, on a new one' : 'not sent again'}`, () =>
      play(async ({ gateway, heads, warmUp }) => {
        await warmUp()
        const answer = await request(gateway.port, path, { method, headers })
        assert.equal(answer.status, status)
        assert.equal(heads(), status === 200 ? 2 : 1)
      }))

  test('once, not again and again', () =>
    play(async ({ gateway, heads, warmUp }) => {
      await warmUp()
      assert.equal((await request(gateway.port, '/x')).status, 500)
      assert.equal(heads(), 2)
    }, true))

  test('bytes that nobody asked for end it', () =>
    play(async ({ backend, gateway, heads, warmUp }) => {
      await warmUp()
      for (const socket of backend.sockets) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"evil"}')
      await until(() => backend.sockets.size === 0, 'the connection is closed')
      assert.equal((await request(gateway.port, '/x')).body, '{"a":1}')
      assert.equal(heads(), 1)
    }))
})

test('streams that lose or that nobody reads are given up', async () => {
  const backend = await startBackend((incoming, response) => {
    if (incoming.url === '/x') {
      response.end('{"a":1}')
      return
    }
    // Without end, and more than fits into any buffer.
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    }
    response.on('drain', pour)
    pour()
  })
  const small = { host: [backend.url], url_pattern: '/x' }
  const endless = { host: [backend.url], url_pattern: '/endless', encoding: 'no-op' }
  const gateway = await serve({
    timeout: '30s',
    endpoints: [
      { endpoint: '/merged', backend: [small, endless] },
      { endpoint: '/alone', backend: [endless] },
      { endpoint: '/shadowed', backend: [small, { ...endless, extra_config: { proxy: { shadow: true } } }] },
      { endpoint: '/raced', backend: [endless], concurrent_calls: 3 },
    ],
  })
  try {
    for (const path of ['/merged', '/alone', '/shadowed', '/raced']) assert.equal((await request(gateway.port, path)).status, 200, path)
    await until(() => backend.sockets.size <= 1, 'no endless stream is left')
  } finally {
    await gateway.stop()
    await backend.close()
  }
})
