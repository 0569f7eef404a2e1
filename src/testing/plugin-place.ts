// Where a plugin under test stands: its site, and its block in the form of a file.

import type { Sender } from '../engine/types.ts'
import type { Site } from '../engine/compile/component.ts'
import type { Call } from '../engine/endpoint/call.ts'
import { loadEncodings } from '../encodings/index.ts'
import { hostOf, pluginHost } from '../plugins/plugin-modules.ts'
import type { Kind, LoadedPlugin } from '../plugins/loaded.ts'
import { quirksOf, type Dialect } from '../config/dialect.ts'
import { endpointWith, makeConfig, makeService } from './config.ts'
import { modulesWith } from './plugin-modules.ts'
import { makeSite, type TestSite } from './site.ts'

export interface PlaceInit {
  /** `endpoint` by default; `backend` for http-client, `service` for http-server. */
  readonly level?: 'service' | 'endpoint' | 'agent' | 'backend'
  readonly method?: string
  /** `/users/{id}`. */
  readonly endpoint?: string
  /** What the endpoint is answered in: `no-op` passes bytes. */
  readonly outputEncoding?: string
  /** How long a request may take; at a service, the plugin itself. 2000 by default, as in a file that does not say it. */
  readonly timeoutMs?: number
  readonly backend?: {
    readonly urlPattern?: string
    readonly hosts?: readonly string[]
    readonly encoding?: string
    readonly index?: number
  }
}

export interface PlaceMeans {
  readonly dialect: Dialect
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly call: Call
  readonly transport: Sender
}

const LEVELS = { 'http-server': 'service', 'http-client': 'backend', 'req-resp-modifier': 'endpoint', middleware: 'endpoint' } as const

/** A site at that place whose gateway has these plugins. */
export async function sitePlugin(kind: Kind, plugins: readonly LoadedPlugin[], place: PlaceInit, means: PlaceMeans): Promise<TestSite> {
  const {
    level = LEVELS[kind],
    method = 'GET',
    endpoint: path = '/test',
    outputEncoding = 'json',
    timeoutMs = 2000,
    backend: given = {},
  } = place
  const { urlPattern = '/b', hosts = ['http://b'], encoding = 'json', index = 0 } = given
  const backend = { urlPattern, hosts, encoding, writtenEncoding: encoding, at: ['endpoints', 0, 'backend', index] }
  const endpoint = endpointWith([backend], { path, writtenPath: path, method, outputEncoding, timeoutMs })
  const isAtBackend = level === 'backend'
  const encodings = await loadEncodings(new Set([encoding]))
  const overrides: Partial<Site> = {
    endpoint: level === 'endpoint' || isAtBackend ? endpoint : null,
    backend: isAtBackend ? (endpoint.backends[0] ?? null) : null,
    label: level === 'service' ? '[SERVICE: Gin]' : isAtBackend ? `[BACKEND: ${urlPattern}]` : `[ENDPOINT: ${path}]`,
    place:
      level === 'service'
        ? null
        : {
            label: `[ENDPOINT: ${path}]`,
            id: `${method} ${path}`,
            name: path,
            timeoutMs,
            backends: endpoint.backends,
            extraConfig: new Map(),
            endpoint,
          },
    decode: () => encodings.decoderFor(encoding, { isCollection: false, dialect: means.dialect }),
    ...means,
  }
  const { dialect } = means
  const site = makeSite({ ...overrides, config: makeConfig({ dialect, service: makeService({ timeoutMs }) }) }, { dialect })
  site.provide(pluginHost, hostOf(modulesWith(plugins), true))
  return site
}

/** The block of one plugin, as a file of that version has it. */
export function blockOf(kind: Kind, name: string, options: unknown, dialect: Dialect): object {
  const { listsPlugins } = quirksOf(dialect)
  if (!listsPlugins) return { name: kind === 'http-client' ? name : [name], ...(options === undefined ? null : { [name]: options }) }
  const entry = { name, ...(options === undefined ? null : { config: options }) }
  return kind === 'http-client' ? entry : { plugins: [entry] }
}
