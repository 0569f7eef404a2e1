// What `check -d` shows: the configuration as the gateway reads it, defaults and inheritance applied.

import type {
  BackendConfig,
  ClientTlsConfig,
  EndpointConfig,
  ExtraConfig,
  GatewayConfig,
  ServerTlsConfig,
  PluginFolder,
} from '../config/types.ts'
import { formatDuration } from '../go/duration.ts'
import { formatPlain } from '../go/format-plain.ts'
import { isObject } from '../json/types.ts'
import { sortedKeys } from '../json/write.ts'

export interface DescribeOptions {
  /** 1 to 3: `-d`, `-dd`, `-ddd`. */
  readonly level: number
  readonly indent: string
}

/** A line without indentation, or null for one that is not shown. */
type Line = string | null

/** The description, with a line feed at the end of every line. */
export function describeConfig(config: GatewayConfig, { level, indent }: DescribeOptions): string {
  const show = new Describer(level, indent)
  return [
    'Global settings',
    ...show.indented(1, show.settings(config)),
    ...show.components('global', config.extraConfig, 0),
    `${config.endpoints.length} API endpoint(s):`,
    ...config.endpoints.flatMap((endpoint) => show.endpoint(endpoint)),
    `${config.asyncAgents.length} async agent(s):`,
    '',
  ].join('\n')
}

class Describer {
  readonly #level: number
  readonly #indent: string

  constructor(level: number, indent: string) {
    this.#level = level
    this.#indent = indent
  }

  indented(depth: number, lines: readonly Line[]): string[] {
    return lines.filter((line) => line !== null).map((line) => this.#indent.repeat(depth) + line)
  }

  /** A line from a level on, or earlier where there is something to tell. */
  #from(level: number, line: string, isTold = false): Line {
    return this.#level >= level || isTold ? line : null
  }

