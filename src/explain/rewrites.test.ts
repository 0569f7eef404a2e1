// What url-rewrite makes of a request is known before it has a route; what plugins of others do is not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quirksOf } from '../config/dialect.ts'
import { findBuiltIn } from '../plugins/built-in/find.ts'
import { configOf } from '../testing/index.ts'
import { findEndpoints } from './find-endpoint.ts'
import { compileRouting, type Routing } from './route-request.ts'

const endpoints = [
  { endpoint: '/x/{id}', backend: [{ host: ['http://b'], url_pattern: '/b/{id}' }] },
  { endpoint: '/y', backend: [{ host: ['http://b'], url_pattern: '/y' }] },
]
const routingOf = (block: object, version = 3): Promise<Routing> =>
  compileRouting(configOf({ version, endpoints, extra_config: { 'plugin/http-server': block } }))
const REWRITE = { literal: { '/hi': '/x/7?l=de', '/y': '/nope' }, regexp: [['^/user-([0-9]+)$', '/x/${1}']] }

function ask({ route }: Routing, target: string): unknown[] {
  const routed = route({ method: 'GET', target })
  return [routed.endpoint === null ? routed.reason : routed.params, routed.rewritten]
}

test('literals and expressions of url-rewrite count, with the query of both', async () => {
  const routing = await routingOf({ name: ['url-rewrite'], 'url-rewrite': REWRITE })
  const by = ['url-rewrite']
  assert.deepEqual(ask(routing, '/hi?q=1'), [{ id: '7' }, { target: '/x/7?l=de&q=1', by }])
  assert.deepEqual(ask(routing, '/user-12'), [{ id: '12' }, { target: '/x/12', by }])
  assert.deepEqual(ask(routing, '/y'), ['404: no endpoint has this path', { target: '/nope', by }])
  assert.deepEqual(ask(routing, '/x/1'), [{ id: '1' }, null])
  assert.equal(routing.hasPlugins, false)
})

test('the pattern of an endpoint is no request', async () => {
  const routing = await routingOf({ name: ['url-rewrite'], 'url-rewrite': { regexp: [['^/x/', '/nope/']] } })
  const [found] = findEndpoints(routing, { method: null, path: '/x/{id}' })
  assert.equal(found?.isNamed, true)
  assert.deepEqual(routing.routePattern({ method: 'GET', target: '/x/{id}' }).endpoint?.at, ['endpoints', 0])
  assert.deepEqual(findEndpoints(routing, { method: null, path: '/x/1' }), [])
})

test('the last of the list is first; who refuses, fails to load or is somebody else’s rewrites nothing here', async () => {
  const plugins = [
    { name: 'url-rewrite', config: { literal: { '/b': '/x/2' } } },
    { name: 'ip-filter', config: { CIDR: ['127.0.0.0/8'] } },
    { name: 'mine', config: {} },
    { name: 'url-rewrite', config: { literal: { '/a': '/b' } } },
    { name: 'url-rewrite', config: { nonsense: { '/a': '/c' } } },
  ]
  const routing = await routingOf({ plugins }, 4)
  assert.deepEqual(ask(routing, '/a'), [{ id: '2' }, { target: '/x/2', by: ['url-rewrite', 'url-rewrite'] }])
  assert.equal(routing.hasPlugins, true)
})

test('one that only rewrites never answers', async () => {
  for (const name of ['url-rewrite', 'ip-filter']) {
    const known = findBuiltIn('http-server', name, quirksOf(3))
    const rewrites = (await known?.load())?.prepare({}).rewriter !== null
    assert.equal(known?.mayAnswer, !rewrites, name)
  }
})
