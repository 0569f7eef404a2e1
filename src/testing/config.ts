// Configurations as reading a file gives them, every field with its default: a test says only what it is about.

import type { BackendConfig, EndpointConfig, ExtraConfig, GatewayConfig } from '../config/types.ts'

export type Blocks = Readonly<Record<string, unknown>>

/** An `extra_config` as it is after reading. */
export function blocksOf(blocks: Blocks): ExtraConfig {
  return new Map(Object.entries(blocks))
}

/** A version-3 configuration without endpoints that listens nowhere in particular. */
export function makeConfig(overrides: Partial<GatewayConfig> = {}): GatewayConfig {
  return {
    dialect: 3,
    name: '',
    port: 0,
    listenIp: '127.0.0.1',
    hosts: [],
    timeoutMs: 2000,
    cacheTtlMs: 0,
    outputEncoding: 'json',
    endpoints: [],
    asyncAgents: [],
    extraConfig: new Map(),
    disableRest: false,
    debugEndpoint: false,
    echoEndpoint: false,
    sequentialStart: false,
    readTimeoutMs: 0,
    writeTimeoutMs: 0,
    idleTimeoutMs: 0,
    readHeaderTimeoutMs: 0,
    maxHeaderBytes: 1024 * 1024,
    useH2c: false,
    maxShutdownWaitTimeMs: 0,
    tls: null,
    clientTls: null,
    disableKeepAlives: false,
    disableCompression: false,
    maxIdleConnections: 0,
    maxIdleConnectionsPerHost: 0,
    idleConnectionTimeoutMs: 0,
    responseHeaderTimeoutMs: 0,
    expectContinueTimeoutMs: 0,
    dialerTimeoutMs: 0,
    dialerFallbackDelayMs: 0,
    dialerKeepAliveMs: 0,
    dnsCacheTtlMs: 0,
    plugin: null,
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
