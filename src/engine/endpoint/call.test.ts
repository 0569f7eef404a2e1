// An endpoint asked by its name: what of a client's request reaches the backend, and what stands in its way.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { configOf, makeBackendResponse, openInMemory } from '../../testing/index.ts'
import { HeaderMap } from '../headers.ts'
import { Scope } from '../scope.ts'
import type { BackendRequest } from '../types.ts'

const endpoints = [
  {
    endpoint: '/users/{id}',
    method: 'POST',
    input_headers: ['X-A'],
    input_query_strings: ['q'],
    backend: [{ host: ['http://b'], url_pattern: '/u/{id}', method: 'POST' }],
  },
  { endpoint: '/guarded', extra_config: { 'auth/validator': { alg: 1 } }, backend: [{ host: ['http://b'], url_pattern: '/' }] },
  { endpoint: '/bytes', output_encoding: 'no-op', backend: [{ host: ['http://b'], url_pattern: '/', encoding: 'no-op' }] },
]

async function open(answerBytes = '') {
  const seen: BackendRequest[] = []
  const gateway = await openInMemory(configOf({ endpoints }), {
    backend: (request) => {
      seen.push(request)
      return Promise.resolve(makeBackendResponse('{"name":"x"}', request.wantsStream ? { body: Readable.from([answerBytes]) } : {}))
    },
  })
  return { gateway, seen }
}

test('parameters, query, headers and body go to the backend as those of a client do', async () => {
  const { gateway, seen } = await open()
  const answer = await gateway.call('POST /users/{id}', {
    params: { id: 'a b' },
    query: 'q=1&hidden=2',
    headers: new HeaderMap(['X-A', '1', 'X-B', '2']),
    body: Buffer.from('{}'),
  })
  assert.deepEqual([answer.statusCode, answer.body?.toString(), answer.failure, answer.isCut], [200, '{"name":"x"}', null, false])
  assert.deepEqual(
    [seen[0]?.method, seen[0]?.path, seen[0]?.headers.get('X-A'), seen[0]?.headers.has('X-B')],
    ['POST', '/u/a%20b?q=1', '1', false],
  )
  assert.equal((await seen[0]?.body.bytes())?.toString(), '{}')
  assert.equal((await gateway.call('POST /users/:id')).statusCode, 200)
})

test('the layers of the endpoint stand around it', async () => {
  const { gateway, seen } = await open()
  const { statusCode } = await gateway.call('GET /guarded')
  assert.deepEqual([statusCode, seen.length], [401, 0])
})

test('a stream is read to its end, or refused where it is longer than its caller keeps', async () => {
  const { gateway } = await open('12345')
  assert.equal((await gateway.call('GET /bytes')).body?.toString(), '12345')
  const { body, isCut, failure } = await gateway.call('GET /bytes', { maxBytes: 4 })
  assert.deepEqual([body, isCut, failure?.message], [null, true, 'the answer is longer than 4 bytes'])
})

test('a call ends with the scope of its caller', async () => {
  const scope = Scope.root()
  const gateway = await openInMemory(configOf({ endpoints }), {
    backend: (_request, own) => new Promise((_resolve, reject) => (own.onEnd(reject), scope.end())),
  })
  const { statusCode, failure } = await gateway.call('POST /users/{id}', { scope })
  assert.deepEqual([statusCode, failure?.message], [500, 'context canceled'])
})

test('a name that no endpoint has is a mistake of the caller', async () => {
  const { gateway } = await open()
  await assert.rejects(gateway.call('GET /users/{id}'), { message: /^there is no endpoint "GET \/users\/\{id\}"/ })
})
