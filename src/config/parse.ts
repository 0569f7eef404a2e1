// A raw value becomes a GatewayConfig. Knows no file, no file format and no component.

import { isIP } from 'node:net'
import { type Issue, type IssuePath, errorIssue, warningIssue } from '../schema/issue.ts'
import { describeValue } from '../schema/values.ts'
import { keyInAnyCase } from '../json/any-case.ts'
import { isObject, type PlainObject } from '../json/types.ts'
import { PLUGIN_FOLDER } from './check-namespaces.ts'
import { checkLoadError } from './check-plugins.ts'
import { applyDefaults, type Inherited, locateInherited } from './defaults.ts'
import { type Dialect, DIALECTS, type Quirks, quirksOf } from './dialect.ts'
import { type RawService, serviceFields } from './fields.ts'
import { parseAgent } from './parse-agent.ts'
import { type ParseContext, finishExtraConfig, reportInvalid, sanitizeHosts } from './parse-context.ts'
import { parseEndpoint } from './parse-endpoint.ts'
import { parseClientTls, parseServerTls } from './parse-tls.ts'
import { readFields } from './read-fields.ts'
import { NO_SECRETS } from './secrets.ts'
import type { ExtraConfig, GatewayConfig, PluginFolder, ServerConfig, TransportOptions } from './types.ts'
import { fieldRules } from './upgrade.ts'

const DEFAULT_PORT = 8080
const DEFAULT_TIMEOUT_MS = 2000
const DEFAULT_HEADER_BYTES = 1 << 20
const DEFAULT_IDLE_PER_HOST = 250
const DEFAULT_DNS_TTL_MS = 30_000
const MIN_DNS_TTL_MS = 1000

export interface ParseOptions {
  /** Namespaces that components claim, by their 2.x names. */
  readonly knownNamespaces: readonly string[]
  /** `ce`: what protects in KrakenD Enterprise only is ignored with a warning instead of refused. */
  readonly edition?: 'ce' | null
  /**
   * For `check`, which agrees with KrakenD about files up to version 3: a protecting plugin around an endpoint or a backend is a warning.
   * security: whoever serves the configuration leaves it out.
   */
  readonly keepsVerdict?: boolean
  /** True switches `/__debug/` on, whatever the file says. */
  readonly debug?: boolean
  /** Replaces the file's port unless it is 0. */
  readonly port?: number
  /** Root keys that come from the environment: unknown ones are nobody's mistake. */
  readonly quietKeys?: ReadonlySet<string>
}

export interface ParseResult {
  /** Null when there is an error among the issues. */
  readonly config: GatewayConfig | null
  /** KrakenD's own errors first, in its order; then the errors and the warnings of this product. */
  readonly issues: readonly Issue[]
}

/**
 * Parses a configuration object (version 2, 3 or 4) as KrakenD does and collects every problem instead of the first one.
 * `raw` is not changed; the result may share the blocks of its `extra_config` maps.
 */
export function parseConfig(raw: unknown, options: ParseOptions): ParseResult {
  if (!isObject(raw)) return { config: null, issues: [errorIssue('not-an-object', [], 'the configuration is no object')] }
  const defaulted = applyDefaults(raw, quirksOf(findDialect(raw)))
  const { config, issues } = parseDefaulted(defaulted.raw, defaulted.inherited, defaulted.issues, options)
  return { config, issues: issues.map((issue) => locateInherited(issue, defaulted.inherited)) }
}

/** `mistakes` are those of the defaults themselves. */
function parseDefaulted(raw: PlainObject, inherited: Inherited, mistakes: readonly Issue[], options: ParseOptions): ParseResult {
  const notices: Issue[] = [...mistakes]
  const service = readFields(serviceFields, raw, null, {
    issues: notices,
    ...fieldRules(quirksOf(findDialect(raw))),
    quietKeys: options.quietKeys ?? new Set(),
    edition: options.edition ?? null,
  })
  const errors = notices.filter((issue) => issue.severity === 'error')
  const findings = notices.filter((issue) => issue.severity === 'warning')
  const dialect = DIALECTS.find((known) => known === service.version)
  if (dialect === undefined) {
    if (!errors.some((issue) => issue.path[0] === 'version')) errors.push(refuseVersion(service.version))
    return { config: null, issues: [...errors, ...findings] }
  }
  const { knownNamespaces, edition = null, keepsVerdict = false } = options
  const namespaces = { known: new Set(knownNamespaces), edition, keepsVerdict }
  const config = parseService(service, { dialect, quirks: quirksOf(dialect, edition), errors, findings, namespaces, inherited }, options)
  const isBroken = errors.length > 0 || findings.some((issue) => issue.severity === 'error')
  return { config: isBroken ? null : config, issues: [...errors, ...findings.sort(compareSeverity)] }
}

/** The version before anything is read by it: files of other versions have other keys. 3 when there is none that is known. */
export function findDialect(raw: PlainObject): Dialect {
  const key = keyInAnyCase(raw, 'version')
  const written = key === undefined ? '' : String(raw[key]).trim()
  return DIALECTS.find((dialect) => String(dialect) === written) ?? 3
}

function compareSeverity(a: Issue, b: Issue): number {
  return Number(a.severity === 'warning') - Number(b.severity === 'warning')
}

function refuseVersion(version: number): Issue {
  const hint = version === 0 ? 'add "version": 3' : 'versions 4 (KrakenD 3.x), 3 (KrakenD 2.x) and 2 (KrakenD 1.x) are read'
  return errorIssue('unsupported-version', ['version'], `unsupported version: ${version} (want: 3)`, hint)
}

