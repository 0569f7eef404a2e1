// What `_gw/admin` promises: nobody who may not enter sees a difference, and a purge reaches all workers.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkBlocks } from '../../../engine/compile/check-blocks.ts'
import { loadDeclarations } from '../../../engine/compile/order.ts'
import { Scope } from '../../../engine/scope.ts'
import { order } from '../../../order.ts'
import { checkOptions, configOf, type ExchangeInit, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { admin } from './index.ts'
import { openPurgeChannel, type PurgeInit } from './purge.ts'

const BALANCED = { '_gw/load-balancing': { weights: [3, 1] } }
const ENDPOINT = {
  endpoint: '/users/{id}',
  extra_config: { '_gw/cache': { ttl: '60s', tags: ['user:{id}'] } },
  backend: [
    { url_pattern: '/u/{id}', host: ['http://me:secret@one:80', 'http://two:80'], extra_config: BALANCED, disable_host_sanitize: true },
  ],
}

async function open(block: object) {
  let calls = 0
  const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [ENDPOINT], extra_config: { '_gw/admin': block } }), {
    backend: () => Promise.resolve(makeBackendResponse(`{"n":${++calls}}`)),
  })
  const ask = async (init: ExchangeInit) => {
    const exchange = await gateway.ask(init)
    return { status: exchange.statusCode, body: exchange.answered.body, headers: exchange.responseHeaders }
  }
  return { ask, retire: () => gateway.retire(), calls: () => calls }
}

const statusOf = async (block: object, init: ExchangeInit) => {
  const { ask, retire } = await open(block)
  const { status } = await ask({ target: '/__routes', ...init })
  await retire()
  return status
}

describe('who may enter', () => {
  test('connections of the list, in whichever form their addresses have', async () => {
    assert.equal(await statusOf({}, {}), 200)
    assert.equal(await statusOf({}, { peerAddress: '::ffff:127.0.0.9' }), 200)
    assert.equal(await statusOf({}, { peerAddress: '10.0.0.1' }), 404)
    assert.equal(await statusOf({ allow: ['10.0.0.0/30', 'fd00::/8'] }, { peerAddress: '10.0.0.3' }), 200)
    assert.equal(await statusOf({ allow: ['10.0.0.0/30'] }, { peerAddress: '10.0.0.4' }), 404)
    assert.equal(await statusOf({ allow: ['fd00::/8'] }, { peerAddress: 'fd12::1' }), 200)
    assert.equal(await statusOf({ allow: [] }, {}), 404)
  })
  test('nobody through a proxy, unless there is a token', async () => {
    for (const name of ['X-Forwarded-For', 'Forwarded', 'Via', 'x-real-ip'])
      assert.equal(await statusOf({}, { headers: { [name]: '127.0.0.1' } }), 404, name)
    assert.equal(await statusOf({ token: 't0ken' }, { headers: { Via: '1.1 p', Authorization: 'Bearer t0ken' } }), 200)
  })
  test('nobody without the token', async () => {
    for (const given of ['', 'Bearer t0ke', 'Bearer t0kens', 'Basic t0ken'])
      assert.equal(await statusOf({ token: 't0ken' }, { headers: { Authorization: given } }), 404, given)
    assert.equal(await statusOf({ token: 't0ken' }, { headers: { Authorization: 'bearer t0ken' }, peerAddress: '10.0.0.1' }), 404)
  })
  test('what is switched off is not there; other methods are told which one is', async () => {
    assert.equal(await statusOf({ routes: false }, {}), 404)
    assert.equal(await statusOf({ cache: false }, { method: 'POST', target: '/__cache/purge' }), 404)
    assert.equal(await statusOf({}, { method: 'DELETE' }), 405)
  })
})

