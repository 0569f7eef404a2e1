// What `plugin/req-resp-modifier` promises: both directions in the order of the list, and response parts only behind a success.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GatewayError } from '../../../engine/errors.ts'
import type { BackendRequest } from '../../../engine/types.ts'
import { reply } from '../../../plugins/answers.ts'
import { endpointFile, openWith, plugin } from '../../../plugins/test-gateway.ts'
import type { Next, PluginRequest, PluginResponse } from '../../../plugins/types.ts'
import { makeBackendResponse, type MemoryGatewayInit } from '../../../testing/index.ts'

const BROKEN = new GatewayError('broken', { code: 'ERR_BACKEND_DIAL', source: 'backend' })

function open(handlers: Record<string, unknown>, init: MemoryGatewayInit = {}, more: object = {}, names = Object.keys(handlers)) {
  const plugins = Object.entries(handlers).map(([name, handler]) => plugin(name, 'req-resp-modifier', handler))
  return openWith(plugins, endpointFile({ 'plugin/req-resp-modifier': { name: names } }, more), init)
}

function recordInto(asked: BackendRequest[]) {
  return (request: BackendRequest) => {
    asked.push(request)
    return Promise.resolve(makeBackendResponse('{"ok":true}'))
  }
}

const mark = (name: string) => ({
  request: (request: PluginRequest) => request.headers.append('X-Way', name),
  response: (response: PluginResponse) => void (response.data.way = `${(response.data.way as string) ?? ''}${name}`),
})

test('a function among pairs encloses what follows: groups of pairs stand around and inside it', async () => {
  const asked: BackendRequest[] = []
  const around = async (request: PluginRequest, next: Next) => {
    request.headers.append('X-Way', 'f')
    const response = await next()
    response.data.way += 'f'
  }
  const gateway = await open({ a: mark('a'), b: mark('b'), f: around, c: mark('c'), d: mark('d') }, { backend: recordInto(asked) })
  const { answered } = await gateway.ask({ target: '/x/1' })
  assert.deepEqual(asked[0]?.headers.values('X-Way'), ['a', 'b', 'f', 'c', 'd'])
  assert.equal(answered.body, '{"ok":true,"way":"cdfab"}')
})

test('asynchronous parts keep the order', async () => {
  const later = (name: string) => ({
    request: async (request: PluginRequest) => request.headers.append('X-Way', name),
    response: async (response: PluginResponse) => void (response.data.way = `${(response.data.way as string) ?? ''}${name}`),
  })
  const asked: BackendRequest[] = []
  const gateway = await open({ a: later('a'), b: mark('b'), c: later('c') }, { backend: recordInto(asked) })
  assert.equal((await gateway.ask({ target: '/x/1' })).answered.body, '{"ok":true,"way":"abc"}')
  assert.deepEqual(asked[0]?.headers.values('X-Way'), ['a', 'b', 'c'])
})

test('a name with an ending means one part, unless a plugin has exactly that name', async () => {
  const handlers = { x: mark('x'), 'y-request': mark('y') }
  const gateway = await open(handlers, {}, {}, ['x-response', 'y-request'])
  const { answered } = await gateway.ask({ target: '/x/1' })
  assert.equal(answered.body, '{"ok":true,"way":"xy"}')
})

test('a function has no part of its own: its name with an ending is a plugin that does not load', async () => {
  const block = { name: ['f-request'] }
  const modules = [plugin('f', 'req-resp-modifier', (_request: unknown, next: Next) => next())]
  const gateway = await openWith(modules, endpointFile({ 'plugin/req-resp-modifier': block }))
  assert.match(gateway.lines.join('\n'), /could not be loaded: it is a function, which has no request part of its own/)
})

