// Component `telemetry/metrics`: counts requests in memory that all workers share; one part of the process shows the figures and sends them off.

import { hostname } from 'node:os'
import type { GatewayConfig } from '../../../config/types.ts'
import { type ProcessSite, type Running, service, type Site, supervise } from '../../../engine/compile/component.ts'
import { withFallbacks } from '../../../engine/compile/order.ts'
import { telemetries } from '../../../engine/ports.ts'
import { textMasker } from '../../../engine/secrets.ts'
import { timerMs } from '../../../engine/timer-ms.ts'
import { Collector } from './collector.ts'
import { Growth, influxLines } from './influx-points.ts'
import { InfluxPush } from './influx-push.ts'
import { measureEndpoint, measurePipe } from './layers.ts'
import { bindReason, parseHostPort } from '../../../go/host-port.ts'
import { Meters } from './meters.ts'
import {
  collectionMs,
  findWrongInflux,
  findWrongTimes,
  INFLUX_NAMESPACE,
  influxOptions,
  type InfluxOptions,
  influxUrl,
  NAMESPACE,
  opensPort,
  options,
  type Options,
  pushMs,
} from './options.ts'
import { RuntimeMemory } from './runtime-memory.ts'
import { statsGroups, statsText } from './stats-page.ts'
import type { SideListener } from '../side-listener.ts'
import { openStatsServer } from './stats-server.ts'
import { watchRuntime } from './watch-runtime.ts'

const STATS = '[SERVICE: Stats]'
const INFLUX = '[SERVICE: InfluxDB]'

const BLOCK = {
  namespace: NAMESPACE,
  options,
  reading: 'map',
  whenWrongType: { stop: ['collection_time'] },
  check: findWrongTimes,
  opens: opensPort,
  extras: { namespace: INFLUX_NAMESPACE, options: influxOptions, check: findWrongInflux },
} as const

/** Counts, in each worker. */
export const metrics = service({
  ...BLOCK,
  build(given, site) {
    const meters = metersOf(site)
    const runtime = new RuntimeMemory(memoryOf(site), meters.slab)
    const { clock } = site
    const router = meters.router()
    site.pool.share(
      'telemetry/metrics runtime',
      () => watchRuntime(runtime, collectionMs(given), clock),
      (stop) => stop(),
    )
    const mask = textMasker(site.config.secrets)
    site.provide(telemetries, {
      endpoint({ endpoint }) {
        if (given.router_disabled || endpoint === null) return null
        return measureEndpoint(router, meters.response(endpoint.path), clock)
      },
      proxy: ({ place }) => (given.proxy_disabled || place === null ? null : measurePipe(meters.pipe('pipe', place.name), clock)),
      backend: ({ backend }) =>
        given.backend_disabled || backend === null ? null : measurePipe(meters.pipe('backend', mask(backend.urlPattern)), clock),
    })
  },
})

/** Collects, shows and sends, once per process. */
export const metricsReports = supervise({
  ...BLOCK,
  reads: namesOf,
  async start(given, site, influx): Promise<Running> {
    const collector = openCollector(given, site)
    const pusher = influx === null ? null : await openPusher(influx, site)
    const sendOff = pusher === null ? null : new SnapshotSender(collector, pusher, site)
    const collect = (): void => {
      collector.collect()
      sendOff?.take()
      collector.clear()
    }
    const timers = [setInterval(collect, timerMs(collectionMs(given))).unref()]
    if (sendOff !== null && influx !== null) timers.push(setInterval(() => sendOff.send(), timerMs(pushMs(influx))).unref())
    const server = given.endpoint_disabled ? null : await openPage(given, site, collector)
    return {
      isIncomplete: server === null && !given.endpoint_disabled,
      async stop() {
        for (const timer of timers) clearInterval(timer)
        pusher?.end()
        if (server !== null) site.log.info(`${STATS} Shutting down the metrics endpoint handler`)
        await server?.close()
      },
    }
  },
})