function parseService(raw: RawService, context: ParseContext, options: ParseOptions): GatewayConfig {
  // compat: Go's net.ParseIP knows no zones.
  if (raw.listen_ip !== '' && (isIP(raw.listen_ip) === 0 || raw.listen_ip.includes('%'))) {
    const hint = 'write an IPv4 or IPv6 address, without a zone'
    reportInvalid(context, 'invalid-address', ['listen_ip'], `invalid ip address ${raw.listen_ip}`, hint)
  }
  const hosts = sanitizeHosts(raw.host, ['host'], context)
  const inherited = {
    hosts,
    timeoutMs: raw.timeout || DEFAULT_TIMEOUT_MS,
    cacheTtlMs: raw.cache_ttl,
    outputEncoding: raw.output_encoding || 'json',
    disableRest: raw.disable_rest,
  }
  const extraConfig = finishExtraConfig(raw.extra_config, [], context)
  warnOfForeignKey(raw, context)
  const asyncAgents = raw.async_agent.map((agent, index) => parseAgent(agent, index, inherited, context))
  const endpoints = raw.endpoints.map((endpoint, index) => parseEndpoint(endpoint, index, inherited, context))
  return {
    dialect: context.dialect,
    quirks: context.quirks,
    service: {
      ...inherited,
      name: raw.name,
      debugEndpoint: raw.debug_endpoint || options.debug === true,
      echoEndpoint: raw.echo_endpoint,
      sequentialStart: raw.sequential_start,
      dnsCacheTtlMs: raw.dns_cache_ttl >= MIN_DNS_TTL_MS ? raw.dns_cache_ttl : DEFAULT_DNS_TTL_MS,
      maxShutdownWaitTimeMs: orUnlimited(raw.max_shutdown_wait_time),
      plugin: readPluginFolder(raw, extraConfig, context),
    },
    server: readServerConfig(raw, options, context.quirks),
    transport: readTransportOptions(raw, context.quirks),
    endpoints,
    asyncAgents,
    extraConfig,
    inherited: context.inherited,
    secrets: NO_SECRETS,
  }
}

/** A key that another version of KrakenD reads here. */
function warnOfForeignKey(raw: RawService, { findings, quirks }: ParseContext): void {
  if (quirks.pluginFolderAt !== 'root' && raw.plugin !== null) {
    findings.push(
      warningIssue('unknown-key', ['plugin'], 'version 4 does not read this key here, ignored', 'it belongs into "extra_config"'),
    )
  }
}

function readPluginFolder(raw: RawService, extraConfig: ExtraConfig, { quirks, findings }: ParseContext): PluginFolder | null {
  if (quirks.pluginFolderAt === 'root') return raw.plugin === null ? null : { ...raw.plugin, onLoadDefaultError: '' }
  const block = extraConfig.get(PLUGIN_FOLDER)
  if (block === undefined) return null
  const tell = (path: IssuePath, wanted: string, value: unknown): void =>
    void findings.push(
      warningIssue('wrong-type', ['extra_config', PLUGIN_FOLDER, ...path], `must be ${wanted}, not ${describeValue(value)}: ignored`),
    )
  if (!isObject(block)) {
    tell([], 'an object such as {"folder": "./plugins"}', block)
    return null
  }
  const { folder, pattern, on_load_default_error: written } = block
  for (const name of ['folder', 'pattern'] as const)
    if (block[name] !== undefined && typeof block[name] !== 'string') tell([name], 'a text', block[name])
  findings.push(...checkLoadError(written, ['extra_config', PLUGIN_FOLDER, 'on_load_default_error']))
  return {
    folder: typeof folder === 'string' ? folder : '',
    pattern: typeof pattern === 'string' ? pattern : '',
    onLoadDefaultError: typeof written === 'string' ? written : '',
  }
}

/** compat: what is not written and what is not positive both mean that there is no limit. */
function orUnlimited(value: number): number {
  return value > 0 ? value : Infinity
}

function readServerConfig(raw: RawService, options: ParseOptions, quirks: Quirks): ServerConfig {
  return {
    port: options.port || raw.port || DEFAULT_PORT,
    listenIp: raw.listen_ip,
    readTimeoutMs: orUnlimited(raw.read_timeout),
    writeTimeoutMs: orUnlimited(raw.write_timeout),
    idleTimeoutMs: orUnlimited(raw.idle_timeout),
    readHeaderTimeoutMs: orUnlimited(raw.read_header_timeout),
    maxHeaderBytes: raw.max_header_bytes > 0 ? raw.max_header_bytes : DEFAULT_HEADER_BYTES,
    useH2c: raw.use_h2c,
    // What endpoints allow.
    upgrades: [],
    tls: raw.tls === null ? null : parseServerTls(raw.tls, quirks),
  }
}

function readTransportOptions(raw: RawService, quirks: Quirks): TransportOptions {
  return {
    clientTls: parseClientTls(raw.client_tls, raw.allow_insecure_connections, quirks),
    disableKeepAlives: raw.disable_keep_alives,
    disableCompression: raw.disable_compression,
    maxIdleConnections: orUnlimited(raw.max_idle_connections),
    maxIdleConnectionsPerHost: raw.max_idle_connections_per_host || DEFAULT_IDLE_PER_HOST,
    idleConnectionTimeoutMs: orUnlimited(raw.idle_connection_timeout),
    responseHeaderTimeoutMs: orUnlimited(raw.response_header_timeout),
    expectContinueTimeoutMs: raw.expect_continue_timeout,
    dialerTimeoutMs: orUnlimited(raw.dialer_timeout),
    dialerFallbackDelayMs: raw.dialer_fallback_delay || null,
    dialerKeepAliveMs: raw.dialer_keep_alive || null,
  }
}
