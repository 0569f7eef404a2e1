// `telemetry/opentelemetry` against a real OpenTelemetry Collector, over gRPC and over HTTP: figures and spans of all workers, and a collector that goes away.

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { request } from '../kit.ts'
import { eventually } from './agent-kit.ts'
import { attributeOf, type Collector, prepareCollector, type Span, startCollector } from './collector-server.ts'
import { serveTwo } from './sink-kit.ts'

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

for (const isHttp of [false, true]) {
  describe(`OTLP over ${isHttp ? 'HTTP' : 'gRPC'}`, { skip: prepareCollector(), timeout: 120_000 }, () => {
    let collector: Collector | null = null

    after(() => collector?.remove())

    test('figures and spans of the whole process; one line when the collector goes and one when it is back', async (context) => {
      const server = await startCollector()
      collector = server
      const port = isHttp ? server.httpPort : server.port
      const otlp = [{ name: 'c', host: '127.0.0.1', port, use_http: isHttp, custom_metric_reporting_period: 1 }]
      const gateway = await serveTwo({ 'telemetry/opentelemetry': { service_name: 'orders', exporters: { otlp } } }, context)
      const requests = (): number =>
        Number(server.metric('http.server.duration').find((one) => attributeOf(one, 'http.route') === '/x')?.count)
      const roots = (): number => server.spans().filter(({ kind, parentSpanId }) => kind === 2 && (parentSpanId ?? '') === '').length
      await gateway.ask(40)
      await eventually(() => requests() === 40 && roots() === 40, 'all requests are counted and traced')

      await request(gateway.port, '/x', { headers: { Traceparent: PARENT } })
      const ofParent = (): Span[] => server.spans().filter(({ traceId }) => traceId === PARENT.slice(3, 35))
      await eventually(() => ofParent().length === 5, 'the trace of the caller goes on')
      const root = ofParent().find(({ kind }) => kind === 2)
      assert.deepEqual([root?.name, root?.parentSpanId], ['/x', PARENT.slice(36, 52)])
      assert.equal(attributeOf(root ?? { attributes: [] }, 'http.response.status_code'), '200')

      // Killed, it would leave half a line behind.
      await server.stop('SIGTERM')
      await gateway.ask(10)
      await gateway.waitFor('metrics are counted on and sent when it answers')
      await server.start()
      await gateway.waitFor('answers again, and gets what was counted meanwhile')
      await gateway.ask(20)
      await eventually(() => requests() === 71, 'nothing that was counted is lost')
      await eventually(() => roots() >= 60, 'spans come again')
      assert.equal(await gateway.stop(), 0)
      const said = ['metrics are counted on', 'what was counted meanwhile'].map((text) => gateway.count(text))
      assert.deepEqual(said, [1, 1])
      // Spans are sent again for some time: none may be lost.
      for (const text of ['its traces are lost', 'spans were lost']) assert.ok(gateway.count(text) <= 1, text)
    })
  })
}
