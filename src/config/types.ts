// The configuration after reading: typed, inherited, sanitized. Durations are milliseconds (fractions for less); what is not written has its default here.

import type { Dialect, Quirks } from './dialect.ts'

/** `extra_config` by KrakenD 2.x names; upgrade and aliases have been applied. */
export type ExtraConfig = ReadonlyMap<string, unknown>

/** Where a value stands in the file: `['endpoints', 0, 'backend', 1]`. */
export type ConfigPath = readonly (string | number)[]

export type { Dialect }

export interface GatewayConfig {
  readonly dialect: Dialect
  /** What this version of the file makes different. */
  readonly quirks: Quirks
  readonly service: ServiceConfig
  readonly server: ServerConfig
  readonly transport: TransportOptions
  readonly endpoints: readonly EndpointConfig[]
  readonly asyncAgents: readonly AgentConfig[]
  readonly extraConfig: ExtraConfig
  /** What `_gw/defaults` gave to endpoints and backends: `endpoints[0].timeout` → where it stands in the file. */
  readonly inherited: ReadonlyMap<string, ConfigPath>
  /** What `_gw/secrets` put into it. */
  readonly secrets: Secrets
}

/** A value that is not to be seen, and what stands in the file for it. */
export interface Secret {
  /** `${env:NAME}`. */
  readonly reference: string
  readonly value: string
}

export interface Secrets {
  readonly values: readonly Secret[]
  /** Files that were read. */
  readonly files: readonly string[]
}

/** What endpoints and backends take over, and what the gateway does as a whole. */
export interface ServiceConfig {
  readonly name: string
  readonly hosts: readonly string[]
  readonly timeoutMs: number
  readonly cacheTtlMs: number
  readonly outputEncoding: string
  readonly disableRest: boolean
  readonly debugEndpoint: boolean
  readonly echoEndpoint: boolean
  readonly sequentialStart: boolean
  /** How long an answer of `sd: "dns"` counts. */
  readonly dnsCacheTtlMs: number
  /** How long a stop waits for requests; Infinity: for ever. */
  readonly maxShutdownWaitTimeMs: number
  /** Where plugins lie; null when the file has no such block. */
  readonly plugin: PluginFolder | null
}

export interface PluginFolder {
  /** From the working directory on. */
  readonly folder: string
  /** A part of the names of files. */
  readonly pattern: string
  /** Version 4: what becomes of a plugin that fails to load and does not say it itself; empty where nothing is written. */
  readonly onLoadDefaultError: string
}

/** What the listening socket needs. Times that are not written are Infinity. */
export interface ServerConfig {
  readonly port: number
  /** Empty: all interfaces. */
  readonly listenIp: string
  readonly readTimeoutMs: number
  readonly writeTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly readHeaderTimeoutMs: number
  /** Bytes; never 0. */
  readonly maxHeaderBytes: number
  readonly useH2c: boolean
  /** Protocols that clients may switch to, lower case. */
  readonly upgrades: readonly string[]
  readonly tls: ServerTlsConfig | null
}

/** What connections to backends need. Limits that are not written are Infinity. */
export interface TransportOptions {
  readonly clientTls: ClientTlsConfig | null
  readonly disableKeepAlives: boolean
  readonly disableCompression: boolean
  readonly maxIdleConnections: number
  readonly maxIdleConnectionsPerHost: number
  readonly idleConnectionTimeoutMs: number
  readonly responseHeaderTimeoutMs: number
  readonly expectContinueTimeoutMs: number
  readonly dialerTimeoutMs: number
  /** How long IPv6 is tried alone; negative: for ever; null: as Go does. */
  readonly dialerFallbackDelayMs: number | null
  /** Negative: no probes; null: as Go does. */
  readonly dialerKeepAliveMs: number | null
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
  /** Whether answers pass as they are: the encoding is `no-op`, or an unknown one beside an only backend with `no-op`. */
  readonly isNoOp: boolean
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
  /** Whether the file names it here; else it is that of what stands around the backend. */
  readonly hasOwnMethod: boolean
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
  /** The backend of its `_gw/fallback`; null without one. It has none itself. */
  readonly fallback: BackendConfig | null
}

export interface AgentConfig {
  /** `['async_agent', 0]`. */
  readonly at: ConfigPath
  /** Never empty: `AsyncAgent-00` by its index. */
  readonly name: string
  /** Infinity when not written. */
  readonly maxRetries: number
  readonly backoffStrategy: string
  readonly healthIntervalMs: number
  readonly timeoutMs: number
  readonly workers: number
  readonly topic: string
  /** Messages per second; Infinity when not written. */
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

/** The newest version of TLS that KrakenD speaks: an unknown or missing version means it. */
export type NewestTlsVersion = Quirks['newestTlsVersion']

export interface ServerTlsConfig {
  readonly newestVersion: NewestTlsVersion
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
  /** The server's own certificates that count as authorities, too. */
  readonly ownAuthorities: readonly string[]
  readonly disableSystemCaPool: boolean
}

export interface ClientTlsConfig {
  readonly newestVersion: NewestTlsVersion
  readonly allowInsecureConnections: boolean
  readonly caCerts: readonly string[]
  readonly disableSystemCaPool: boolean
  readonly minVersion: string
  readonly maxVersion: string
  readonly curvePreferences: readonly number[]
  readonly cipherSuites: readonly number[]
  readonly clientCerts: readonly { readonly certificate: string; readonly privateKey: string }[]
}
