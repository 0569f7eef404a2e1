// What `plugin/http-client` promises: everything of the HTTP client is inside `next`, and its answer meets status policy and decoding.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { HeaderMap } from '../../../engine/headers.ts'
import type { BackendRequest, Sender } from '../../../engine/types.ts'
import { reply } from '../../../plugins/answers.ts'
import { endpointFile, openWith, plugin } from '../../../plugins/test-gateway.ts'
import type { Next, PluginRequest } from '../../../plugins/types.ts'
import { makeBackendResponse } from '../../../testing/index.ts'

type Handler = (request: PluginRequest, next: Next) => unknown

async function ask(
  handler: Handler,
  { backend = recordInto([]), more = {}, extra = {} }: { backend?: Sender; more?: object; extra?: object } = {},
) {
  const block = { extra_config: { ...extra, 'plugin/http-client': { name: 'c' } }, ...more }
  const gateway = await openWith([plugin('c', 'http-client', handler)], endpointFile({}, {}, block), { backend })
  return gateway.ask({ target: '/x/1?q=2' })
}

function recordInto(asked: BackendRequest[], body = '{"ok":true}'): Sender {
  return (request) => {
    asked.push(request)
    return Promise.resolve(makeBackendResponse(body))
  }
}

test('it sees and changes what goes on the wire, another host too', async () => {
  const asked: BackendRequest[] = []
  const seen: unknown[] = []
  const { answered } = await ask(
    async (request, next) => {
      seen.push(request.url, request.method, request.params['id'], request.query.get('q'))
      request.query.set('q', '3')
      request.url = request.url.replace('http://b/', 'https://user:pw@other:8443/base/')
      request.method = 'PUT'
      request.body = 'x'
      const response = await next()
      response.headers.set('X-Seen', String(response.status))
      response.body = '{"changed":1}'
      return response
    },
    { backend: recordInto(asked) },
  )
  assert.deepEqual(seen, ['http://b/b/1?q=2', 'GET', '1', '2'])
  const [sent] = asked
  assert.deepEqual([sent?.origin, sent?.path, sent?.method], ['https://other:8443', '/base/b/1?q=3', 'PUT'])
  assert.equal(sent?.headers.get('Authorization'), `Basic ${Buffer.from('user:pw').toString('base64')}`)
  assert.equal(answered.body, '{"changed":1}')
})

test('redirects happen inside next, and not at all without it', async () => {
  const asked: BackendRequest[] = []
  const backend: Sender = (request) => {
    asked.push(request)
    const isFirst = request.path.startsWith('/b')
    return Promise.resolve(
      makeBackendResponse('{"ok":true}', isFirst ? { statusCode: 302, headers: new HeaderMap(['Location', '/moved']) } : {}),
    )
  }
  const seen: unknown[] = []
  await ask(
    async (_request, next) => {
      const response = await next()
      seen.push(response.status, response.backend?.url)
      return response
    },
    { backend },
  )
  assert.deepEqual(seen, [200, 'http://b/b'])
  assert.equal(asked.length, 2)
  await ask(() => reply({ data: {} }), { backend })
  assert.equal(asked.length, 2)
})

test('a status of its own is an error where the answer is decoded', async () => {
  assert.equal((await ask(() => reply({ status: 202, data: {} }))).statusCode, 500)
  assert.equal((await ask(() => reply({ status: 201, data: { made: 1 } }))).answered.body, '{"made":1}')
})

test('a stream is read to its end for a decoder, and sent again for each call of next', async () => {
  const { answered } = await ask(() => reply({ body: Readable.from([Buffer.from('{"a"'), Buffer.from(':1}')]) }))
  assert.equal(answered.body, '{"a":1}')
})

test('next may be called any number of times, at once too', async () => {
  const asked: BackendRequest[] = []
  const { answered } = await ask(
    async (request, next) => {
      const [first] = await Promise.all([next(request.with({ url: 'http://one/' })), next(request.with({ url: 'http://two/' }))])
      return first
    },
    { backend: recordInto(asked) },
  )
  assert.deepEqual(asked.map(({ origin }) => origin).sort(), ['http://one', 'http://two'])
  assert.equal(answered.body, '{"ok":true}')
})

test('a Host header that is written is what the wire says; another URL has its own', async () => {
  const asked: BackendRequest[] = []
  const backend = recordInto(asked)
  await ask((request, next) => (request.headers.set('Host', 'named'), next()), { backend })
  assert.deepEqual([asked[0]?.host, asked[0]?.headers.has('Host')], ['named', false])
})

test('what cannot be called is a TypeError for whoever writes it', async () => {
  const seen: unknown[] = []
  await ask((request, next) => {
    for (const url of ['/relative', 'ftp://x/', 'http://'])
      assert.throws(
        () => (request.url = url),
        (error) => seen.push(error) > 0 && error instanceof TypeError,
      )
    assert.throws(() => (request.method = 'A B'), TypeError)
    assert.throws(() => (request.params['id'] = '2'), /the path is built already/)
    return next()
  })
  assert.equal(seen.length, 3)
})