  settings(config: GatewayConfig): Line[] {
    const { service, server, transport } = config
    return [
      `Name: ${service.name}`,
      `Version: ${config.dialect}`,
      `Address: ${server.listenIp}`,
      `Port: ${server.port}`,
      this.#from(2, `Default cache TTL: ${formatMs(service.cacheTtlMs)}`),
      this.#from(2, `Default timeout: ${formatMs(service.timeoutMs)}`),
      this.#from(2, `Default backend hosts: ${formatPlain(service.hosts)}`, service.hosts.length > 0),
      ...(this.#level >= 3 ? serverSettings(config) : []),
      ...this.#serverTls(server.tls),
      ...this.#clientTls(transport.clientTls),
      ...(service.plugin === null
        ? [this.#from(2, 'No Plugin section defined')]
        : this.#pluginFolder(service.plugin, config.quirks.pluginFolderAt === 'root')),
    ]
  }

  #pluginFolder({ folder, pattern }: PluginFolder, isAtRoot: boolean): Line[] {
    return isAtRoot ? [`Folder: ${folder}`, `Pattern: ${pattern}`] : [`Plugin folder: ${folder}`, `Plugin pattern: ${pattern}`]
  }

  #serverTls(tls: ServerTlsConfig | null): Line[] {
    if (tls === null) return [this.#from(2, 'No TLS section defined')]
    return [
      `TLS Disabled: ${tls.isDisabled}`,
      `TLS Public key: ${tls.legacyPair?.publicKey ?? ''}`,
      `TLS Private key: ${tls.legacyPair?.privateKey ?? ''}`,
      `TLS Enable MTLS: ${tls.enableMtls}`,
      `TLS Disable System CA Pool: ${tls.disableSystemCaPool}`,
      this.#from(2, `TLS Min version: ${tls.minVersion}`),
      this.#from(2, `TLS Max version: ${tls.maxVersion}`),
      this.#from(3, `TLS Curve preferences: ${formatPlain(tls.curvePreferences)}`),
      this.#from(3, `TLS Cipher suites: ${formatPlain(tls.cipherSuites)}`),
    ]
  }

  #clientTls(tls: ClientTlsConfig | null): Line[] {
    if (tls === null) return []
    return [
      `Client TLS Allow Insecure Connections: ${tls.allowInsecureConnections}`,
      `Client TLS Disable System CA Pool: ${tls.disableSystemCaPool}`,
      this.#from(2, `Client TLS Min version: ${tls.minVersion}`),
      this.#from(2, `Client TLS Max version: ${tls.maxVersion}`),
      this.#from(3, `Client TLS Curve preferences: ${formatPlain(tls.curvePreferences)}`),
      this.#from(3, `Client TLS Cipher suites: ${formatPlain(tls.cipherSuites)}`),
    ]
  }

  endpoint(endpoint: EndpointConfig): string[] {
    const { inputQueryStrings, concurrentCalls } = endpoint
    return [
      ...this.indented(1, [
        `- ${endpoint.method} ${endpoint.path}`,
        `Timeout: ${formatMs(endpoint.timeoutMs)}`,
        this.#from(2, `QueryString: ${formatPlain(inputQueryStrings)}`, inputQueryStrings.length > 0),
        this.#from(2, `CacheTTL: ${formatMs(endpoint.cacheTtlMs)}`),
        this.#from(2, `Headers to pass: ${formatPlain(endpoint.inputHeaders)}`),
        this.#from(2, `OutputEncoding: ${endpoint.outputEncoding}`),
        this.#from(2, `Concurrent calls: ${concurrentCalls}`, concurrentCalls > 1),
      ]),
      ...this.components('endpoint', endpoint.extraConfig, 1),
      ...this.indented(1, [`Connecting to ${endpoint.backends.length} backend(s):`]),
      ...endpoint.backends.flatMap((backend) => this.#backend(backend)),
    ]
  }

  #backend(backend: BackendConfig): string[] {
    const details = [
      `Concurrent calls: ${backend.concurrentCalls}`,
      `Host sanitization disabled: ${backend.disableHostSanitize}`,
      `Target: ${backend.target}`,
      `Deny: ${formatPlain(backend.deny)}, Allow: ${formatPlain(backend.allow)}`,
      `Mapping: ${formatPlain(Object.fromEntries(backend.mapping))}`,
      `Group: ${backend.group}`,
      `Encoding: ${backend.writtenEncoding}`,
      `Is collection: ${backend.isCollection}`,
      `SD: ${backend.sd}`,
      `SD scheme: ${backend.sdScheme}`,
      `Headers to pass: ${formatPlain(backend.inputHeaders)}`,
      `Query strings to pass: ${formatPlain(backend.inputQueryStrings)}`,
    ]
    return [
      ...this.indented(2, [
        `[+] ${backend.method} ${backend.urlPattern}`,
        `Timeout: ${formatMs(backend.timeoutMs)}`,
        `Hosts: ${formatPlain(backend.hosts)}`,
        ...(this.#level >= 2 ? details : []),
      ]),
      ...this.components('backend', backend.extraConfig, 2),
      '',
    ]
  }

  components(kind: string, blocks: ExtraConfig, depth: number): string[] {
    const title = this.#from(2, `${blocks.size} ${kind} component configuration(s):`, blocks.size > 0)
    const names = [...blocks.keys()].sort()
    return [
      ...this.indented(depth, [title]),
      ...names.flatMap((name) => [
        ...this.indented(depth, [`- ${name}`]),
        ...(this.#level >= 2 ? blockLines(blocks.get(name)).map((line) => `${this.#indent.repeat(depth)}\t${line}`) : []),
      ]),
    ]
  }
}

function blockLines(block: unknown): string[] {
  if (!isObject(block)) return [`: ${formatPlain(block)}`]
  return sortedKeys(block).map((key) => `${key}: ${formatPlain(block[key])}`)
}

function serverSettings({ service, server, transport }: GatewayConfig): Line[] {
  return [
    `Read timeout: ${formatLimit(server.readTimeoutMs)}`,
    `Write timeout: ${formatLimit(server.writeTimeoutMs)}`,
    `Idle timeout: ${formatLimit(server.idleTimeoutMs)}`,
    `Read header timeout: ${formatLimit(server.readHeaderTimeoutMs)}`,
    `Idle connection timeout: ${formatLimit(transport.idleConnectionTimeoutMs)}`,
    `Response header timeout: ${formatLimit(transport.responseHeaderTimeoutMs)}`,
    `Expect continue timeout: ${formatLimit(transport.expectContinueTimeoutMs)}`,
    `Dialer timeout: ${formatLimit(transport.dialerTimeoutMs)}`,
    `Dialer fallback delay: ${formatLimit(transport.dialerFallbackDelayMs)}`,
    `Dialer keep alive: ${formatLimit(transport.dialerKeepAliveMs)}`,
    `Disable keep alives: ${transport.disableKeepAlives}`,
    `Disable compression: ${transport.disableCompression}`,
    `Max idle connections: ${transport.maxIdleConnections === Infinity ? 0 : transport.maxIdleConnections}`,
    `Max idle connections per host: ${transport.maxIdleConnectionsPerHost}`,
    `Sequential start: ${service.sequentialStart}`,
    `Max header bytes: ${server.maxHeaderBytes}`,
    `Echo endpoint enabled: ${service.echoEndpoint}`,
    `Default encoding strategy: ${service.outputEncoding}`,
    `Disable strict REST: ${service.disableRest}`,
    `Run lura in debug mode: ${service.debugEndpoint}`,
    `Allow insecure connections: ${transport.clientTls?.allowInsecureConnections ?? false}`,
    `UseH2C: ${server.useH2c}`,
  ]
}

/** compat: KrakenD shows 0 where a file has nothing. */
function formatLimit(ms: number | null): string {
  return formatMs(ms === null || ms === Infinity ? 0 : ms)
}

function formatMs(ms: number): string {
  return formatDuration(BigInt(Math.round(ms * 1e6)))
}
