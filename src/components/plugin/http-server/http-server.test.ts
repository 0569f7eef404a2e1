// What `plugin/http-server` promises: it sees every request before the router, and every finished answer before it leaves.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { HeaderMap } from '../../../engine/headers.ts'
import type { BackendRequest } from '../../../engine/types.ts'
import { reply } from '../../../plugins/answers.ts'
import { HttpError } from '../../../plugins/http-error.ts'
import { endpointFile, openWith, plugin } from '../../../plugins/test-gateway.ts'
import type { Next, PluginRequest } from '../../../plugins/types.ts'
import { makeBackendResponse, type MemoryGatewayInit } from '../../../testing/index.ts'

type Handler = (request: PluginRequest, next: Next) => unknown

async function open(handlers: Record<string, unknown>, service: object = {}, init: MemoryGatewayInit = {}, more: object = {}) {
  const plugins = Object.entries(handlers).map(([name, handler]) => plugin(name, 'http-server', handler))
  const file = { ...endpointFile({}, more), ...service }
  const blocks = (service as { extra_config?: object }).extra_config ?? {}
  return openWith(plugins, { ...file, extra_config: { ...blocks, 'plugin/http-server': { name: Object.keys(handlers) } } }, init)
}

test('the last of the list is outermost', async () => {
  const mark =
    (name: string): Handler =>
    async (request, next) => {
      request.headers.append('X-In', name)
      const response = await next()
      response.headers.append('X-Out', name)
      return response
    }
  const asked: BackendRequest[] = []
  const gateway = await open({ a: mark('a'), b: mark('b') }, {}, { backend: recordInto(asked) })
  const { responseHeaders } = await gateway.ask({ target: '/x/1' })
  assert.deepEqual(asked[0]?.headers.values('X-In'), ['b', 'a'])
  assert.deepEqual(responseHeaders.values('X-Out'), ['a', 'b'])
})

test('method, target, headers and body may be changed: the router sees the change, the client’s own request stays', async () => {
  const asked: BackendRequest[] = []
  const seen: unknown[] = []
  const rewrite: Handler = (request, next) => {
    request.url = '/x/9?q=2'
    request.method = 'POST'
    request.headers.set('X-In', 'new')
    request.body = 'changed'
    const { client } = request
    seen.push(client?.url, client?.method, client?.headers.get('x-in'), client?.route)
    return next()
  }
  const more = { method: 'POST', backend: [{ host: ['http://b'], url_pattern: '/b/{id}', method: 'POST' }] }
  const gateway = await open({ rewrite }, {}, { backend: recordInto(asked) }, more)
  assert.equal((await gateway.ask({ target: '/old', headers: { 'X-In': 'old' } })).statusCode, 200)
  assert.deepEqual(seen, ['/old', 'GET', 'old', null])
  assert.deepEqual([asked[0]?.path, asked[0]?.headers.get('X-In')], ['/b/9?q=2', 'new'])
  assert.equal((await asked[0]?.body.bytes())?.toString(), 'changed')
})

test('a rewritten X-Forwarded-For is what the gateway takes for the client', async () => {
  const asked: BackendRequest[] = []
  const hide: Handler = (request, next) => {
    request.headers.set('X-Forwarded-For', '9.9.9.9')
    return next()
  }
  const gateway = await open({ hide }, {}, { backend: recordInto(asked) })
  await gateway.ask({ target: '/x/1', headers: { 'X-Forwarded-For': '1.1.1.1' } })
  assert.equal(asked[0]?.headers.get('X-Forwarded-For'), '9.9.9.9')
})

test('its own answer has no field of the gateway but those of CORS', async () => {
  const gateway = await open(
    { own: () => reply({ status: 403, body: 'no', headers: { 'X-Own': '1' } }) },
    { extra_config: { 'security/cors': { allow_origins: ['http://a.b'] } } },
  )
  const { statusCode, answered, responseHeaders } = await gateway.ask({ target: '/x/1', headers: { Origin: 'http://a.b' } })
  assert.deepEqual([statusCode, answered.body, responseHeaders.get('X-Own')], [403, 'no', '1'])
  assert.equal(responseHeaders.get('Access-Control-Allow-Origin'), 'http://a.b')
  assert.equal(responseHeaders.has('X-Krakend'), false)
})

test('an answer of its own behind next keeps nothing of the gateway’s', async () => {
  const replace: Handler = async (_request, next) => {
    await next()
    return reply({ status: 202, body: 'own' })
  }
  const gateway = await open({ replace })
  const { statusCode, answered, responseHeaders } = await gateway.ask({ target: '/x/1' })
  assert.deepEqual([statusCode, answered.body, responseHeaders.has('X-Krakend')], [202, 'own', false])
})

