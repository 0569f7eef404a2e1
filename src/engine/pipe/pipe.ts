// Compiles an endpoint's pipe: its backends, how they are called together, and what stands around that. Order is KrakenD's.

import type { BackendConfig, Dialect, EndpointConfig, GatewayConfig } from '../../config/types.ts'
import { parseDurationMs } from '../../go/duration.ts'
import { compileBackend } from './backend.ts'
import type { AnyComponent, Site } from '../compile/component.ts'
import { UnservableEndpoint } from './unservable-endpoint.ts'
import { layersFor, stack } from '../compile/layers.ts'
import { compileManipulation } from '../steps/manipulate.ts'
import { mergeParallel } from './merge.ts'
import { mergeSequential } from './sequential.ts'
import { balancer, type Hosts } from '../steps/balancer.ts'
import { concurrentCalls } from '../steps/concurrent.ts'
import { compileFlatmap } from '../steps/flatmap.ts'
import { headerFilter } from '../steps/header-filter.ts'
import { queryFilter } from '../steps/query-filter.ts'
import { placeholdersOf, requestBuilder } from '../steps/request-builder.ts'
import { shadowTraffic } from '../steps/shadow.ts'
import { staticData } from '../steps/static.ts'
import type { Decode, Layer, Pipe, Sender } from '../types.ts'

export interface ProxyInit {
  readonly config: GatewayConfig
  readonly components: readonly AnyComponent[]
  readonly decoderFor: (encoding: string, options: { isCollection: boolean; dialect: Dialect }) => Decode
  /** The sender of a backend, redirects followed, around the transport. */
  readonly wrapSender: (backend: BackendConfig, sender: Sender) => Sender
  readonly siteOf: (endpoint: EndpointConfig, backend: BackendConfig | null) => Site
}

type ProxyBlock = Readonly<Record<string, unknown>>

/** Throws a ConfigError when the endpoint cannot be built. */
export function compileProxy(endpoint: EndpointConfig, init: ProxyInit): Pipe {
  const block = proxyBlock(endpoint)
  const regular = endpoint.backends.filter((backend) => proxyBlock(backend)['shadow'] !== true)
  const shadows = endpoint.backends.filter((backend) => proxyBlock(backend)['shadow'] === true)
  if (regular.length === 0) throw new UnservableEndpoint('all endpoints must have at least one backend')
  const site = init.siteOf(endpoint, null)
  return stack<Pipe>(
    [
      ...layersFor('proxy', init.components, endpoint.extraConfig, site),
      shadows.length === 0 ? null : compileShadow(endpoint, shadows, init, site),
      staticData(block['static']),
      regular.length > 1 ? flatmapStep(block['flatmap_filter']) : null,
    ],
    compileGroup(endpoint, regular, init),
  )
}

function compileShadow(endpoint: EndpointConfig, shadows: readonly BackendConfig[], init: ProxyInit, site: Site): Layer<Pipe> {
  const timeouts = shadows.map((backend) => shadowTimeoutMs(backend))
  const timeoutMs = init.config.dialect === 2 ? Infinity : Math.max(...timeouts)
  const report = (error: unknown): void => site.log.debug(`${site.label}[Shadow] ${String(error)}`)
  return shadowTraffic(compileGroup({ ...endpoint, timeoutMs }, shadows, init), timeoutMs, report)
}

function shadowTimeoutMs(backend: BackendConfig): number {
  const written = proxyBlock(backend)['shadow_timeout']
  return (typeof written === 'string' ? parseDurationMs(written) : null) ?? backend.timeoutMs
}

/** One backend as it is, several merged: side by side, or one after the other. */
function compileGroup(endpoint: EndpointConfig, backends: readonly BackendConfig[], init: ProxyInit): Pipe {
  const pipes = backends.map((backend) => compileStack(endpoint, backend, init))
  if (pipes.length === 1) return pipes[0] as Pipe
  const isLegacy = init.config.dialect === 2
  const isUnsafe = backends.some((backend) => backend.method !== 'GET' && backend.method !== 'HEAD')
  const copiesBody = isUnsafe && !isLegacy
  const { timeoutMs } = endpoint
  const block = proxyBlock(endpoint)
  if (block['sequential'] !== true) return mergeParallel(pipes, { timeoutMs, copiesBody, isLegacy })
  const steps = backends.map((backend, index) => ({
    pipe: pipes[index] as Pipe,
    placeholders: placeholdersOf(backend.urlPattern),
    isStream: backend.encoding === 'no-op',
  }))
  return mergeSequential(steps, { timeoutMs, copiesBody, propagated: isLegacy ? [] : stringList(block['sequential_propagated_params']) })
}

/** Everything that stands around one backend's HTTP call. */
function compileStack(endpoint: EndpointConfig, backend: BackendConfig, init: ProxyInit): Pipe {
  const { dialect } = init.config
  const site = init.siteOf(endpoint, backend)
  site.log.debug(`${site.label} Building the backend pipe`)
  const layers = layersFor('sender', init.components, backend.extraConfig, site)
  const call = compileBackend({
    backend,
    dialect,
    sender: init.wrapSender(backend, stack(layers, site.transport)),
    decode: init.decoderFor(backend.encoding, { isCollection: backend.isCollection, dialect }),
    manipulate: compileManipulation(backend, dialect),
  })
  return stack<Pipe>(
    [
      queryFilter(backend.inputQueryStrings),
      requestBuilder(backend.urlPattern, backend.method),
      concurrentCalls(backend.concurrentCalls, endpoint.timeoutMs),
      balancer(hostsOf(backend, init.components, site), dialect),
      headerFilter(backend.inputHeaders),
      ...layersFor('backend', init.components, backend.extraConfig, site),
    ],
    call,
  )
}

/** An `sd` that nobody knows counts as a fixed list, as in KrakenD. */
function hostsOf(backend: BackendConfig, components: readonly AnyComponent[], site: Site): Hosts {
  for (const component of components)
    if (component.kind === 'discovery' && component.name === backend.sd) return component.watch(backend, site)
  const { hosts } = backend
  return () => hosts
}

/** Runs only on a merge without errors, as in KrakenD. */
function flatmapStep(operations: unknown): Layer<Pipe> | null {
  const transform = compileFlatmap(operations)
  if (transform === null) return null
  return (next) =>
    function applyFlatmap(request, scope) {
      return next(request, scope).then((response) =>
        response.error === null && response.data !== null ? { ...response, data: transform(response.data) } : response,
      )
    }
}

function proxyBlock(place: EndpointConfig | BackendConfig): ProxyBlock {
  const block = place.extraConfig.get('proxy')
  return typeof block === 'object' && block !== null && !Array.isArray(block) ? (block as ProxyBlock) : {}
}

function stringList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
