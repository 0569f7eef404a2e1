// `telemetry/metrics` as a whole: what the layers count, what the page and the points of InfluxDB say, and its listener.

import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import type { AgentConfig, BackendConfig } from '../../../config/types.ts'
import type { Running, SharedMemory } from '../../../engine/compile/component.ts'
import type { PipePlace } from '../../../engine/compile/site.ts'
import { GatewayError } from '../../../engine/errors.ts'
import { telemetries } from '../../../engine/ports.ts'
import { Scope } from '../../../engine/scope.ts'
import type { Pipe } from '../../../engine/types.ts'
import { freePort } from '../../../testing/backend.ts'
import {
  buildFor,
  checkExtras,
  checkOptions,
  makeBackend,
  makeConfig,
  makeEndpoint,
  makeExchange,
  makeRequest,
  makeResponse,
  makeSite,
  type TestSite,
} from '../../../testing/index.ts'
import { Collector } from './collector.ts'
import { metrics, metricsReports } from './index.ts'
import { Growth, influxLines } from './influx-points.ts'
import { Meters } from './meters.ts'
import { RuntimeMemory } from './runtime-memory.ts'

const PLACE = { endpoint: makeEndpoint({ path: '/a/:id', backends: [makeBackend({ urlPattern: '/b/{{.Id}}' })] }) }

function placeCalled(name: string): PipePlace {
  return { label: '', id: name, name, timeoutMs: 1000, backends: [], extraConfig: new Map(), endpoint: null }
}

function siteWith(shared?: SharedMemory): TestSite {
  const config = makeConfig({ endpoints: [PLACE.endpoint] })
  return makeSite({
    config,
    endpoint: PLACE.endpoint,
    backend: PLACE.endpoint.backends[0] ?? null,
    place: placeCalled(PLACE.endpoint.path),
    ...(shared === undefined ? {} : { shared }),
  })
}

/** What a service with this block offers at the place. */
function telemetryOf(block: object, site: TestSite) {
  buildFor(metrics, block, site)
  const [telemetry] = site.ask(telemetries)
  assert.ok(telemetry)
  return telemetry
}

/** One request of each kind, through all layers. */
async function sendRequests(site: TestSite, block: object = {}): Promise<void> {
  const telemetry = telemetryOf(block, site)
  const pipes: Pipe[] = [
    () => Promise.resolve(makeResponse()),
    () => Promise.resolve(makeResponse({ isComplete: false, error: new Error('half') })),
    () => Promise.reject(new GatewayError('no', { code: 'ERR_BACKEND' })),
  ]
  for (const inner of pipes) {
    const backend = telemetry.backend?.(site)?.(inner) ?? inner
    const proxy = telemetry.proxy?.(site)?.(backend) ?? backend
    await proxy(makeRequest(), Scope.root()).catch(() => null)
  }
  const exchange = makeExchange()
  await telemetry.endpoint?.(site)?.((asked) => asked.answer(200, 'hello'))(exchange)
  exchange.finish()
}

async function startReports(block: object, site: TestSite): Promise<Running> {
  const running = await buildFor(
    { ...metricsReports, build: (...given: Parameters<typeof metricsReports.start>) => metricsReports.start(...given) } as never,
    block,
    site,
  )
  assert.ok(running)
  return running as Running
}

async function withPage(block: object, site: TestSite, use: (url: string) => Promise<void>): Promise<void> {
  const port = await freePort()
  const running = await startReports({ listen_address: `127.0.0.1:${port}`, ...block }, site)
  await use(`http://127.0.0.1:${port}`)
  await running.stop()
}

type Page = Readonly<Record<string, unknown>>

