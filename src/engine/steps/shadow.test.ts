// What shadow backends are told of the client, and what the client hears of them: nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf, makeBackendResponse, openInMemory } from '../../testing/index.ts'
import type { BackendRequest } from '../types.ts'

test('a shadow is called with what the client sent and with the name of the request', async () => {
  const seen: BackendRequest[] = []
  const template = { path: '/s/{client_ip}', headers: { 'X-H': '{input_headers.X-A}' }, query: { q: '{input_query_strings.q}' } }
  const shadow = { url_pattern: '/s', extra_config: { proxy: { shadow: true }, '_gw/request': template } }
  const file = {
    host: ['http://b:80'],
    extra_config: { '_gw/request-id': {} },
    endpoints: [{ endpoint: '/e', backend: [{ url_pattern: '/a' }, shadow] }],
  }
  const gateway = await openInMemory(configOf(file), {
    async backend(request) {
      seen.push(request)
      return makeBackendResponse('{}')
    },
  })
  await gateway.ask({ target: '/e?q=1', headers: { 'X-A': 'v', 'X-Request-Id': 'given' }, peerAddress: '1.2.3.4' })
  await new Promise((resolve) => setImmediate(resolve))
  const call = seen.find(({ path }) => path.startsWith('/s'))
  assert.deepEqual([call?.path, call?.headers.get('X-H'), call?.headers.get('X-Request-Id')], ['/s/1.2.3.4?q=1', 'v', 'given'])
})

test('its caches and its balancer say nothing to the client', async () => {
  const blocks = {
    proxy: { shadow: true },
    '_gw/cache': { ttl: '9s' },
    '_gw/load-balancing': { sticky: { cookie: 'host', header: '', ttl: '1m', secure: false } },
  }
  const shadow = { url_pattern: '/s', host: ['http://b:80', 'http://c:80'], extra_config: blocks }
  const file = { host: ['http://b:80'], endpoints: [{ endpoint: '/e', backend: [{ url_pattern: '/a' }, shadow] }] }
  const shadows: string[] = []
  const gateway = await openInMemory(configOf(file), {
    async backend({ path }) {
      if (path === '/s') shadows.push(path)
      // The shadow's answer is there first.
      else await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
      return makeBackendResponse('{}')
    },
  })
  const { responseHeaders } = await gateway.ask({ target: '/e' })
  assert.deepEqual([shadows, responseHeaders.get('Cache-Status'), responseHeaders.get('Set-Cookie')], [['/s'], undefined, undefined])
})
