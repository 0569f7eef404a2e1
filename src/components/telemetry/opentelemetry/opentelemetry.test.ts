// What is measured of requests, and what reaches Prometheus and a collector over the wire.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { keepConnection, type KeptConnection } from '../../../brokers/kept.ts'
import type { Link } from '../../../brokers/link.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { loadProcessParts } from '../../../engine/compile/order.ts'
import { readBlock } from '../../../engine/compile/read-block.ts'
import { order } from '../../../order.ts'
import { buildFor, checkOptions, configOf, makeBackendResponse, makeExchange, makeSite, openInMemory } from '../../../testing/index.ts'
import { MetricReader } from '../metric-reader.ts'
import { writePage } from '../prometheus-page.ts'
import { grpcCollector, httpCollector } from '../test-collectors.ts'
import { below, spansIn } from '../test-spans.ts'
import { openTelemetry } from './index.ts'
import { INSTRUMENTS } from './instruments.ts'
import { NAMESPACE } from './options.ts'

function fileWith(block: object, backend: object = {}): Parameters<typeof configOf>[0] {
  const backends = [{ host: ['http://backend:8080'], url_pattern: '/b/{id}', ...backend }]
  return { endpoints: [{ endpoint: '/a/{id}', backend: backends }], extra_config: { [NAMESPACE]: block } }
}

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

for (const { kind, open, traces, metrics } of [
  { kind: 'HTTP', open: httpCollector, traces: '/v1/traces', metrics: '/v1/metrics' },
  {
    kind: 'gRPC',
    open: grpcCollector,
    traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  },
]) {
  test(`spans and metrics reach a collector over ${kind}, the caller's trace goes on to the backend`, async (context) => {
    const collector = await open()
    context.after(() => collector.close())
    const otlp = [{ name: 'c', host: '127.0.0.1', port: collector.port, use_http: kind === 'HTTP' }]
    const config = configOf(fileWith({ exporters: { otlp }, service_name: 'orders' }))
    const seen: string[] = []
    const gateway = await openInMemory(config, {
      backend(request) {
        seen.push(request.headers.get('Traceparent') ?? '')
        return Promise.resolve(makeBackendResponse('{"ok":true}'))
      },
    })
    await gateway.ask({ target: '/a/7', headers: { Traceparent: PARENT } })
    await gateway.retire()
    const request = await collector.next(traces)
    const spans = spansIn(request)
    const byName = new Map(spans.map((span) => [span.name, span]))
    assert.deepEqual([...byName.keys()].sort(), ['/a/7', '/a/:id', '/b/:id', 'http.client.response.read.tracker'])
    assert.ok(spans.every(({ traceId }) => traceId === '0af7651916cd43dd8448eb211c80319c'))
    const [whole, pipe] = [byName.get('/a/7'), byName.get('/a/:id')]
    assert.equal(whole?.parent, 'b7ad6b7169203331')
    assert.equal(pipe?.parent, whole?.id)
    const stage = spans.find(({ name, parent }) => name === '/b/:id' && parent === pipe?.id)
    const call = spans.find(({ name, parent }) => name === '/b/:id' && parent === stage?.id)
    assert.equal(byName.get('http.client.response.read.tracker')?.parent, call?.id)
    assert.deepEqual(seen, [`00-0af7651916cd43dd8448eb211c80319c-${call?.id}-01`])
    assert.ok(whole?.attributes['url.full'] !== undefined && call?.attributes['http.response.status_code'] !== undefined)
    assert.ok(below(request, 1, 1, 1, 2, 1).map(String).includes('orders'))
  })

  test(`metrics are pushed over ${kind} when the process ends`, async (context) => {
    const collector = await open()
    context.after(() => collector.close())
    const otlp = [{ name: 'c', host: '127.0.0.1', port: collector.port, use_http: kind === 'HTTP', disable_traces: true }]
    const block = { exporters: { otlp } }
    const config = configOf(fileWith(block))
    const site = makeSite({ config })
    buildFor(openTelemetry, block, site)
    await ask(site)
    const part = (await loadProcessParts(order, config)).find(({ namespace }) => namespace === NAMESPACE)
    assert.ok(part)
    const read = readBlock(part, config.extraConfig, site)
    assert.ok(typeof read === 'object')
    const running = await part.start(read.value, site, null)
    await running?.stop()
    const names = below(await collector.next(metrics), 1, 2, 2, 1).map(String)
    assert.ok(names.includes('http.server.duration'))
  })
}