describe('the page', () => {
  test('has what agents do under their names, and no answers of theirs', async () => {
    const asyncAgents = [{ name: 'orders', backends: [] as readonly BackendConfig[] } as AgentConfig]
    const site = makeSite({ config: makeConfig({ asyncAgents }), place: placeCalled('orders') })
    const proxy = telemetryOf({}, site).proxy?.(site)?.(() => Promise.resolve(makeResponse()))
    await proxy?.(makeRequest(), Scope.root())
    await withPage({}, site, async (url) => {
      const page = (await (await fetch(`${url}/__stats`)).json()) as Page
      assert.equal(page['krakend.proxy.requests.layer.pipe.name.orders.complete.true.error.false'], 1)
      assert.ok(!Object.keys(page).some((key) => key.startsWith('krakend.router.response.')))
    })
  })

  test('has the counters of all workers, sorted, and go-metrics histograms', async () => {
    const site = siteWith()
    await sendRequests(site)
    await sendRequests(siteWith(site.shared))
    await withPage({}, site, async (url) => {
      const response = await fetch(`${url}/__stats`)
      assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
      const text = await response.text()
      assert.match(text, /^\{\n"cmdline": \["krakend","run"\],\n/)
      assert.match(text, /\}\n\}\n$/)
      const page = JSON.parse(text) as Page
      const keys = text.split('\n').flatMap((line) => /^"((?:[^"\\]|\\.)*)": /.exec(line)?.[1] ?? [])
      assert.deepEqual(keys, keys.toSorted())
      const outcomes = (layer: string): unknown[] =>
        ['true.error.false', 'true.error.true', 'false.error.false', 'false.error.true'].map(
          (outcome) => page[`krakend.proxy.requests.layer.${layer}.complete.${outcome}`],
        )
      assert.deepEqual(outcomes('pipe.name./a/:id'), [2, 0, 0, 4])
      assert.deepEqual(outcomes('backend.name./b/{{.Id}}'), [2, 0, 0, 4])
      assert.equal(page['krakend.router.connected'], 0, 'a page that starts later begins a window of its own')
      assert.equal(page['krakend.router.connected-total'], 2)
      assert.equal(page['krakend.router.response./a/:id.status.200.count'], 2)
      assert.equal(page['krakend.router.response./a/:id.size.max'], 5)
      assert.equal(page['krakend.router.response./a/:id.time.count'], 2)
      assert.equal(page['krakend.service.runtime.MemStats.Sys'], 1024)
      assert.ok((page['krakend.service.runtime.MemStats.HeapAlloc'] as number) > 0)
      assert.equal(typeof page['krakend.service.runtime.ReadMemStats.fifteen-minute'], 'number')
    })
    await site.retire()
  })

  test('what is disabled is not there', async () => {
    for (const [option, part] of [
      ['router_disabled', '"krakend.router.response'],
      ['proxy_disabled', 'layer.pipe'],
      ['backend_disabled', 'layer.backend'],
    ] as const) {
      const site = siteWith()
      await sendRequests(site, { [option]: true })
      await withPage({ [option]: true }, site, async (url) => {
        const text = await (await fetch(`${url}/__stats`)).text()
        assert.ok(!text.includes(part), option)
        assert.ok(text.includes('"krakend.router.connected-total"'))
      })
      await site.retire()
    }
  })

  test('other paths, methods and spellings', async () => {
    await withPage({}, siteWith(), async (url) => {
      const ask = async (path: string, method = 'GET'): Promise<string> => {
        const response = await fetch(url + path, { method, redirect: 'manual' })
        await response.text()
        return `${response.status} ${response.headers.get('location') ?? response.headers.get('allow') ?? ''}`.trim()
      }
      assert.equal(await ask('/__stats?x=1'), '200')
      assert.equal(await ask('/__stats/'), '301 /__stats')
      assert.equal(await ask('/__STATS'), '301 /__stats')
      assert.equal(await ask('/__stats/', 'POST'), '307 /__stats')
      assert.equal(await ask('/'), '404')
      assert.equal(await ask('/__stats', 'POST'), '405 GET')
    })
  })

  test('a port that is taken, and an address that is none, are told; the rest goes on', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`
    for (const [text, reason] of [
      [address, 'bind: address already in use'],
      ['8090', 'no address to listen on'],
    ] as const) {
      const site = siteWith()
      const running = await startReports({ listen_address: text }, site)
      assert.ok(
        site.lines.some((line) => line.startsWith(`ERROR [SERVICE: Stats] listen tcp ${text}: ${reason}`)),
        site.lines.join('\n'),
      )
      await running.stop()
    }
    other.close()
  })
})

function makeCollector(site: TestSite): Collector {
  const meters = new Meters((name, bytes) => site.shared.buffer(name, bytes))
  return new Collector({
    slab: meters.slab,
    router: meters.router(),
    responses: new Map([['/a/:id', meters.response('/a/:id')]]),
    pipes: new Map([['/a/:id', meters.pipe('pipe', '/a/:id')]]),
    backends: new Map([['/b/{{.Id}}', meters.pipe('backend', '/b/{{.Id}}')]]),
    runtime: new RuntimeMemory((name, bytes) => site.shared.buffer(name, bytes), meters.slab),
    steady: site.clock.steady,
    residentBytes: () => 1,
  })
}

test('a collection moves the window into gauge and total, and begins histograms anew', async () => {
  const site = siteWith()
  const collector = makeCollector(site)
  await sendRequests(site)
  assert.deepEqual(collector.traffic('connected'), { current: 1, gauge: 0, total: 0 })
  collector.collect()
  assert.deepEqual(collector.traffic('connected'), { current: 0, gauge: 1, total: 1 })
  const meter = collector.meters.responses.get('/a/:id')
  assert.ok(meter)
  assert.equal(collector.describe(meter.time).count, 1)
  collector.clear()
  assert.equal(collector.describe(meter.time).count, 0)
  assert.deepEqual(meter.statuses(), [[200, 1]])
  collector.collect()
  assert.deepEqual(collector.traffic('connected'), { current: 0, gauge: 0, total: 1 })
})

test('points of InfluxDB: totals, what has grown since the last batch, histograms that have values', async () => {
  const site = siteWith()
  const collector = makeCollector(site)
  const growth = new Growth()
  const lines = (): string[] => influxLines(collector, growth, 'gw 1', 1786).split('\n')
  await sendRequests(site)
  const first = lines()
  growth.sent()
  await sendRequests(site)
  const second = lines()
  const third = lines()
  const tags = String.raw`complete=false,error=true,host=gw\ 1,layer=pipe,name=/a/:id`
  assert.ok(first.includes(`requests,${tags} count=2i,total=2i 1786`))
  for (const batch of [second, third]) assert.ok(batch.includes(`requests,${tags} count=2i,total=4i 1786`))
  assert.ok(first.includes(String.raw`responses,host=gw\ 1,name=/a/:id,status=200 count=1i,total=1i 1786`))
  assert.ok(first.includes(String.raw`router,direction=in,host=gw\ 1 current=1i,total=0i 1786`))
  assert.ok(
    first.some((line) => line.startsWith(String.raw`router.response-size,host=gw\ 1,name=/a/:id max=5i,mean=5i,min=5i,p0.1=5,p0.25=5,`)),
  )
  assert.ok(!first.some((line) => line.startsWith('requests,complete=true,error=true') && line.includes('max=')))
  for (const line of [...first, ...second].slice(0, -1)) assert.match(line, /^([^ ,\\]|\\.)+(,([^ \\]|\\.)+)? [^ ]+ 1786$|^$/)
})

test('what check says', () => {
  assert.deepEqual(checkOptions(metrics, { collection_time: '30s', listen_address: '[::1]:8090' }), [])
  assert.deepEqual(checkOptions(metrics, { collection_time: 'x', listen_address: '8090' }), [
    'warning collection_time: "x" is no time to wait: it counts as 60s',
    'error listen_address: "8090" is no address to listen on: there is no /__stats',
  ])
  assert.deepEqual(checkOptions(metrics, { listen_address: '8090', endpoint_disabled: true }), [])
  assert.deepEqual(checkExtras(metrics, { ttl: '-1s' }), [
    'error address: address is required: nothing is sent',
    'warning ttl: "-1s" is no time to wait: it counts as 1m',
  ])
  assert.deepEqual(checkExtras(metrics, { address: 'http://h:8086', buffer_size: 5 }), [])
  assert.throws(() => buildFor(metrics, { collection_time: 60 }, makeSite()), /"collection_time" must be a/)
})
