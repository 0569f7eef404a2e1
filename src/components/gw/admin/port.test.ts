// What `listen` of `_gw/admin` promises: the pages are there, for whom they are meant, and nowhere else.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { checkOptions, configOf, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { createResourcePool, createSharedMemory } from '../../../runtime/shared.ts'
import { startProcessParts } from '../../../process-parts.ts'
import { makeLog } from '../../../testing/log.ts'
import { admin } from './index.ts'

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function open(block: object) {
  const port = await freePort()
  const cached = { endpoint: '/e', backend: [{ url_pattern: '/b' }], extra_config: { '_gw/cache': { ttl: '1m' } } }
  const file = { host: ['http://b:80'], endpoints: [cached], extra_config: { '_gw/admin': { listen: `127.0.0.1:${port}`, ...block } } }
  const config = configOf(file)
  const shared = createSharedMemory()
  const backend = () => Promise.resolve(makeBackendResponse('{"a":1}'))
  const workers = [await openInMemory(config, { shared, backend }), await openInMemory(config, { shared, backend })]
  const init = { shared, pool: createResourcePool(), version: 'Version test', environment: {}, print() {} }
  const parts = await startProcessParts(config, { ...init, log: makeLog() })
  return {
    workers,
    ask: (path: string, request: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, request),
    stop: async () => {
      await parts.stop()
      for (const worker of workers) await worker.retire()
    },
  }
}

describe('a port of its own', () => {
  test('has the pages, which the port of the endpoints has not', async () => {
    const { workers, ask, stop } = await open({})
    try {
      for (const worker of workers) {
        assert.equal((await worker.ask({ target: '/__routes' })).statusCode, 404)
        assert.equal((await worker.ask({ target: '/e' })).statusCode, 200)
      }
      const routes = await ask('/__routes')
      assert.equal(routes.headers.get('content-type'), 'application/json; charset=utf-8')
      assert.equal(((await routes.json()) as { routes: { path: string }[] }).routes[0]?.path, '/e')
      const purged = await ask('/__cache/purge', { method: 'POST', body: '{"all":true}' })
      assert.deepEqual([purged.status, await purged.text()], [200, '{"purged":2}'])
      assert.equal((await ask('/__cache/purge', { method: 'POST', body: 'x'.repeat(70_000) })).status, 413)
      assert.equal((await ask('/__cache/purge', { method: 'POST', body: '{}' })).status, 400)
      const wrong = await ask('/__routes', { method: 'DELETE' })
      assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET'])
      assert.equal((await ask('/e')).status, 404)
    } finally {
      await stop()
    }
  })

  test('lets in whom the block names', async () => {
    const { ask, stop } = await open({ token: 't0ken', cache: false })
    try {
      assert.equal((await ask('/__routes')).status, 404)
      assert.equal((await ask('/__routes', { headers: { Authorization: 'Bearer t0ken' } })).status, 200)
      assert.equal((await ask('/__cache/purge', { method: 'POST', headers: { Authorization: 'Bearer t0ken' } })).status, 404)
    } finally {
      await stop()
    }
  })

  test('that is taken stops the start', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const config = configOf({ endpoints: [], extra_config: { '_gw/admin': { listen: `127.0.0.1:${port}` } } })
    const init = { shared: createSharedMemory(), pool: createResourcePool(), version: 'Version test', environment: {}, print() {} }
    await assert.rejects(startProcessParts(config, { ...init, log: makeLog() }), /EADDRINUSE/)
    taken.close()
  })
})

test('check says what is no address', () => {
  assert.match(checkOptions(admin, { listen: 'localhost' }).join(), /is no address with a port/)
  assert.deepEqual(checkOptions(admin, { listen: '127.0.0.1:9901' }), [])
})