/** One request that nothing answers with a route, through the layer of the server alone. */
async function ask(site: ReturnType<typeof makeSite>, target = '/nowhere', method = 'GET'): Promise<void> {
  const { telemetries } = await import('../../../engine/ports.ts')
  const layer = site.ask(telemetries)[0]?.server?.(site)
  const exchange = makeExchange({ target, method })
  await layer?.((inner) => inner.answer(404))(exchange)
  exchange.finish()
}

test('promtool finds nothing in the names that have no compatibility to keep, and strangers add no series', async () => {
  const block = { exporters: { prometheus: [{ name: 'p' }] } }
  const site = makeSite({ config: configOf(fileWith(block)) })
  buildFor(openTelemetry, block, site)
  for (let i = 0; i < 50; i++) await ask(site, `/path/${i}`, `M${i}`)
  const series = new MetricReader(site.shared, NAMESPACE, INSTRUMENTS).collect()
  assert.equal(series.length, 2)
  const page = writePage(series, [], { namespace: '', labels: [['otel.scope.name', 'x']], suffixes: true })
  assert.match(
    page,
    /http_server_duration_count\{http_request_method="_OTHER",http_response_status_code="404",http_route="404 Not Found",otel_scope_name="x",url_scheme="http"\} 50\n/,
  )
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' })
  if (checked.error === undefined) assert.deepEqual([checked.stdout + checked.stderr, checked.status], ['', 0])
})

