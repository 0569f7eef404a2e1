// The configuration after reading: typed, inherited, sanitized. Durations are milliseconds (fractions for less); 0 is "not set".

/** `extra_config` by KrakenD 2.x names; upgrade and aliases have been applied. */
export type ExtraConfig = ReadonlyMap<string, unknown>

/** Where a value stands in the file: `['endpoints', 0, 'backend', 1]`. */
export type ConfigPath = readonly (string | number)[]

/** Which KrakenD's rules hold: 2 is a 1.x file (`"version": 2`), 3 a 2.x file. */
export type Dialect = 2 | 3

export interface GatewayConfig {
  readonly dialect: Dialect
  readonly name: string
  readonly port: number
  /** Empty: all interfaces. */
  readonly listenIp: string
  readonly hosts: readonly string[]
  readonly timeoutMs: number
  readonly cacheTtlMs: number
  readonly outputEncoding: string
  readonly endpoints: readonly EndpointConfig[]
  readonly asyncAgents: readonly AgentConfig[]
  readonly extraConfig: ExtraConfig
  readonly disableRest: boolean
  readonly debugEndpoint: boolean
  readonly echoEndpoint: boolean
  readonly sequentialStart: boolean
  readonly readTimeoutMs: number
  readonly writeTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly readHeaderTimeoutMs: number
  /** Bytes; never 0. */
  readonly maxHeaderBytes: number
  readonly useH2c: boolean
  /** 0: wait for ever. */
  readonly maxShutdownWaitTimeMs: number
  readonly tls: ServerTlsConfig | null
  readonly clientTls: ClientTlsConfig | null
  readonly disableKeepAlives: boolean
  readonly disableCompression: boolean
  readonly maxIdleConnections: number
  readonly maxIdleConnectionsPerHost: number
  readonly idleConnectionTimeoutMs: number
  readonly responseHeaderTimeoutMs: number
  readonly expectContinueTimeoutMs: number
  readonly dialerTimeoutMs: number
  readonly dialerFallbackDelayMs: number
  readonly dialerKeepAliveMs: number
  readonly dnsCacheTtlMs: number
  readonly plugin: { readonly folder: string; readonly pattern: string } | null
}

export interface EndpointConfig {
  /** `['endpoints', 3]`. */
  readonly at: ConfigPath
  /** With gin's parameters: `/users/:id`. */
  readonly path: string
  /** As written, with a leading slash: `/users/{id}`. */
  readonly writtenPath: string
  /** Upper case. */
  readonly method: string
  readonly backends: readonly BackendConfig[]
  readonly timeoutMs: number
  readonly cacheTtlMs: number
  readonly concurrentCalls: number
  readonly outputEncoding: string
  /** Canonical names in dialect 3, as written in dialect 2. */
  readonly inputHeaders: readonly string[]
  readonly inputQueryStrings: readonly string[]
  readonly extraConfig: ExtraConfig
}

export interface BackendConfig {
  readonly at: ConfigPath
  /** `http://host:port` each, unless `disableHostSanitize`: then as written. */
  readonly hosts: readonly string[]
  /** With the engine's placeholders: `/users/{{.Id}}`. */
  readonly urlPattern: string
  /** Upper case. */
  readonly method: string
  /** As written in the file: error texts show it. */
  readonly writtenMethod: string
  /** Lower case. */
  readonly encoding: string
  /** As written: an unknown `output_encoding` of the endpoint is looked up by it. */
  readonly writtenEncoding: string
  readonly isCollection: boolean
  readonly target: string
  readonly group: string
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly mapping: ReadonlyMap<string, string>
  readonly sd: string
  readonly sdScheme: string
  readonly disableHostSanitize: boolean
  readonly inputHeaders: readonly string[]
  readonly inputQueryStrings: readonly string[]
  readonly extraConfig: ExtraConfig
  readonly timeoutMs: number
  readonly concurrentCalls: number
}

export interface AgentConfig {
  /** `['async_agent', 0]`. */
  readonly at: ConfigPath
  /** Never empty: `AsyncAgent-00` by its index. */
  readonly name: string
  /** 0: unlimited. */
  readonly maxRetries: number
  readonly backoffStrategy: string
  readonly healthIntervalMs: number
  readonly timeoutMs: number
  readonly workers: number
  readonly topic: string
  /** Messages per second; 0: unlimited. */
  readonly maxRate: number
  readonly encoding: string
  /** Their URL patterns are as written. */
  readonly backends: readonly BackendConfig[]
  readonly extraConfig: ExtraConfig
}

export interface KeyPair {
  readonly publicKey: string
  readonly privateKey: string
}

export interface ServerTlsConfig {
  readonly isDisabled: boolean
  readonly keys: readonly KeyPair[]
  /** The pair of the old `public_key`/`private_key`, if any; also the last of `keys`. */
  readonly legacyPair: KeyPair | null
  readonly minVersion: string
  readonly maxVersion: string
  readonly curvePreferences: readonly number[]
  readonly cipherSuites: readonly number[]
  readonly enableMtls: boolean
  readonly caCerts: readonly string[]
  readonly disableSystemCaPool: boolean
}

export interface ClientTlsConfig {
  readonly allowInsecureConnections: boolean
  readonly caCerts: readonly string[]
  readonly disableSystemCaPool: boolean
  readonly minVersion: string
  readonly maxVersion: string
  readonly curvePreferences: readonly number[]
  readonly cipherSuites: readonly number[]
  readonly clientCerts: readonly { readonly certificate: string; readonly privateKey: string }[]
}
