// What is measured of requests in the words of OpenCensus, what backends are told, and what reaches Prometheus.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { ConfigError } from '../../../engine/compile/component.ts'
import { createSharedMemory } from '../../../runtime/shared.ts'
import { buildFor, checkOptions, configOf, makeBackendResponse, makeSite, openInMemory } from '../../../testing/index.ts'
import { runCommand } from '../../../testing/process.ts'
import { startExporters } from './exporters.ts'
import { openCensus, openCensusExporters } from './index.ts'
import { NAMESPACE } from './options.ts'
import { ALL_TAGS, B3, fileWith, linesOf, measured, optionsFor, pageOf, TRACE } from './test-census.ts'

test('views count requests and calls, each with its own tags', async () => {
  const page = await measured({ exporters: { prometheus: { namespace: 'krakend' } } }, ['/a/7', '/a/8', '/nowhere'])
  const server = (name: string): string[] => linesOf(page, `krakend_opencensus_io_http_server_${name}`)
  assert.deepEqual(server('request_count'), [
    'krakend_opencensus_io_http_server_request_count 3',
    'krakend_opencensus_io_http_server_request_count_by_method{http_method="GET"} 3',
  ])
  assert.deepEqual(server('response_count_by_status_code'), [
    'krakend_opencensus_io_http_server_response_count_by_status_code{http_status="200"} 2',
    'krakend_opencensus_io_http_server_response_count_by_status_code{http_status="404"} 1',
  ])
  assert.match(page, /^krakend_opencensus_io_http_server_latency_bucket\{le="100000"\} 3$/m)
  const labels = '{http_client_method="GET",http_client_status="200"}'
  assert.ok(page.includes(`krakend_opencensus_io_http_client_completed_count${labels} 2`))
  assert.ok(page.includes(`krakend_opencensus_io_http_client_received_bytes_count${labels} 2`))
})

test('tags stand at all views; what no endpoint answers has one path', async () => {
  const page = await measured({ exporters: { prometheus: ALL_TAGS } }, ['/a/7', '/nowhere/9'])
  const name = 'opencensus_io_http_'
  assert.deepEqual(
    linesOf(page, `${name}server_latency_count`).map((line) => line.replace(/http_host="[^"]*",/, '')),
    [
      `${name}server_latency_count{http_method="GET",http_path="/a/{id}",http_status="200"} 1`,
      `${name}server_latency_count{http_method="GET",http_path="noroute",http_status="404"} 1`,
    ],
  )
  assert.match(page, /server_request_count\{[^}]*http_path="\/a\/\{id\}",http_status=""\} 1\n/)
  assert.match(
    page,
    /client_sent_bytes_count\{http_client_host="backend:8080",http_client_method="GET",http_client_path="\/b\/\{id\}",http_client_status="200"\} 1/,
  )
})

for (const { mode, server, client } of [
  { mode: 'pattern', server: '/a/{id}', client: '/b/{id}' },
  { mode: 'lastparam', server: '/a/{id}', client: '/b/{id}' },
  { mode: 'off', server: '/a/X7', client: '/b/X7' },
  { mode: 'other', server: '/a/{id}', client: '/b/{id}' },
]) {
  test(`path_aggregation ${mode}`, async () => {
    const own = { extra_config: { [NAMESPACE]: { path_aggregation: mode } } }
    const page = await measured({ exporters: { prometheus: ALL_TAGS } }, ['/a/X7'], { endpoint: own, backend: own })
    assert.ok(page.includes(`http_path="${server}"`), page)
    assert.ok(page.includes(`http_client_path="${client}"`), page)
  })
}

test('lastparam keeps the real path before the last parameter, in lower case', async () => {
  const endpoint = { endpoint: '/a/{kind}/{id}', extra_config: { [NAMESPACE]: { path_aggregation: 'lastparam' } } }
  const page = await measured({ exporters: { prometheus: ALL_TAGS } }, ['/a/Books/7'], { endpoint })
  assert.ok(page.includes('http_path="/a/books/{id}"'), page)
})

test('layers that are not enabled measure nothing', async () => {
  const router = await measured({ enabled_layers: { router: true }, exporters: { prometheus: {} } }, ['/a/7'])
  assert.deepEqual([router.includes('http_server'), router.includes('http_client')], [true, false])
  const backend = await measured({ enabled_layers: { backend: true }, exporters: { prometheus: {} } }, ['/a/7', '/nowhere'])
  assert.deepEqual([backend.includes('http_server'), backend.includes('http_client')], [false, true])
})