test('routes say where they stand and how their hosts are, without passwords', async () => {
  const { ask, retire } = await open({})
  const { body, headers } = await ask({ target: '/__routes' })
  await retire()
  assert.equal(headers.get('Content-Type'), 'application/json; charset=utf-8')
  const { routes, config } = JSON.parse(body ?? '') as { routes: unknown[]; config: { hash: string; loaded_at: string } }
  assert.deepEqual(routes, [
    {
      methods: ['GET'],
      path: '/users/{id}',
      hosts: [],
      config_path: 'endpoints[0]',
      output_encoding: 'json',
      timeout_ms: 2000,
      layers: ['_gw/cache'],
      backends: [
        {
          method: 'GET',
          hosts: [
            { host: 'http://one:80', state: 'healthy', weight: 3, in_flight: 0 },
            { host: 'http://two:80', state: 'healthy', weight: 1, in_flight: 0 },
          ],
          url_pattern: '/u/{id}',
          encoding: 'json',
        },
      ],
    },
  ])
  assert.match(config.hash, /^[0-9a-f]{64}$/)
  assert.ok(Date.parse(config.loaded_at) > 0)
})

test('a purge takes entries of tags, of paths, or all, and says how many', async () => {
  const { ask, retire, calls } = await open({})
  const purge = async (body: string) => {
    const { status, body: text } = await ask({ method: 'POST', target: '/__cache/purge', body })
    return `${status} ${text}`
  }
  const fill = async () => {
    for (const id of [1, 2, 1, 2]) await ask({ target: `/users/${id}` })
    return calls()
  }
  assert.equal(await fill(), 2)
  assert.equal(await purge('{"tags":["user:1","none"]}'), '200 {"purged":1}')
  assert.equal(await fill(), 3)
  assert.equal(await purge('{"paths":["/users/2"]}'), '200 {"purged":1}')
  assert.equal(await purge('{"all":true}'), '200 {"purged":1}')
  assert.equal(await purge('{"all":true}'), '200 {"purged":0}')
  for (const wrong of ['', '[]', '{}', '{"tag":["a"]}', '{"tags":"a"}', '{"all":"yes"}', '{"all":false}'])
    assert.match(await purge(wrong), /^400 \{"error":/, wrong)
  await retire()
})

test('a purge that is too large to be one is refused', async () => {
  const { ask, retire } = await open({})
  const { status } = await ask({ method: 'POST', target: '/__cache/purge', body: JSON.stringify({ tags: ['x'.repeat(70_000)] }) })
  await retire()
  assert.equal(status, 413)
})

test('all workers purge before there is an answer; one that is gone is not waited for for ever', async () => {
  const selector = { tags: ['a'], paths: [], isAll: false }
  const seen: unknown[] = []
  // As workers hear each other: all but the one who speaks, and later.
  const listeners = new Set<(message: unknown) => void>()
  const connect: PurgeInit['connect'] = (onMessage) => {
    listeners.add(onMessage)
    const send = (message: unknown): void => {
      for (const listener of listeners) if (listener !== onMessage) setImmediate(listener, structuredClone(message))
    }
    return { send, close: () => void listeners.delete(onMessage) }
  }
  const open = (purgeHere: PurgeInit['purgeHere']) => openPurgeChannel({ connect, purgeHere, countWorkers: () => 3 })
  const one = open(() => 1)
  const others = [20, 300].map((count) => open((asked) => (seen.push(asked), count)))
  try {
    const scope = Scope.root()
    assert.equal(await one.purge(selector, scope), 321)
    assert.deepEqual(seen, [selector, selector])
    others[1]?.close()
    assert.equal(await one.purge(selector, scope.child(50)), 21)
  } finally {
    for (const channel of [one, ...others]) channel.close()
  }
})

test('check names what is no network, and endpoints in the way', async () => {
  assert.deepEqual(checkOptions(admin, { allow: ['10.0.0.0/33', 'local', '::1', '10.0.0.1/8/9'] }), [
    'error allow[0]: "10.0.0.0/33" is no address and no network',
    'error allow[1]: "local" is no address and no network',
    'error allow[3]: "10.0.0.1/8/9" is no address and no network',
  ])
  const config = configOf({
    host: ['http://b:80'],
    endpoints: [{ endpoint: '/__routes', backend: [{ url_pattern: '/' }] }],
    extra_config: { '_gw/admin': {} },
  })
  const issues = checkBlocks(config, await loadDeclarations(order, config), { isStrict: false })
  assert.deepEqual(
    issues.map(({ severity, message }) => `${severity} ${message}`),
    ['error an endpoint has the path /__routes, which is answered here'],
  )
})
