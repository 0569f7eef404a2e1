// What Zipkin, Jaeger and collectors get over the wire, and what becomes of requests when they take nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSharedMemory } from '../../../runtime/shared.ts'
import { configOf, makeBackendResponse, makeSite, openInMemory } from '../../../testing/index.ts'
import { grpcCollector } from '../test-collectors.ts'
import { startExporters } from './exporters.ts'
import { B3, fileWith, optionsFor, taker, TRACE } from './test-census.ts'

interface ZipkinSpan {
  readonly name: string
  readonly id: string
  readonly parentId?: string
  readonly traceId: string
  readonly kind?: string
  readonly timestamp: number
  readonly duration: number
  readonly localEndpoint: object
  readonly tags: Record<string, string>
}

test('Zipkin gets the spans of a request, and the backend the trace of the caller', async (context) => {
  const zipkin = await taker()
  context.after(zipkin.close)
  const block = { sample_rate: 100, exporters: { zipkin: { collector_url: zipkin.url, service_name: 'gw', ip: '10.1.2.3', port: 8080 } } }
  const seen: (string | undefined)[] = []
  const gateway = await openInMemory(configOf(fileWith(block)), {
    backend({ headers }) {
      seen.push(headers.get('X-B3-Traceid'), headers.get('X-B3-Spanid'), headers.get('X-B3-Sampled'))
      return Promise.resolve({ ...makeBackendResponse('{"ok":true}'), statusCode: 404 })
    },
  })
  await gateway.ask({ target: '/a/7?x=1', headers: B3 })
  const before = Date.now()
  await gateway.retire()
  const { headers, body } = await zipkin.next()
  assert.equal(headers['content-type'], 'application/json')
  const spans = JSON.parse(body.toString()) as ZipkinSpan[]
  const [router, pipe, backend, call] = ['/a/:id', 'pipe-/a/:id', 'backend-/b/{{.id}}', '/b/7'].map((name) =>
    spans.find((span) => span.name === name),
  )
  assert.equal(spans.length, 4)
  assert.ok(spans.every(({ traceId }) => traceId === TRACE))
  assert.deepEqual([router?.parentId, router?.kind, call?.kind, pipe?.kind], [B3['X-B3-SpanId'], 'SERVER', 'CLIENT', undefined])
  assert.deepEqual([pipe?.parentId, backend?.parentId, call?.parentId], [router?.id, pipe?.id, backend?.id])
  assert.deepEqual(seen, [TRACE, call?.id, '1'])
  assert.deepEqual(router?.localEndpoint, { serviceName: 'gw', ipv4: '10.1.2.3', port: 8080 })
  assert.deepEqual([router?.tags['http.path'], router?.tags['http.url']], ['/a/7', '/a/7?x=1'])
  assert.deepEqual([call?.tags['http.status_code'], call?.tags['error']], ['404', 'NOT_FOUND'])
  assert.deepEqual([backend?.tags['complete'], backend?.tags['error'] !== undefined], ['false', true])
  assert.ok(Math.abs((router?.timestamp ?? 0) / 1000 - before) < 60_000 && (router?.duration ?? 0) >= 1)
})

test('Jaeger gets a batch that names the service and every span', async (context) => {
  const jaeger = await taker()
  context.after(jaeger.close)
  const block = { sample_rate: 100, exporters: { jaeger: { endpoint: jaeger.url, service_name: 'orders' } } }
  const gateway = await openInMemory(configOf(fileWith(block)))
  await gateway.ask({ target: '/a/7', headers: B3 })
  await gateway.retire()
  const { headers, body } = await jaeger.next()
  assert.equal(headers['content-type'], 'application/x-thrift')
  const batch = readStruct(new Reader(body)) as { 1: { 1: string }; 2: { 1: bigint; 2: bigint; 5: string; 10: { 1: string }[] }[] }
  assert.equal(batch[1][1], 'orders')
  assert.deepEqual(batch[2].map((span) => span[5]).sort(), ['/a/:id', '/b/7', 'backend-/b/{{.Id}}', 'pipe-/a/:id'])
  assert.ok(batch[2].every((span) => hex(span[2]) + hex(span[1]) === TRACE))
  assert.ok(batch[2].some((span) => span[10].some((tag) => tag[1] === 'http.status_code')))
})