describe('at an endpoint', () => {
  test('parameters and query fill the pattern, headers and body are for all backends; siblings of a merge see none of each other', async () => {
    const asked: BackendRequest[] = []
    const backends = [
      { host: ['http://b'], url_pattern: '/a/{id}', method: 'POST', extra_config: { 'plugin/req-resp-modifier': { name: ['own'] } } },
      { host: ['http://b'], url_pattern: '/b/{id}', method: 'POST' },
    ]
    const handlers = {
      all: {
        request(request: PluginRequest) {
          request.params['id'] = '9'
          request.query.append('q', 'two')
          request.headers.set('X-New', 'n')
          request.body = 'all'
          assert.throws(() => (request.method = 'PUT'), /each backend has its own/)
        },
      },
      own: {
        request(request: PluginRequest) {
          request.headers.set('X-New', 'other')
          request.body = 'own'
        },
      },
    }
    const gateway = await open(handlers, { backend: recordInto(asked) }, { method: 'POST', backend: backends }, ['all'])
    await gateway.ask({ method: 'POST', target: '/x/1?q=one&no=1' })
    const [a, b] = ['/a/9?q=one&q=two', '/b/9?q=one&q=two'].map((path) => asked.find((request) => request.path === path))
    assert.deepEqual([a?.headers.get('X-New'), b?.headers.get('X-New')], ['other', 'n'])
    assert.deepEqual([String(await a?.body.bytes()), String(await b?.body.bytes())], ['own', 'all'])
  })
  test('a no-op answer is bytes, with status and headers', async () => {
    const raw = {
      async response(response: PluginResponse) {
        assert.equal(response.kind, 'raw')
        assert.equal(response.data, undefined)
        response.body = (await response.text()).toUpperCase()
        response.status = 202
        response.headers.set('X-R', '1')
      },
    }
    const noOp = { output_encoding: 'no-op', backend: [{ host: ['http://b'], url_pattern: '/b', encoding: 'no-op' }] }
    const gateway = await open({ raw }, { backend: () => Promise.resolve(makeBackendResponse('abc')) }, noOp)
    const { statusCode, answered, responseHeaders } = await gateway.ask({ target: '/x/1' })
    assert.deepEqual([statusCode, answered.body, responseHeaders.get('X-R')], [202, 'ABC', '1'])
  })
  test('status and headers reach the client beside data, also beside none', async () => {
    const head = {
      response(response: PluginResponse) {
        response.data = {}
        response.status = 203
        response.headers.set('X-R', '1')
      },
    }
    const { statusCode, answered, responseHeaders } = await (await open({ head })).ask({ target: '/x/1' })
    assert.deepEqual([statusCode, answered.body, responseHeaders.get('X-R')], [203, '{}', '1'])
  })
})

test('response parts do not run behind a failure, a partial merge included', async () => {
  const ran: string[] = []
  const look = { response: () => void ran.push('ran') }
  const failing = await open({ look }, { backend: () => Promise.reject(BROKEN) })
  assert.equal((await failing.ask({ target: '/x/1' })).statusCode, 500)
  const backend = ({ path }: BackendRequest) =>
    path.startsWith('/a') ? Promise.resolve(makeBackendResponse('{"a":1}')) : Promise.reject(BROKEN)
  const backends = ['/a', '/b'].map((url_pattern) => ({ host: ['http://b'], url_pattern }))
  const partial = await open({ look }, { backend }, { backend: backends })
  assert.equal((await partial.ask({ target: '/x/1' })).answered.body, '{"a":1}')
  assert.deepEqual(ran, [])
})

test('a request part may answer, or go on with another request', async () => {
  const asked: BackendRequest[] = []
  const early = { request: () => reply({ status: 203, data: { early: 1 } }), response: mark('e').response }
  const gateway = await open({ early, b: mark('b') }, { backend: recordInto(asked) })
  const answer = await gateway.ask({ target: '/x/1' })
  assert.deepEqual([answer.statusCode, answer.answered.body, asked.length], [203, '{"early":1,"way":"eb"}', 0])
  const seen: unknown[] = []
  const copy = {
    request: (request: PluginRequest) => request.with({ params: { id: '5' } }),
    response: (_response: PluginResponse, request: PluginRequest) => void seen.push(request.params['id']),
  }
  await (await open({ copy }, { backend: recordInto(asked) })).ask({ target: '/x/1' })
  assert.deepEqual([asked[0]?.path, seen], ['/b/5', ['5']])
})

test('a part that hangs is cut, and one that returns nonsense fails', async () => {
  const hang = { request: () => new Promise(() => {}) }
  assert.equal((await (await open({ hang }, {}, { timeout: '30ms' })).ask({ target: '/x/1' })).statusCode, 500)
  const odd = await open({ odd: { response: () => 5 } })
  assert.equal((await odd.ask({ target: '/x/1' })).statusCode, 500)
  assert.match(odd.lines.join('\n'), /the plugin "odd" returned a number, which is no answer/)
})

test('a text where a list of names is wanted is no plugin, as in KrakenD', async () => {
  const file = endpointFile({ 'plugin/req-resp-modifier': { name: 'a' } })
  const gateway = await openWith([plugin('a', 'req-resp-modifier', mark('a'))], file)
  assert.equal((await gateway.ask({ target: '/x/1' })).answered.body, '{"ok":true}')
})

test('a request part that answers with bytes: response parts of its group get them as they are', async () => {
  const page = { request: () => reply({ status: 403, body: '<p>', headers: { 'Content-Type': 'text/html' } }) }
  const stamp = { response: (response: PluginResponse) => response.headers.set('X-Kind', response.kind) }
  const gateway = await open({ page, stamp })
  const { statusCode, answered, responseHeaders } = await gateway.ask({ target: '/x/1' })
  assert.deepEqual([statusCode, answered.body, responseHeaders.get('X-Kind')], [403, '<p>', 'raw'])
})