test('refusals of layers inside are answers, not failures', async () => {
  const seen: number[] = []
  const look: Handler = async (_request, next) => {
    const response = await next()
    seen.push(response.status)
    response.status = 299
    return response
  }
  const gateway = await open({ look }, {}, {}, { extra_config: { 'auth/validator': { alg: 'nope' } } })
  assert.equal((await gateway.ask({ target: '/x/1' })).statusCode, 299)
  assert.deepEqual(seen, [401])
})

test('next answers once', async () => {
  const codes: unknown[] = []
  const twice: Handler = async (_request, next) => {
    const response = await next()
    await next().catch((error: unknown) => codes.push((error as { code: string }).code))
    return response
  }
  const gateway = await open({ twice })
  assert.equal((await gateway.ask({ target: '/x/1' })).statusCode, 200)
  assert.deepEqual(codes, ['ERR_PLUGIN_NEXT'])
})

test('time outside of next is bounded by the timeout of the service, time inside is not', async () => {
  const hang: Handler = async (_request, next) => {
    await next()
    return new Promise(() => {})
  }
  const slow: MemoryGatewayInit = {
    backend: async () => {
      await new Promise((resolve) => setTimeout(resolve, 80))
      return makeBackendResponse('{"ok":true}')
    },
  }
  const service = { timeout: '40ms' }
  const patient = await open({ pass: (_request: PluginRequest, next: Next) => next() }, service, slow, { timeout: '2s' })
  assert.equal((await patient.ask({ target: '/x/1' })).statusCode, 200)
  const gateway = await open({ hang }, service)
  assert.equal((await gateway.ask({ target: '/x/1' })).statusCode, 500)
  assert.match(gateway.lines.join('\n'), /WARNING \[SERVICE: Gin\]\[PLUGIN: hang\] was still running when the time was up/)
})

test('an HttpError is written as it is; a bug is a 500 without its text', async () => {
  const refuse = await open({ refuse: () => Promise.reject(new HttpError(402, 'pay', { headers: { 'X-E': ['1', '2'] } })) })
  const refused = await refuse.ask({ target: '/x/1' })
  assert.deepEqual([refused.statusCode, refused.answered.body, refused.responseHeaders.values('X-E')], [402, 'pay', ['1', '2']])
  assert.equal(refused.responseHeaders.has('X-Krakend-Completed'), false)
  const broken = await open({
    bug: () => {
      throw new Error('secret')
    },
  })
  const answer = await broken.ask({ target: '/x/1' })
  assert.deepEqual([answer.statusCode, answer.answered.body], [500, null])
  assert.match(broken.lines.join('\n'), /ERROR \[SERVICE: Gin\]\[PLUGIN: bug\] Error: secret/)
})

test('a stream is passed on, changed on the way, or dropped', async () => {
  const noOp = { output_encoding: 'no-op', backend: [{ host: ['http://b'], url_pattern: '/b' }] }
  const streams: Readable[] = []
  const backend = (): Promise<ReturnType<typeof makeBackendResponse>> => {
    const stream = Readable.from([Buffer.from('one '), Buffer.from('two')])
    streams.push(stream)
    return Promise.resolve(makeBackendResponse('', { body: stream, headers: new HeaderMap(['Content-Type', 'text/plain']) }))
  }
  const upper: Handler = async (_request, next) => {
    const response = await next()
    const body = response.body as ReadableStream<Uint8Array>
    response.body = (async function* () {
      for await (const chunk of body) yield Buffer.from(chunk).toString().toUpperCase()
    })()
    return response
  }
  const changed = await open({ upper }, {}, { backend }, noOp)
  assert.equal((await changed.ask({ target: '/x/1' })).answered.body, 'ONE TWO')
  const drop: Handler = async (_request, next) => {
    await next()
    return reply({ body: 'short' })
  }
  const dropped = await open({ drop }, {}, { backend }, noOp)
  assert.equal((await dropped.ask({ target: '/x/1' })).answered.body, 'short')
  assert.equal(streams[1]?.destroyed, true)
})

test('a plugin that is rejected answers everything, health too', async () => {
  const file = { version: 4, ...endpointFile({}) }
  const block = { plugins: [{ name: 'nobody', on_load_error: 'reject' }] }
  const gateway = await openWith([], { ...file, extra_config: { 'plugin/http-server': block } })
  for (const target of ['/x/1', '/__health', '/nowhere']) assert.equal((await gateway.ask({ target })).statusCode, 500)
})

function recordInto(asked: BackendRequest[]) {
  return (request: BackendRequest) => {
    asked.push(request)
    return Promise.resolve(makeBackendResponse('{"ok":true}'))
  }
}
