// What single spans say, and which of two says wins: those of the file, of the request, and of what failed.

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import { configOf, makeBackendResponse, type MemoryGatewayInit, openAgentInMemory, openInMemory } from '../../../testing/index.ts'
import { httpCollector } from '../test-collectors.ts'
import { schemaOf, type SentSpan, spansIn } from '../test-spans.ts'
import { NAMESPACE } from './options.ts'

interface Case {
  readonly block?: object
  readonly endpoint?: object
  readonly backend?: object
  readonly init?: MemoryGatewayInit
  readonly target?: string
  readonly headers?: Record<string, string>
}

/** One request through a gateway, and what the collector was sent about it. */
async function traced(context: TestContext, { block, endpoint, backend, init, target = '/a/7', headers = {} }: Case): Promise<Buffer> {
  const collector = await httpCollector()
  context.after(() => collector.close())
  const otlp = [{ name: 'c', host: '127.0.0.1', port: collector.port, use_http: true }]
  const backends = [{ host: ['http://backend:8080'], url_pattern: '/b/{userId}', ...backend }]
  const config = configOf({
    endpoints: [{ endpoint: '/a/{userId}', backend: backends, ...endpoint }],
    extra_config: { [NAMESPACE]: { exporters: { otlp }, ...block } },
  })
  const gateway = await openInMemory(config, { backend: () => Promise.resolve(makeBackendResponse('{"ok":true}')), ...init })
  await gateway.ask({ target, headers })
  await gateway.retire()
  return collector.next('/v1/traces')
}

const stageOf = (spans: readonly SentSpan[], stage: string): SentSpan | undefined =>
  spans.find(({ attributes }) => attributes['krakend.stage'] === stage)

test('what the file adds stands in place of what a span says at its start, not of what it says at its end', async (context) => {
  const added = (...keys: string[]) => keys.map((key) => ({ key, value: 'mine' }))
  const layers = {
    proxy: { traces_static_attributes: added('http.route', 'krakend.stage', 'complete') },
    backend: { traces: { round_trip: true, static_attributes: added('http.route', 'http.response.status_code') } },
  }
  const own = { extra_config: { [NAMESPACE]: { global: { traces_static_attributes: added('http.route') } } } }
  const request = await traced(context, { block: { layers }, endpoint: own })
  const spans = spansIn(request)
  const said = ['global', 'proxy', 'backend', 'backend-request'].map((stage) => stageOf(spans, stage)?.attributes['http.route'])
  assert.deepEqual(said, ['mine', 'mine', 'mine', 'mine'])
  assert.equal(stageOf(spans, 'proxy')?.attributes['complete'], true)
  assert.equal(stageOf(spans, 'backend-request')?.attributes['http.response.status_code'], 200)
  assert.equal(schemaOf(request), 'https://opentelemetry.io/schemas/1.21.0')
})

test('parameters of a backend are called in lower case, and reading its body belongs to the stage of the request', async (context) => {
  const spans = spansIn(await traced(context, {}))
  assert.equal(stageOf(spans, 'backend')?.name, '/b/:userid')
  const read = spans.find(({ name }) => name === 'http.client.response.read.tracker')
  assert.equal(read?.attributes['krakend.stage'], 'backend-request')
})

test('a call that fails has the reason alone: its span says by itself what was called', async (context) => {
  const failing = () => Promise.reject(new Error('Get "http://backend:8080/b/7": EOF'))
  const call = stageOf(spansIn(await traced(context, { init: { backend: failing } })), 'backend-request')
  assert.equal(call?.statusText, 'EOF')
  assert.deepEqual(
    call.events.map(({ name, attributes }) => [name, attributes['exception.message']]),
    [['exception', 'EOF']],
  )
})

test('spans of no-op carry the header fields of the answer', async (context) => {
  const answer = makeBackendResponse('x', { headers: new HeaderMap(['X-Back', 'one']) })
  const spans = spansIn(
    await traced(context, {
      block: { layers: { proxy: { report_headers: true }, backend: { traces: { report_headers: true } } } },
      endpoint: { output_encoding: 'no-op' },
      backend: { encoding: 'no-op' },
      init: { backend: () => Promise.resolve(answer) },
    }),
  )
  for (const stage of ['proxy', 'backend']) assert.deepEqual(stageOf(spans, stage)?.attributes['http.response.header.x-back'], ['one'])
})

test('an agent is called by its name, and its backends belong to no endpoint', async (context) => {
  const collector = await httpCollector()
  context.after(() => collector.close())
  const otlp = [{ name: 'c', host: '127.0.0.1', port: collector.port, use_http: true }]
  const agent = { name: 'orders', consumer: { topic: 'x' }, backend: [{ host: ['http://backend:8080'], url_pattern: '/b' }] }
  const config = configOf({ async_agent: [agent], extra_config: { [NAMESPACE]: { exporters: { otlp } } } })
  const opened = await openAgentInMemory(config)
  await opened.handle(Buffer.from('x'), Scope.root())
  await opened.retire()
  const spans = spansIn(await collector.next('/v1/traces'))
  assert.equal(stageOf(spans, 'proxy')?.name, 'orders')
  assert.equal(stageOf(spans, 'proxy')?.attributes['http.route'], 'orders')
  assert.equal(stageOf(spans, 'backend')?.attributes['krakend.endpoint.route'], '')
})

test('an endpoint that is skipped has no spans of its own, and no route', async (context) => {
  const own = { extra_config: { [NAMESPACE]: { global: { traces_static_attributes: [{ key: 'own', value: '1' }] } } } }
  const spans = spansIn(await traced(context, { block: { skip_paths: ['/a/:userId'] }, endpoint: own }))
  assert.deepEqual(
    spans.map(({ name, attributes }) => [name, attributes['http.route'], attributes['own']]),
    [['/a/7', '200 OK', undefined]],
  )
})
