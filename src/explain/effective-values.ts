// A configuration as flat values under the names of the file, every default filled in: what two configurations are compared by.

import { isDeepStrictEqual } from 'node:util'
import { PLUGIN_FOLDER } from '../config/check-namespaces.ts'
import type { Quirks } from '../config/dialect.ts'
import type { AgentConfig, BackendConfig, EndpointConfig, ExtraConfig, GatewayConfig } from '../config/types.ts'
import type { Level } from '../engine/compile/component.ts'
import { loadDeclarations, type DeclaredBlock } from '../engine/compile/order.ts'
import { mergeStrategyOf, proxyAtEndpoint, proxyOptions } from '../engine/pipe/proxy-block.ts'
import { identityOf, ownRouteOf } from '../engine/routing/patterns/route-options.ts'
import { serverConfigOf } from '../engine/routing/router-options.ts'
import { GIN_PARAM, ginParamNames } from '../go/gin-path.ts'
import { order } from '../order.ts'
import { isCommentKey } from '../schema/comment-key.ts'
import { readEntries } from '../plugins/entries.ts'
import { readOptions } from '../schema/read-options.ts'
import { isObject, type PlainObject } from '../json/types.ts'
import { nameOfEndpoint, writtenPattern } from './list-routes.ts'

/** One block of `extra_config`, as it is read. */
export interface EffectiveBlock {
  /** Whether it protects something. */
  readonly protects: boolean
  /** By dotted name; one value under the empty name where the block is no object. */
  readonly options: ReadonlyMap<string, unknown>
}

export interface EffectivePlace {
  readonly fields: ReadonlyMap<string, unknown>
  readonly blocks: ReadonlyMap<string, EffectiveBlock>
}

export interface EffectiveEndpoint extends EffectivePlace {
  /** `GET /users/{id}`. */
  readonly name: string
  readonly backends: readonly (EffectivePlace & { readonly name: string })[]
}

export interface EffectiveConfig {
  readonly service: EffectivePlace
  /** By method and path without the names of its parameters: what a client sees of them. */
  readonly endpoints: ReadonlyMap<string, EffectiveEndpoint>
  readonly agents: ReadonlyMap<string, EffectiveEndpoint>
}

/** What they say stands in every value already, or in a field of the service: the folder of plugins, which is a key of the root elsewhere. */
const RESOLVED: ReadonlySet<string> = new Set(['_gw/defaults', '_gw/secrets', PLUGIN_FOLDER])
/** Options of `proxy` that versions name otherwise: how backends are called is a field of its place. */
const CALLING: ReadonlySet<string> = new Set(['sequential', 'strategy'])

export async function readEffective(config: GatewayConfig): Promise<EffectiveConfig> {
  const declared = await loadDeclarations(order, config)
  const blocksOf = (blocks: ExtraConfig, level: Level): EffectivePlace['blocks'] => {
    const reading = { level, declared, quirks: config.quirks }
    return new Map(
      [...blocks]
        .filter(([name]) => !isCommentKey(name) && !RESOLVED.has(name))
        .map(([name, raw]) => [name, readEffectiveBlock(name, raw, reading)] as const)
        .filter(([name, block]) => name !== proxyAtEndpoint.namespace || !isDefault(name, block, reading)),
    )
  }
  const backendsOf = (list: readonly BackendConfig[], path = ''): EffectiveEndpoint['backends'] =>
    list.map((backend) => {
      const pattern = numberParams(writtenPattern(backend.urlPattern), path)
      return {
        name: `${backend.method} ${pattern}`,
        fields: fieldsOfBackend(backend, pattern),
        blocks: blocksOf(backend.extraConfig, 'backend'),
      }
    })
  const endpoints = config.endpoints.map((endpoint): [string, EffectiveEndpoint] => [
    keyOfEndpoint(endpoint),
    {
      name: nameOfEndpoint(endpoint),
      fields: fieldsOfEndpoint(endpoint, config),
      blocks: blocksOf(endpoint.extraConfig, 'endpoint'),
      backends: backendsOf(endpoint.backends, endpoint.path),
    },
  ])
  const agents = config.asyncAgents.map((agent): [string, EffectiveEndpoint] => [
    agent.name,
    {
      name: `agent ${agent.name}`,
      fields: new Map([...fieldsOfAgent(agent), ...fieldsOfCalling(agent, config)]),
      blocks: blocksOf(agent.extraConfig, 'agent'),
      backends: backendsOf(agent.backends),
    },
  ])
  return {
    service: { fields: fieldsOfService(config), blocks: blocksOf(config.extraConfig, 'service') },
    endpoints: new Map(endpoints),
    agents: new Map(agents),
  }
}

/** What clients see of its route. */
function keyOfEndpoint(endpoint: EndpointConfig): string {
  const own = ownRouteOf(endpoint)
  return own === null ? `${endpoint.method} ${endpoint.path.replaceAll(GIN_PARAM, '$1$2')}` : identityOf(own).join(' ')
}

interface Reading {
  readonly level: Level
  readonly declared: readonly DeclaredBlock[]
  readonly quirks: Quirks
}

