// The pages of metrics, scraped by a real Prometheus: figures of all workers, as its own language adds them up.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, describe, test } from 'node:test'
import { freePort } from '../../src/testing/backend.ts'
import { eventually } from './agent-kit.ts'
import { lacks, type TestServer } from './servers.ts'
import { serveTwo } from './sink-kit.ts'
import { promQuery, startPrometheus } from './sink-servers.ts'

describe('Prometheus', { skip: lacks('prometheus', 'prometheus'), timeout: 120_000 }, () => {
  let prometheus: TestServer | null = null

  after(() => prometheus?.remove())

  test('scrapes both telemetries; the gateway does not miss it while it is away', async (context) => {
    const [openTelemetry, openCensus] = [await freePort(), await freePort()]
    const gateway = await serveTwo(
      {
        'telemetry/opentelemetry': {
          service_name: 'orders',
          exporters: { prometheus: [{ name: 'p', port: openTelemetry, process_metrics: true, go_metrics: true }] },
        },
        'telemetry/opencensus': { exporters: { prometheus: { namespace: 'census', port: openCensus } } },
      },
      context,
    )
    const server = await startPrometheus([openTelemetry, openCensus])
    prometheus = server
    const becomes = async (expression: string, value: number): Promise<void> => {
      await eventually(async () => (await promQuery(server, expression)) === value, `${expression} is ${value}`)
    }
    await gateway.ask(40)
    await becomes('sum(up)', 2)
    await becomes('http_server_duration_count{http_route="/x", http_response_status_code="200"}', 40)
    await becomes('krakend_backend_duration_bucket{le="+Inf", http_route="/b"}', 40)
    await becomes('census_opencensus_io_http_server_latency_count', 40)
    await becomes('census_opencensus_io_http_client_completed_count{http_client_status="200"}', 40)
    await becomes('count(target_info{service_name="orders"})', 1)

    await server.stop()
    await gateway.ask(10)
    await server.start()
    await becomes('http_server_duration_count{http_route="/x"}', 50)
    await becomes('census_opencensus_io_http_server_latency_count', 50)
    assert.equal(await gateway.stop(), 0)
    assert.equal(gateway.count('ERROR'), 0)
  })

  test('promtool finds nothing but names that KrakenD chose', { skip: lacks('promtool', 'prometheus') }, async (context) => {
    const port = await freePort()
    const exporters = { prometheus: [{ name: 'p', port, process_metrics: true, go_metrics: true }] }
    const layers = { backend: { metrics: { round_trip: true, read_payload: true, detailed_connection: true } } }
    const gateway = await serveTwo({ 'telemetry/opentelemetry': { exporters, layers } }, context)
    await gateway.ask(3)
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    assert.match(page, /^http_client_request_get_conn_duration_count\{/m)
    const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' })
    assert.deepEqual([stdout, stderr, status], ['', '', 0])
  })
})
