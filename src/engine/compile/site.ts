// Makes the sites that components see while a configuration is compiled.

import type { BackendConfig, EndpointConfig, GatewayConfig } from '../../config/types.ts'
import type { Logger, Port, ResourcePool, SharedMemory, Site } from './component.ts'
import type { Exchange, PipeResponse, Sender } from '../types.ts'

export interface SiteInit {
  readonly config: GatewayConfig
  readonly log: Logger
  readonly shared: SharedMemory
  readonly pool: ResourcePool
  readonly transport: Sender
  readonly version: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface SiteMaker {
  /** Service level, with the label that KrakenD's log has there. */
  service(label: string): Site
  endpoint(endpoint: EndpointConfig, backend: BackendConfig | null, runPipe?: Site['runPipe']): Site
  /** Everything provided under a port so far. */
  ask<T>(port: Port<T>): readonly T[]
  /** Resolves when everything is there that components wait for. */
  ready(): Promise<void>
  /** Runs what components asked for at the end, in reverse order. */
  retire(): Promise<void>
}

const NO_PIPE = (_exchange: Exchange): Promise<PipeResponse> =>
  Promise.reject(new Error('only a layer of stage endpoint has a pipe to run'))

export function makeSites(init: SiteInit): SiteMaker {
  const offers = new Map<Port<unknown>, unknown[]>()
  const awaited: Promise<void>[] = []
  const releases: (() => void | Promise<void>)[] = []
  const ask = <T>(port: Port<T>): readonly T[] => (offers.get(port) ?? []) as T[]
  const common = {
    ...init,
    ask,
    provide<T>(port: Port<T>, value: T): void {
      offers.set(port, [...ask(port), value])
    },
    pool: {
      share<T>(key: string, create: () => T, dispose: (value: T) => void): T {
        releases.push(() => init.pool.release(key))
        return init.pool.share(key, create, dispose)
      },
    },
    waitFor(something: Promise<void>): void {
      awaited.push(something.catch((error: unknown) => init.log.error(String(error))))
    },
    onRetire(release: () => void | Promise<void>): void {
      releases.push(release)
    },
  }
  return {
    ask,
    service: (label) => ({ ...common, endpoint: null, backend: null, label, id: label, runPipe: NO_PIPE }),
    endpoint(endpoint, backend, runPipe = NO_PIPE) {
      const place = `${endpoint.method} ${endpoint.path}`
      const index = backend === null ? '' : ` backend ${endpoint.backends.indexOf(backend)}`
      const label = backend === null ? `[ENDPOINT: ${endpoint.path}]` : `[BACKEND: ${backend.urlPattern}]`
      return { ...common, endpoint, backend, label, id: place + index, runPipe }
    },
    async ready() {
      await Promise.all(awaited)
    },
    async retire() {
      for (const release of releases.reverse()) await release()
    },
  }
}