test('a collector gets spans and metrics as OTLP over gRPC, packed', async (context) => {
  const collector = await grpcCollector()
  context.after(() => collector.close())
  const ocagent = { address: `127.0.0.1:${collector.port}`, insecure: true, enable_compression: true }
  const block = { sample_rate: 100, exporters: { ocagent } }
  const shared = createSharedMemory()
  const gateway = await openInMemory(configOf(fileWith(block)), { shared })
  await gateway.ask({ target: '/a/7' })
  await gateway.retire()
  const spans = await collector.next('/opentelemetry.proto.collector.trace.v1.TraceService/Export')
  assert.ok(spans.includes('KrakenD-Opencensus') && spans.includes('pipe-/a/:id'))
  const running = await startExporters(optionsFor(block), makeSite({ shared }))
  await running?.stop()
  const metrics = await collector.next('/opentelemetry.proto.collector.metrics.v1.MetricsService/Export')
  assert.ok(metrics.includes('opencensus.io/http/server/latency'))
})

test('a server of traces that is down costs spans, no request, and one line', async () => {
  const block = { sample_rate: 100, exporters: { zipkin: { collector_url: 'http://127.0.0.1:1/api/v2/spans' } } }
  const gateway = await openInMemory(configOf(fileWith(block)))
  for (let i = 0; i < 250; i++) assert.equal((await gateway.ask({ target: '/a/1' })).statusCode, 200)
  await gateway.retire()
  assert.equal(gateway.lines.filter((line) => line.startsWith('ERROR [SERVICE: OpenCensus] zipkin exporter')).length, 1)
})

test('spans and their names have no secret of the file', async (context) => {
  const zipkin = await taker()
  context.after(zipkin.close)
  const block = { sample_rate: 100, exporters: { zipkin: { collector_url: zipkin.url } } }
  const config = configOf(fileWith(block, { backend: { url_pattern: '/topsecret/b' } }))
  const secrets = { values: [{ value: 'topsecret', reference: '${env:KEY}' }], files: [] }
  const gateway = await openInMemory({ ...config, secrets })
  await gateway.ask({ target: '/a/7' })
  await gateway.retire()
  const sent = (await zipkin.next()).body.toString()
  assert.match(sent, /"name":"\/\*\*\*\/b"/)
  assert.doesNotMatch(sent, /topsecret/)
})

test('with OpenTelemetry beside it, each has its own spans and both know how calls went', async (context) => {
  const [zipkin, collector] = [await taker(), await taker(200)]
  context.after(() => [zipkin, collector].forEach((one) => one.close()))
  const file = fileWith({ sample_rate: 100, exporters: { zipkin: { collector_url: zipkin.url } } })
  const { port } = new URL(collector.url)
  const otlp = [{ name: 'c', host: '127.0.0.1', port: Number(port), use_http: true }]
  const both = { ...(file as { extra_config: object }).extra_config, 'telemetry/opentelemetry': { exporters: { otlp } } }
  const gateway = await openInMemory(configOf({ ...file, extra_config: both }))
  await gateway.ask({ target: '/a/7', headers: B3 })
  await gateway.retire()
  const spans = JSON.parse((await zipkin.next()).body.toString()) as ZipkinSpan[]
  const ids = new Set(spans.map(({ id }) => id))
  assert.equal(spans.filter(({ parentId = '' }) => ids.has(parentId)).length, 3)
  const others = (await collector.next()).body
  assert.ok([...ids].every((id) => !others.includes(Buffer.from(id, 'hex'))))
})

/** Reads Thrift's binary protocol: enough to look into a batch. */
class Reader {
  at = 0
  readonly bytes: Buffer
  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  take(length: number): Buffer {
    return this.bytes.subarray(this.at, (this.at += length))
  }
}

function readStruct(reader: Reader): Record<number, unknown> {
  const fields: Record<number, unknown> = {}
  for (;;) {
    const type = reader.take(1).readUInt8()
    if (type === 0) return fields
    const field = reader.take(2).readInt16BE()
    fields[field] = readValue(reader, type)
  }
}

function readValue(reader: Reader, type: number): unknown {
  if (type === 2) return reader.take(1)[0] === 1
  if (type === 8) return reader.take(4).readInt32BE()
  if (type === 10) return reader.take(8).readBigInt64BE()
  if (type === 4) return reader.take(8).readDoubleBE()
  if (type === 11) return reader.take(reader.take(4).readInt32BE()).toString()
  if (type === 12) return readStruct(reader)
  assert.equal(type, 15)
  const [items, count] = [reader.take(1).readUInt8(), reader.take(4).readInt32BE()]
  return Array.from({ length: count }, () => readValue(reader, items))
}

function hex(id: bigint): string {
  return BigInt.asUintN(64, id).toString(16).padStart(16, '0')
}