for (const { rate, given, sampled } of [
  { rate: 0, given: '1', sampled: '0' },
  { rate: 100, given: '0', sampled: '1' },
  { rate: 1, given: '1', sampled: '1' },
]) {
  test(`sample_rate ${rate} tells the backend ${sampled} where the caller has ${given}`, async () => {
    const seen: (string | undefined)[] = []
    const gateway = await openInMemory(configOf(fileWith({ sample_rate: rate })), {
      backend({ headers }) {
        seen.push(headers.get('X-B3-Traceid'), headers.get('X-B3-Sampled'))
        return Promise.resolve(makeBackendResponse('{}'))
      },
    })
    await gateway.ask({ target: '/a/7', headers: { ...B3, 'X-B3-Sampled': given } })
    await gateway.retire()
    assert.deepEqual(seen, [TRACE, sampled])
  })
}

test('health checks of backends are left alone, failures count as 500', async () => {
  const shared = createSharedMemory()
  const block = { exporters: { prometheus: {} } }
  const endpoints = ['/healthz', '/down'].map((path) => ({ endpoint: path, backend: [{ host: ['http://b:8080'], url_pattern: path }] }))
  const gateway = await openInMemory(configOf({ endpoints, extra_config: { [NAMESPACE]: block } }), {
    shared,
    backend({ path, headers }) {
      assert.equal(headers.has('X-B3-Traceid'), path === '/down')
      return path === '/down' ? Promise.reject(new Error('refused')) : Promise.resolve(makeBackendResponse('{}'))
    },
  })
  for (const target of ['/healthz', '/down']) await gateway.ask({ target })
  await gateway.retire()
  assert.deepEqual(linesOf(pageOf(shared, block), 'opencensus_io_http_client_completed_count'), [
    'opencensus_io_http_client_completed_count{http_client_method="GET",http_client_status="500"} 1',
  ])
})

test('a port that is taken stops the start, in the words of KrakenD', async (context) => {
  const taken = createTcpServer().listen(0)
  await once(taken, 'listening')
  context.after(() => taken.close())
  const { port } = taken.address() as AddressInfo
  await assert.rejects(
    async () => startExporters(optionsFor({ exporters: { prometheus: { port } } }), makeSite()),
    (error) => error instanceof ConfigError && error.message === `[SERVICE: OpenCensus] listen tcp :${port}: bind: address already in use`,
  )
})

test('a port that is taken ends the process with 1', async (context) => {
  const taken = createTcpServer().listen(0)
  await once(taken, 'listening')
  context.after(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const gateway = await runCommand({ endpoints: [], extra_config: { [NAMESPACE]: { exporters: { prometheus: { port } } } } })
  assert.equal(await gateway.exited, 1)
})

test('the page of the port has the figures of the process as well', async () => {
  const free = createTcpServer().listen(0)
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  free.close()
  await once(free, 'close')
  const site = makeSite()
  const running = await startExporters(optionsFor({ exporters: { prometheus: { port } } }), site)
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  await running?.stop()
  assert.match(page, /^process_start_time_seconds /m)
})

test('exporters that send nothing are findings that say what to use', () => {
  const exporters = {
    datadog: {},
    xray: {},
    stackdriver: {},
    influxdb: {},
    logger: {},
    zipkin: {},
    jaeger: { agent_endpoint: 'a:6831' },
    ocagent: {},
  }
  const found = checkOptions(openCensusExporters, { exporters })
  for (const key of [
    'datadog',
    'xray',
    'stackdriver',
    'influxdb',
    'logger',
    'zipkin.collector_url',
    'jaeger.endpoint',
    'jaeger.agent_endpoint',
    'ocagent.address',
  ])
    assert.ok(
      found.some((line) => line.startsWith(`warning exporters.${key}: `)),
      `${key}: ${found.join('\n')}`,
    )
  assert.deepEqual(checkOptions(openCensus, { exporters: { zipkin: { collector_url: 'http://z:9411/api/v2/spans' } } }), [])
})

test('an address of a collector that cannot be one is a finding, and the gateway starts', async () => {
  for (const address of ['a b:4317', 'collector:70000']) {
    const exporters = { ocagent: { address } }
    assert.match(
      checkOptions(openCensusExporters, { exporters }).join(),
      /^warning exporters\.ocagent\.address: the collector gets nothing/,
    )
    await (await openInMemory(configOf(fileWith({ exporters })))).retire()
  }
})

test('the log says at the start what sends nothing', async () => {
  const gateway = await openInMemory(configOf(fileWith({ exporters: { xray: {} } })))
  await gateway.retire()
  assert.ok(
    gateway.lines.some((line) => line.startsWith('WARNING [SERVICE: OpenCensus] X-Ray gets nothing: send to an OpenTelemetry collector')),
  )
})

test('a block of a wrong type is off', () => {
  const site = makeSite()
  assert.equal(buildFor(openCensus, { sample_rate: 'all' }, site), null)
  assert.ok(site.lines.some((line) => line.startsWith('WARNING [SERVICE: OpenCensus] ')))
})
