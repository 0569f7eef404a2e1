// What `check -d` shows: the configuration as the gateway reads it, defaults and inheritance applied.

import { writtenAt } from '../check/subject.ts'
import type {
  AgentConfig,
  BackendConfig,
  ClientTlsConfig,
  ConfigPath,
  EndpointConfig,
  ExtraConfig,
  GatewayConfig,
  ServerTlsConfig,
  PluginFolder,
} from '../config/types.ts'
import { formatPlain } from '../go/format-plain.ts'
import { isObject } from '../json/types.ts'
import { sortedKeys } from '../json/write.ts'
import { formatPath } from '../schema/issue.ts'
import { formatMs } from './value-text.ts'

export interface DescribeOptions {
  /** 1 to 3: `-d`, `-dd`, `-ddd`. */
  readonly level: number
  readonly indent: string
  /** The file's value: what it says where the gateway's own reading has something else. */
  readonly raw: unknown
  /** Whether methods are coloured. */
  readonly hasColors: boolean
}

const METHOD_COLORS: Readonly<Record<string, string>> = {
  GET: '34',
  POST: '36',
  PUT: '33',
  DELETE: '31',
  PATCH: '32',
  HEAD: '36',
  OPTIONS: '37',
}

/** A line without indentation, or null for one that is not shown. */
type Line = string | null

/** The description, with a line feed at the end of every line. */
export function describeConfig(config: GatewayConfig, options: DescribeOptions): string {
  const show = new Describer(options, config.inherited)
  return [
    'Global settings',
    ...show.indented(1, show.settings(config)),
    ...show.components('global', config, [], 0),
    `${config.endpoints.length} API endpoint(s):`,
    ...config.endpoints.flatMap((endpoint) => show.endpoint(endpoint)),
    `${config.asyncAgents.length} async agent(s):`,
    ...config.asyncAgents.flatMap((agent) => show.agent(agent)),
    '',
  ].join('\n')
}

class Describer {
  readonly #level: number
  readonly #indent: string
  readonly #raw: unknown
  readonly #hasColors: boolean
  readonly #inherited: GatewayConfig['inherited']

  constructor({ level, indent, raw, hasColors }: DescribeOptions, inherited: GatewayConfig['inherited']) {
    this.#level = level
    this.#indent = indent
    this.#raw = raw
    this.#hasColors = hasColors
    this.#inherited = inherited
  }

