// Configurations as reading a file gives them, every field with its default: a test says only what it is about.

import { quirksOf } from '../config/dialect.ts'
import type {
  BackendConfig,
  EndpointConfig,
  ExtraConfig,
  GatewayConfig,
  ServerConfig,
  ServiceConfig,
  TransportOptions,
} from '../config/types.ts'

export type Blocks = Readonly<Record<string, unknown>>

/** An `extra_config` as it is after reading. */
export function blocksOf(blocks: Blocks): ExtraConfig {
  return new Map(Object.entries(blocks))
}

export function makeService(overrides: Partial<ServiceConfig> = {}): ServiceConfig {
  return {
    name: '',
    hosts: [],
    timeoutMs: 2000,
    cacheTtlMs: 0,
    outputEncoding: 'json',
    disableRest: false,
    debugEndpoint: false,
    echoEndpoint: false,
    sequentialStart: false,
    dnsCacheTtlMs: 30_000,
    maxShutdownWaitTimeMs: Infinity,
    plugin: null,
    ...overrides,
  }
}

export function makeServer(overrides: Partial<ServerConfig> = {}): ServerConfig {
  return {
    port: 0,
    listenIp: '127.0.0.1',
    readTimeoutMs: Infinity,
    writeTimeoutMs: Infinity,
    idleTimeoutMs: Infinity,
    readHeaderTimeoutMs: Infinity,
    maxHeaderBytes: 1024 * 1024,
    useH2c: false,
    upgrades: [],
    tls: null,
    ...overrides,
  }
}

export function makeTransport(overrides: Partial<TransportOptions> = {}): TransportOptions {
  return {
    clientTls: null,
    disableKeepAlives: false,
    disableCompression: false,
    maxIdleConnections: Infinity,
    maxIdleConnectionsPerHost: 250,
    idleConnectionTimeoutMs: Infinity,
    responseHeaderTimeoutMs: Infinity,
    expectContinueTimeoutMs: Infinity,
    dialerTimeoutMs: Infinity,
    dialerFallbackDelayMs: null,
    dialerKeepAliveMs: null,
    ...overrides,
  }
}

/** A version-3 configuration without endpoints that listens nowhere in particular. */
export function makeConfig(overrides: Partial<GatewayConfig> = {}): GatewayConfig {
  const dialect = overrides.dialect ?? 3
  return {
    dialect,
    quirks: quirksOf(dialect),
    service: makeService(),
    server: makeServer(),
    transport: makeTransport(),
    endpoints: [],
    asyncAgents: [],
    extraConfig: new Map(),
    inherited: new Map(),
    secrets: { values: [], files: [] },
    ...overrides,
  }
}

/** `GET /e` with one backend. */
export function makeEndpoint(overrides: Partial<EndpointConfig> = {}): EndpointConfig {
  return {
    at: ['endpoints', 0],
    path: '/e',
    writtenPath: overrides.path ?? '/e',
    method: 'GET',
    backends: [makeBackend()],
    timeoutMs: 2000,
    cacheTtlMs: 0,
    concurrentCalls: 1,
    outputEncoding: 'json',
    isNoOp: overrides.outputEncoding === 'no-op',
    inputHeaders: [],
    inputQueryStrings: [],
    extraConfig: new Map(),
    ...overrides,
  }
}

/** `GET http://b/b`, answered with a JSON object. */
export function makeBackend(overrides: Partial<BackendConfig> = {}): BackendConfig {
  return {
    at: ['endpoints', 0, 'backend', 0],
    hosts: ['http://b'],
    urlPattern: '/b',
    method: 'GET',
    writtenMethod: overrides.method ?? 'GET',
    hasOwnMethod: overrides.method !== undefined,
    encoding: 'json',
    writtenEncoding: overrides.encoding ?? 'json',
    isCollection: false,
    target: '',
    group: '',
    allow: [],
    deny: [],
    mapping: new Map(),
    sd: '',
    sdScheme: '',
    disableHostSanitize: false,
    inputHeaders: [],
    inputQueryStrings: [],
    extraConfig: new Map(),
    timeoutMs: 2000,
    concurrentCalls: 1,
    fallback: null,
    ...overrides,
  }
}

/** An endpoint with these backends, each with its place in the file. */
export function endpointWith(backends: readonly Partial<BackendConfig>[], overrides: Partial<EndpointConfig> = {}): EndpointConfig {
  const { at } = makeEndpoint(overrides)
  return makeEndpoint({
    ...overrides,
    backends: backends.map((backend, index) => makeBackend({ at: [...at, 'backend', index], ...backend })),
  })
}