/** The last snapshot, until it is sent. */
class SnapshotSender {
  readonly #collector: Collector
  readonly #pusher: InfluxPush
  readonly #site: ProcessSite
  readonly #growth = new Growth()
  #batch: string | null = null

  constructor(collector: Collector, pusher: InfluxPush, site: ProcessSite) {
    this.#collector = collector
    this.#pusher = pusher
    this.#site = site
  }

  take(): void {
    this.#batch = influxLines(this.#collector, this.#growth, hostname(), Math.floor(this.#site.clock.now() / 1000))
  }

  send(): void {
    if (this.#batch === null) {
      this.#site.log.debug(`${INFLUX} No metrics to send`)
      return
    }
    void this.#pusher.push(this.#batch)
    this.#growth.sent()
    this.#batch = null
  }
}

function memoryOf({ shared }: Pick<Site, 'shared'>): (name: string, byteLength: number) => SharedArrayBuffer {
  return (name, byteLength) => shared.buffer(name, byteLength)
}

function metersOf(site: Pick<Site, 'shared'>): Meters {
  return new Meters(memoryOf(site))
}

function openCollector(given: Options, site: ProcessSite): Collector {
  const meters = metersOf(site)
  const { paths, pipes, patterns } = namesOf(site.config)
  const named = <M>(isOff: boolean, names: readonly string[], open: (name: string) => M): Map<string, M> =>
    new Map(isOff ? [] : names.map((name) => [name, open(name)]))
  return new Collector({
    slab: meters.slab,
    router: meters.router(),
    responses: named(given.router_disabled, paths, (name) => meters.response(name)),
    pipes: named(given.proxy_disabled, pipes, (name) => meters.pipe('pipe', name)),
    backends: named(given.backend_disabled, patterns, (name) => meters.pipe('backend', name)),
    runtime: new RuntimeMemory(memoryOf(site), meters.slab),
    steady: site.clock.steady,
    residentBytes: () => site.process.residentBytes(),
  })
}

/** What the layers of a configuration count. Endpoints with one path, and backends with one pattern, count together. */
function namesOf({ endpoints, asyncAgents, secrets }: GatewayConfig): { paths: string[]; pipes: string[]; patterns: string[] } {
  const paths = [...new Set(endpoints.map(({ path }) => path))]
  const pipes = [...new Set([...paths, ...asyncAgents.map(({ name }) => name)])]
  const mask = textMasker(secrets)
  const patterns = [...endpoints, ...asyncAgents].flatMap(({ backends }) =>
    withFallbacks(backends).map(({ urlPattern }) => mask(urlPattern)),
  )
  return { paths, pipes, patterns: [...new Set(patterns)] }
}

/** Null where the port cannot be opened: the gateway goes on. */
async function openPage({ listen_address: text }: Options, site: ProcessSite, collector: Collector): Promise<SideListener | null> {
  const address = parseHostPort(text)
  const refuse = (reason: string): null => {
    site.log.error(`${STATS} listen tcp ${text}: ${reason}; there is no /__stats; a reload tries again`)
    return null
  }
  if (address === null) return refuse('no address to listen on')
  try {
    const { commandLine } = site.process
    const server = await openStatsServer(address, () => statsText(statsGroups(collector, commandLine)))
    site.log.debug(`${STATS} The endpoint /__stats is now available on ${text}`)
    return server
  } catch (error) {
    return refuse(bindReason(error as Error) ?? (error as Error).message)
  }
}

async function openPusher(given: InfluxOptions, site: ProcessSite): Promise<InfluxPush | null> {
  const { db, username, password, buffer_size: bufferSize } = given
  const url = influxUrl(given)
  if (url === null) {
    site.log.warning(`${INFLUX} ${given.address === '' ? 'address is required' : `"${given.address}" is no URL with http or https`}`)
    return null
  }
  const pusher = new InfluxPush({ url, db, username, password, bufferSize }, site.log)
  await pusher.ping()
  site.log.debug(`${INFLUX} Service correctly registered`)
  return pusher
}
