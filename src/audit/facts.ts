// What the rules of an audit ask about a configuration. Knows no rule.

import type { BackendConfig, EndpointConfig, ExtraConfig, GatewayConfig } from '../config/types.ts'
import { type PlainObject, isObject } from '../json/types.ts'

/** compat: KrakenD takes these for absent when their value is no object; of all others the name is enough. */
const NEEDS_OBJECT: ReadonlySet<string> = new Set(['qos/ratelimit/router', 'security/bot-detector', 'telemetry/opencensus'])

const READING_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Whether a namespace stands in an `extra_config`, whatever its options. */
export function hasNamespace(extraConfig: ExtraConfig, namespace: string): boolean {
  if (!NEEDS_OBJECT.has(namespace)) return extraConfig.has(namespace)
  const block = extraConfig.get(namespace)
  return isObject(block) && (namespace !== 'telemetry/opencensus' || isObject(block['exporters']))
}

/** The first level of a namespace's options; empty when there is no object. */
export function optionsOf(extraConfig: ExtraConfig, namespace: string): PlainObject {
  const block = extraConfig.get(namespace)
  return isObject(block) ? block : {}
}

export function countNamespaces(extraConfig: ExtraConfig, namespaces: readonly string[]): number {
  return namespaces.filter((namespace) => hasNamespace(extraConfig, namespace)).length
}

/** Exporters of `telemetry/opentelemetry` of a kind (`otlp`, `prometheus`) for which the option `off` is not true. */
export function countExporters({ extraConfig }: GatewayConfig, kind: string, off: string): number {
  const { exporters } = optionsOf(extraConfig, 'telemetry/opentelemetry')
  const list = isObject(exporters) ? exporters[kind] : null
  if (!Array.isArray(list)) return 0
  return list.filter((exporter: unknown) => isObject(exporter) && exporter[off] !== true).length
}

/** Whether `plugin/http-server` names a plugin. */
export function hasServerPlugin({ extraConfig }: GatewayConfig, plugin: string): boolean {
  const { name, plugins } = optionsOf(extraConfig, 'plugin/http-server')
  return name === plugin || (Array.isArray(name) && name.includes(plugin)) || isListed(plugins, plugin)
}

/** Whether `plugin/http-client` of an endpoint names a plugin. compat: KrakenD does not look where it belongs, in the backends. */
export function hasClientPlugin(config: GatewayConfig, plugin: string): boolean {
  return config.endpoints.some(({ extraConfig }) => optionsOf(extraConfig, 'plugin/http-client')['name'] === plugin)
}

/** Whether the list of `plugin/req-resp-modifier` of an endpoint or a backend names a plugin. */
export function hasModifierPlugin(config: GatewayConfig, plugin: string): boolean {
  return somePlace(config, (extraConfig) => {
    const { name, plugins } = optionsOf(extraConfig, 'plugin/req-resp-modifier')
    return (Array.isArray(name) && name.includes(plugin)) || isListed(plugins, plugin)
  })
}

/** Whether a list of version 4 has an entry of that name. */
function isListed(plugins: unknown, plugin: string): boolean {
  return Array.isArray(plugins) && plugins.some((entry: unknown) => isObject(entry) && entry['name'] === plugin)
}

/** Whether the `extra_config` of some endpoint or some backend of an endpoint passes. */
export function somePlace(config: GatewayConfig, passes: (extraConfig: ExtraConfig) => boolean): boolean {
  return config.endpoints.some(({ extraConfig }) => passes(extraConfig)) || someBackend(config, passes)
}

/** Whether the `extra_config` of some backend of an endpoint passes; agents do not count, as with KrakenD. */
export function someBackend(config: GatewayConfig, passes: (extraConfig: ExtraConfig) => boolean): boolean {
  return config.endpoints.some(({ backends }) => backends.some(({ extraConfig }) => passes(extraConfig)))
}

export function hasSlowEndpoint(config: GatewayConfig, limitMs: number): boolean {
  return config.endpoints.some(({ timeoutMs }) => Math.trunc(timeoutMs) > limitMs)
}

export function countWritingBackends({ backends }: EndpointConfig): number {
  return backends.filter(isWriting).length
}

function isWriting({ writtenMethod, extraConfig }: BackendConfig): boolean {
  // compat: KrakenD leaves a backend's method as written, so that a `get` counts as well
  return !READING_METHODS.has(writtenMethod) || extraConfig.has('backend/grpc')
}

/** Whether the backend's connections may go without a valid certificate. */
export function isInsecureBackend(extraConfig: ExtraConfig): boolean {
  const tls = optionsOf(extraConfig, 'backend/http/client')['client_tls']
  return isObject(tls) && tls['allow_insecure_connections'] === true
}

/** Whether there is a cache that may grow for ever: it needs both limits. */
export function isUnlimitedCache(extraConfig: ExtraConfig): boolean {
  if (!extraConfig.has('qos/http-cache')) return false
  const { max_items, max_size } = optionsOf(extraConfig, 'qos/http-cache')
  return !isPositive(max_items) || !isPositive(max_size)
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0
}

export function isEmptyGrpcServer(extraConfig: ExtraConfig): boolean {
  const { server } = optionsOf(extraConfig, 'grpc')
  if (!isObject(server)) return false
  const services = server['services']
  return !Array.isArray(services) || services.length === 0
}