  /** What stands behind a value that `_gw/defaults` has given. */
  #origin(at: ConfigPath, ...steps: string[]): string {
    return this.#inherited.has(formatPath([...at, ...steps])) ? ' (default)' : ''
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
      ...(this.#level >= 3 ? serverSettings(config, this.#raw) : []),
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
      this.#from(3, `TLS Prefer server cipher suites: ${isOn(writtenAt(this.#raw, ['tls', 'prefer_server_cipher_suites']))}`),
      this.#from(3, `TLS Cipher suites: ${formatPlain(tls.cipherSuites)}`),
    ]
  }

  #method(method: string): string {
    const color = this.#hasColors ? METHOD_COLORS[method] : undefined
    return color === undefined ? method : `\u001B[${color};1m${method}\u001B[0m`
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
    const { at, inputQueryStrings, concurrentCalls } = endpoint
    return [
      ...this.indented(1, [
        `- ${this.#method(endpoint.method)} ${endpoint.path}`,
        `Timeout: ${formatMs(endpoint.timeoutMs)}${this.#origin(at, 'timeout')}`,
        this.#from(
          2,
          `QueryString: ${formatPlain(inputQueryStrings)}${this.#origin(at, 'input_query_strings')}`,
          inputQueryStrings.length > 0,
        ),
        this.#from(2, `CacheTTL: ${formatMs(endpoint.cacheTtlMs)}${this.#origin(at, 'cache_ttl')}`),
        this.#from(2, `Headers to pass: ${formatPlain(endpoint.inputHeaders)}${this.#origin(at, 'input_headers')}`),
        this.#from(2, `OutputEncoding: ${endpoint.outputEncoding}${this.#origin(at, 'output_encoding')}`),
        this.#from(2, `Concurrent calls: ${concurrentCalls}${this.#origin(at, 'concurrent_calls')}`, concurrentCalls > 1),
      ]),
      ...this.components('endpoint', endpoint, at, 1),
      ...this.indented(1, [`Connecting to ${endpoint.backends.length} backend(s):`]),
      ...endpoint.backends.flatMap((backend) => this.#backend(backend)),
    ]
  }

  agent(agent: AgentConfig): string[] {
    const details = [
      `Encoding: ${agent.encoding}`,
      `Consumer Timeout: ${formatMs(agent.timeoutMs)}`,
      `Consumer Workers: ${agent.workers}`,
      `Consumer Topic: ${agent.topic}`,
      `Consumer Max Rate: ${orZero(agent.maxRate).toFixed(6)}`,
      `Connection Max Retries: ${orZero(agent.maxRetries)}`,
      `Connection Backoff Strategy: ${agent.backoffStrategy}`,
      `Connection Health Interval: ${formatMs(agent.healthIntervalMs)}`,
    ]
    return [
      ...this.indented(1, [`- ${agent.name}`, ...(this.#level >= 2 ? details : [])]),
      ...this.components('agent', agent, agent.at, 1),
      ...this.indented(1, [`Connecting to ${agent.backends.length} backend(s):`]),
      ...agent.backends.flatMap((backend) => this.#backend(backend)),
    ]
  }

  #backend(backend: BackendConfig): string[] {
    const { at } = backend
    const details = [
      `Concurrent calls: ${backend.concurrentCalls}${this.#origin(at, 'concurrent_calls')}`,
      `Host sanitization disabled: ${backend.disableHostSanitize}`,
      `Target: ${backend.target}${this.#origin(at, 'target')}`,
      `Deny: ${formatPlain(backend.deny)}, Allow: ${formatPlain(backend.allow)}`,
      `Mapping: ${formatPlain(Object.fromEntries(backend.mapping))}${this.#origin(at, 'mapping')}`,
      `Group: ${backend.group}${this.#origin(at, 'group')}`,
      `Encoding: ${backend.writtenEncoding}${this.#origin(at, 'encoding')}`,
      `Is collection: ${backend.isCollection}${this.#origin(at, 'is_collection')}`,
      `SD: ${backend.sd}${this.#origin(at, 'sd')}`,
      `SD scheme: ${backend.sdScheme}`,
      `Headers to pass: ${formatPlain(backend.inputHeaders)}${this.#origin(at, 'input_headers')}`,
      `Query strings to pass: ${formatPlain(backend.inputQueryStrings)}${this.#origin(at, 'input_query_strings')}`,
    ]
    return [
      ...this.indented(2, [
        `[+] ${this.#method(backend.method)} ${backend.urlPattern}`,
        `Timeout: ${formatMs(backend.timeoutMs)}${this.#origin(at, 'timeout')}`,
        `Hosts: ${formatPlain(backend.hosts)}${this.#origin(at, 'host')}`,
        ...(this.#level >= 2 ? details : []),
      ]),
      ...this.components('backend', backend, at, 2),
      '',
    ]
  }

  components(kind: string, { extraConfig: blocks }: { readonly extraConfig: ExtraConfig }, at: ConfigPath, depth: number): string[] {
    const title = this.#from(2, `${blocks.size} ${kind} component configuration(s):`, blocks.size > 0)
    const names = [...blocks.keys()].sort()
    return [
      ...this.indented(depth, [title]),
      ...names.flatMap((name) => [
        ...this.indented(depth, [`- ${name}${this.#origin(at, 'extra_config', name)}`]),
        ...(this.#level >= 2 ? blockLines(blocks.get(name)).map((line) => `${this.#indent.repeat(depth)}\t${line}`) : []),
      ]),
    ]
  }
}

function blockLines(block: unknown): string[] {
  if (!isObject(block)) return [`: ${formatPlain(block)}`]
  return sortedKeys(block).map((key) => `${key}: ${formatPlain(block[key])}`)
}

function serverSettings({ service, server, transport }: GatewayConfig, raw: unknown): Line[] {
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
    `Max idle connections: ${orZero(transport.maxIdleConnections)}`,
    `Max idle connections per host: ${transport.maxIdleConnectionsPerHost}`,
    `Sequential start: ${service.sequentialStart}`,
    `Max header bytes: ${writtenAt(raw, ['max_header_bytes']) === undefined ? 0 : server.maxHeaderBytes}`,
    `Echo endpoint enabled: ${service.echoEndpoint}`,
    `Default encoding strategy: ${writtenAt(raw, ['output_encoding']) === undefined ? '' : service.outputEncoding}`,
    `Disable strict REST: ${service.disableRest}`,
    `Run lura in debug mode: ${service.debugEndpoint}`,
    `Allow insecure connections: ${isOn(writtenAt(raw, ['allow_insecure_connections']))}`,
    `UseH2C: ${server.useH2c}`,
  ]
}

/** compat: KrakenD shows 0 where a file has nothing. */
function formatLimit(ms: number | null): string {
  return formatMs(orZero(ms ?? 0))
}

function orZero(value: number): number {
  return value === Infinity ? 0 : value
}

function isOn(written: unknown): boolean {
  return written === true || written === 'true' || written === 1
}