test('numbers on the page of Prometheus are as Go writes them: bounds, counts, sums and figures', () => {
  const instrument = { name: 'size', description: 'd', unit: 'By', bounds: [0.00001, 0.02, 1_048_576] }
  const series = [
    { instrument, attributes: [], values: [0, 7, 1_234_560, 1, 1.5e21] },
    { instrument: { ...instrument, name: 'n', bounds: null }, attributes: [], values: [20_000_000] },
  ]
  const figures = [{ name: 'up', help: 'h', type: 'gauge' as const, samples: [1.7e9, Infinity, Number.NaN].map((value) => ({ value })) }]
  const page = writePage(series, figures, { namespace: '', labels: [], suffixes: true })
  const numbers = [...page.matchAll(/^[^#].*$/gm)].map(([line]) => line)
  assert.deepEqual(numbers, [
    'up 1.7e+09',
    'up +Inf',
    'up NaN',
    'size_bytes_bucket{le="1e-05"} 0',
    'size_bytes_bucket{le="0.02"} 7',
    'size_bytes_bucket{le="1.048576e+06"} 1.234567e+06',
    'size_bytes_bucket{le="+Inf"} 1.234568e+06',
    'size_bytes_sum 1.5e+21',
    'size_bytes_count 1.234568e+06',
    'n_bytes_total 2e+07',
  ])
})

test('a collector that is not there costs spans, no request, and one line', async () => {
  const otlp = [{ name: 'gone', host: '127.0.0.1', port: 1, use_http: true }]
  const gateway = await openInMemory(configOf(fileWith({ exporters: { otlp } })))
  for (let i = 0; i < 3; i++) assert.equal((await gateway.ask({ target: '/a/1' })).statusCode, 200)
  const before = performance.now()
  await gateway.retire()
  assert.ok(performance.now() - before < 5000)
})

test('without exporters, and with two of one name, nothing stands around requests', async () => {
  for (const exporters of [{}, { otlp: [{ name: 'x' }], prometheus: [{ name: 'x' }] }]) {
    const stages: string[] = []
    const onStack = (_stage: string, _site: unknown, layers: readonly { name: string }[]): void =>
      void stages.push(...layers.map(({ name }) => name))
    const gateway = await openInMemory(configOf(fileWith({ exporters })), { onStack })
    assert.ok(!stages.includes('telemetry'))
    await gateway.retire()
  }
  const twice = checkOptions(openTelemetry, { exporters: { otlp: [{ name: 'x' }], prometheus: [{ name: 'x' }] } })
  assert.deepEqual(twice, ['warning exporters.prometheus[0].name: prometheus with duplicate name: x (at idx 0): OpenTelemetry is off'])
  const nowhere = { otlp: [{ name: 'x', host: 'collector:4317' }, { name: 'y' }], prometheus: [{ name: 'z', port: 99999 }] }
  assert.deepEqual(checkOptions(openTelemetry, { exporters: nowhere }), [
    'warning exporters.prometheus[0].port: there is no port 99999: nothing can be scraped',
    'warning exporters.otlp[0].host: host and port are no address together: the collector gets nothing',
  ])
})

test('a backend block with only metrics keeps the spans of its defaults', async (context) => {
  const collector = await httpCollector()
  context.after(() => collector.close())
  const otlp = [{ name: 'c', host: '127.0.0.1', port: collector.port, use_http: true }]
  const backend = { extra_config: { [NAMESPACE]: { backend: { metrics: { disable_stage: true } } } } }
  const gateway = await openInMemory(configOf(fileWith({ exporters: { otlp } }, backend)))
  await gateway.ask({ target: '/a/7' })
  await gateway.retire()
  assert.equal(spansIn(await collector.next('/v1/traces')).length, 5)
})

test('header fields that are skipped are no attributes', async (context) => {
  const collector = await httpCollector()
  context.after(() => collector.close())
  const otlp = [{ name: 'c', host: '127.0.0.1', port: collector.port, use_http: true }]
  const layers = { global: { report_headers: true, skip_headers: ['authorization'] } }
  const gateway = await openInMemory(configOf(fileWith({ exporters: { otlp }, layers })))
  await gateway.ask({ target: '/a/7', headers: { Authorization: 'secret', 'X-One': '1' } })
  await gateway.retire()
  const request = await collector.next('/v1/traces')
  assert.ok(spansIn(request).find(({ name }) => name === '/a/7')?.attributes['http.request.header.x-one'] !== undefined)
  assert.ok(!request.includes('secret'))
})

test('spans have no secret of the file, whatever repeats it', async (context) => {
  const collector = await httpCollector()
  context.after(() => collector.close())
  const otlp = [{ name: 'c', host: '127.0.0.1', port: collector.port, use_http: true }]
  const layers = { backend: { traces: { report_headers: true } } }
  const secrets = { values: [{ value: 'topsecret', reference: '${env:KEY}' }], files: [] }
  const config = configOf(fileWith({ exporters: { otlp }, layers }, { url_pattern: '/b?key=topsecret' }))
  const gateway = await openInMemory(
    { ...config, secrets },
    { backend: () => Promise.reject(new Error('Get "http://backend:8080/b?key=topsecret": refused')) },
  )
  await gateway.ask({ target: '/a/7' })
  await gateway.retire()
  const sent = (await collector.next('/v1/traces')).toString('latin1')
  assert.match(sent, /key=\*\*\*/)
  assert.doesNotMatch(sent, /topsecret/)
})

test('connections to brokers are counted when they come and go, once whatever the number of their backends', async () => {
  const block = { exporters: { prometheus: [{ name: 'p' }] } }
  const site = makeSite({ config: configOf(fileWith(block)) })
  await buildFor(openTelemetry, block, site)
  let end = (_reason: string): void => {}
  const connection: KeptConnection<string> = {
    key: 'nats nats://me:secret@broker',
    name: 'nats://broker',
    tag: 'nats',
    maxRetries: 1,
    backOff: '',
    open() {
      const { promise: ended, resolve } = Promise.withResolvers<string>()
      end = resolve
      return Promise.resolve({ value: 'open', ended, close: () => Promise.resolve(resolve('closed')) })
    },
  }
  const pool: Site['pool'] = { share: (_key, create) => (link ??= create() as Link<string>) as never }
  let link: Link<string> | undefined
  const own = { ...site, pool }
  keepConnection(own, connection)
  const shared = keepConnection(own, connection)
  await shared.attempted
  end('lost')
  while (shared.state === 'up') await new Promise((resolve) => setImmediate(resolve))
  const series = new MetricReader(site.shared, NAMESPACE, INSTRUMENTS).collect()
  const page = writePage(series, [], { namespace: '', labels: [], suffixes: true })
  await site.retire()
  for (const state of ['up', 'down']) {
    assert.match(page, new RegExp(`^gateway_broker_connection_changes_total\\{connection="nats://broker",state="${state}"\\} 1$`, 'm'))
  }
  await shared.close()
})