/** By its declaration where there is one: defaults are filled in, other cases of names and older names are one. */
function readEffectiveBlock(namespace: string, raw: unknown, { level, declared, quirks }: Reading): EffectiveBlock {
  const here = declared.filter(({ levels }) => levels.includes(level))
  const own = here.find(({ declaration }) => declaration.namespace === namespace)?.declaration
  const extras = here.find(({ declaration }) => declaration.extras?.namespace === namespace)?.declaration.extras
  const reader = own ?? extras
  const read: unknown = reader === undefined ? raw : (readOptions(reader.options, raw, reader.reading).value ?? 'not understood')
  const value = namespace.startsWith('plugin/') ? readPlugins(namespace, raw, quirks.listsPlugins) : read
  const protects = here.some(({ declaration }) => declaration.restricting === true && declaration.namespace === namespace)
  const options = flatten(value, '').filter(([name]) => namespace !== proxyAtEndpoint.namespace || !CALLING.has(name))
  return { protects, options: new Map(options) }
}

/** Whether it says what is so without it. */
function isDefault(namespace: string, { options }: EffectiveBlock, reading: Reading): boolean {
  return isDeepStrictEqual(options, readEffectiveBlock(namespace, {}, reading).options)
}

/** What each plugin is given, in their order: versions write the same in different forms. */
function readPlugins(namespace: string, raw: unknown, listsPlugins: boolean): PlainObject {
  const entries = readEntries(namespace, raw, listsPlugins)
  return { name: entries.map(({ name }) => name), ...Object.fromEntries(entries.map(({ name, options }) => [name, options])) }
}

function flatten(value: unknown, name: string): [string, unknown][] {
  if (!isObject(value) || Object.keys(value).length === 0) return [[name, value]]
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .flatMap(([key, member]) => flatten(member, name === '' ? key : `${name}.${key}`))
}

function fieldsOfEndpoint(endpoint: EndpointConfig, config: GatewayConfig): Map<string, unknown> {
  return new Map<string, unknown>([
    ['timeout', { ms: endpoint.timeoutMs }],
    ['cache_ttl', { ms: endpoint.cacheTtlMs }],
    ['output_encoding', endpoint.outputEncoding],
    ['input_headers', endpoint.inputHeaders],
    ['input_query_strings', endpoint.inputQueryStrings],
    ['concurrent_calls', endpoint.concurrentCalls],
    ...fieldsOfCalling(endpoint, config),
  ])
}

function fieldsOfCalling(place: Pick<EndpointConfig, 'backends' | 'extraConfig'>, { quirks }: GatewayConfig): [string, unknown][] {
  return place.backends.length > 1 ? [['backends are called', mergeStrategyOf(proxyOptions(place), quirks)]] : []
}

/** Parameters of the path by their place: what they are called is the file's own business. */
function numberParams(urlPattern: string, path: string): string {
  const names = ginParamNames(path).map((name) => name.toLowerCase())
  return urlPattern.replaceAll(/\{([^{}]+)\}/g, (whole, name: string) => {
    const index = names.indexOf(name.toLowerCase())
    return index < 0 ? whole : `{${index + 1}}`
  })
}

function fieldsOfBackend(backend: BackendConfig, pattern: string): Map<string, unknown> {
  return new Map<string, unknown>([
    ['host', backend.hosts],
    ['url_pattern', pattern],
    ['method', backend.method],
    ['encoding', backend.encoding === '' ? 'json' : backend.encoding],
    ['is_collection', backend.isCollection],
    ['target', backend.target],
    ['group', backend.group],
    ['allow', backend.allow],
    ['deny', backend.deny],
    ['mapping', Object.fromEntries(backend.mapping)],
    ['sd', backend.sd === 'static' ? '' : backend.sd],
    ['sd_scheme', backend.sdScheme],
    ['disable_host_sanitize', backend.disableHostSanitize],
    ['input_headers', backend.inputHeaders],
    ['input_query_strings', backend.inputQueryStrings],
  ])
}

function fieldsOfAgent({ at: _at, name: _name, backends: _backends, extraConfig: _blocks, ...fields }: AgentConfig): Map<string, unknown> {
  return new Map(Object.entries(fields).map(([name, value]) => [fileName(name), durationOf(name, value)]))
}

/** What endpoints inherit is told at the endpoints. */
const INHERITED: ReadonlySet<string> = new Set(['hosts', 'timeoutMs', 'cacheTtlMs', 'outputEncoding'])

function fieldsOfService(config: GatewayConfig): Map<string, unknown> {
  const { dialect, service, transport } = config
  const settings = { version: dialect, ...service, ...serverConfigOf(config), ...transport }
  const shown = Object.entries(settings).filter(([name]) => !INHERITED.has(name))
  return new Map(shown.flatMap(([name, value]) => flatten(durationOf(name, value), fileName(name))))
}

function durationOf(name: string, value: unknown): unknown {
  return name.endsWith('Ms') && typeof value === 'number' ? { ms: value } : value
}

/** `cacheTtlMs` is `cache_ttl` in the file. */
function fileName(name: string): string {
  return name.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
