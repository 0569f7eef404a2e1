// Compiles a configuration into one handler: services, then the server's and the router's layers, then every endpoint.

import type { BackendConfig, Dialect, EndpointConfig, GatewayConfig } from '../../config/types.ts'
import { accessLog } from '../routing/access-log.ts'
import { compileClientIp } from '../routing/client-ip.ts'
import type { AnyComponent } from './component.ts'
import { compileEndpoint } from '../endpoint/endpoint.ts'
import { debugHandler, echoHandler, errorHandler, healthHandler, optionsHandler } from '../routing/fixed-routes.ts'
import { buildServices, layersFor, stack } from './layers.ts'
import { droppedBackendHeaders } from '../ports.ts'
import { compileProxy } from '../pipe/pipe.ts'
import { Router } from '../routing/router.ts'
import { readRouterOptions, type RouterOptions } from '../routing/router-options.ts'
import { makeSites, type SiteInit, type SiteMaker } from './site.ts'
import { UnservableEndpoint } from '../pipe/unservable-endpoint.ts'
import type { Decode, Handler, Layer, Render, Sender } from '../types.ts'

export interface CompileInit extends SiteInit {
  readonly components: readonly AnyComponent[]
  readonly decoderFor: (encoding: string, options: { isCollection: boolean; dialect: Dialect }) => Decode
  readonly renderFor: (outputEncoding: string, fallbackEncoding: string | null, dialect: Dialect) => Render
  readonly wrapSender: (backend: BackendConfig, sender: Sender) => Sender
  /** Takes the lines of the access log. */
  readonly writeAccessLine: (line: string) => void
}

/** A configuration that is ready to serve. */
export interface CompiledGateway {
  readonly config: GatewayConfig
  readonly handle: Handler
  /** Resolves when it may serve: first look-ups are done. */
  ready(): Promise<void>
  /** Releases what its components hold. Call it when the last request has ended. */
  retire(): Promise<void>
}

/** Methods an endpoint may have. */
const ENDPOINT_METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
/** In the order in which gin's Any registers them. */
const ANY_METHOD = ['GET', 'POST', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'DELETE', 'CONNECT', 'TRACE']
const answerUnservable: Handler = (exchange) => exchange.answer(500)

/** Throws a ConfigError when the configuration cannot be served; what components hold by then is released. */
export function compileGateway(init: CompileInit): CompiledGateway {
  const sites = makeSites(init)
  try {
    return { config: init.config, handle: compileHandler(init, sites), ready: () => sites.ready(), retire: () => sites.retire() }
  } catch (error) {
    void sites.retire().catch((failure: unknown) => init.log.error(String(failure)))
    throw error
  }
}

function compileHandler(init: CompileInit, sites: SiteMaker): Handler {
  const { config, components, log } = init
  const options = readRouterOptions(config)
  const service = sites.service('[SERVICE: Gin]')
  buildServices(components, config.extraConfig, service)
  const serverLayers = layersFor('server', components, config.extraConfig, service)
  const routerLayers = layersFor('router', components, config.extraConfig, service)
  const guard: Layer<Handler> = (handler) => stack(routerLayers, handler)
  const isLegacy = config.dialect === 2
  const versionHeader = options.hide_version_header ? 'Version undefined' : init.version
  const router = new Router({
    options,
    log,
    isLegacy,
    findClientIp: compileClientIp(options, config.dialect),
    outer: outerLayer(init, options),
    notFound: guard(errorHandler(404, options, versionHeader, isLegacy)),
    methodNotAllowed: guard(errorHandler(405, options, versionHeader, isLegacy)),
  })
  addFixedRoutes(router, init, options, guard)
  for (const endpoint of config.endpoints) addEndpoint(router, endpoint, { init, options, sites, guard, versionHeader })
  if (options.auto_options) addOptionsRoutes(router, config, guard, versionHeader)
  return stack(serverLayers, router.handle)
}

function outerLayer(init: CompileInit, options: RouterOptions): Layer<Handler> {
  if (options.disable_access_log) return (handler) => handler
  return accessLog({ skippedPaths: options.logger_skip_paths, isLegacy: init.config.dialect === 2, write: init.writeAccessLine })
}

/** Health stands outside the router's layers, except in KrakenD 1.x; debug and echo within. */
function addFixedRoutes(router: Router, { config, log }: CompileInit, options: RouterOptions, guard: Layer<Handler>): void {
  const isLegacy = config.dialect === 2
  if (!options.disable_health) {
    const health = healthHandler(isLegacy, () => ({}))
    router.add('GET', options.health_path === '' ? '/__health' : options.health_path, isLegacy ? guard(health) : health)
  }
  if (config.debugEndpoint) {
    log.debug('[SERVICE: Gin] Debug enabled')
    for (const method of ANY_METHOD) router.add(method, '/__debug/*param', guard(debugHandler(log)))
  }
  if (config.echoEndpoint) for (const method of ANY_METHOD) router.add(method, '/__echo/*param', guard(echoHandler))
}

interface EndpointContext {
  readonly init: CompileInit
  readonly options: RouterOptions
  readonly sites: SiteMaker
  readonly guard: Layer<Handler>
  readonly versionHeader: string
}

function addEndpoint(router: Router, endpoint: EndpointConfig, { init, options, sites, guard, versionHeader }: EndpointContext): void {
  const { config, log, components } = init
  const label = `[ENDPOINT: ${endpoint.path}]`
  if (!ENDPOINT_METHODS.has(endpoint.method)) {
    log.error(`[SERVICE: Gin] ${label} Unsupported method ${endpoint.method}`)
    return
  }
  if (config.dialect === 2 && isRefusedByLegacy(endpoint)) {
    log.error(
      `[SERVICE: Gin] ${label} ${endpoint.method} endpoints with sequential proxy disabled and several backends are not served by KrakenD 1.x. Ignoring`,
    )
    return
  }
  log.debug(`${label} Building the proxy pipe`)
  const drops = sites.ask(droppedBackendHeaders)
  try {
    const pipe = compileProxy(endpoint, { ...init, siteOf: (place, backend) => sites.endpoint(place, backend) })
    const fallback = endpoint.backends.length === 1 ? (endpoint.backends[0]?.writtenEncoding ?? null) : null
    const compiled = compileEndpoint({
      endpoint,
      pipe,
      render: init.renderFor(endpoint.outputEncoding, fallback, config.dialect),
      log,
      versionHeader,
      userAgent: `KrakenD ${init.version}`,
      returnsErrorText: options.return_error_msg,
      dropsBackendHeader: drops.length === 0 ? null : (name) => drops.some((isDropped) => isDropped(name)),
    })
    log.debug(`${label} Building the http handler`)
    const layers = layersFor('endpoint', components, endpoint.extraConfig, sites.endpoint(endpoint, null, compiled.run))
    router.add(endpoint.method, endpoint.path, guard(stack(layers, compiled.handle)))
  } catch (error) {
    if (!(error instanceof UnservableEndpoint)) throw error
    log.error(`[SERVICE: Gin] Calling the ProxyFactory ${error.message}`)
    if (config.dialect === 3) router.add(endpoint.method, endpoint.path, guard(answerUnservable))
  }
}

/** KrakenD 1.x: a method other than GET with several backends wants a sequence whose first steps are all GET. */
function isRefusedByLegacy(endpoint: EndpointConfig): boolean {
  if (endpoint.method === 'GET' || endpoint.backends.length < 2) return false
  const block = endpoint.extraConfig.get('proxy')
  if (typeof block !== 'object' || block === null || (block as { sequential?: unknown }).sequential === false) return true
  return endpoint.backends.slice(0, -1).some((backend) => backend.method !== 'GET')
}

function addOptionsRoutes(router: Router, config: GatewayConfig, guard: Layer<Handler>, versionHeader: string): void {
  const methods = new Map<string, Set<string>>()
  for (const { path, method } of config.endpoints) {
    if (!ENDPOINT_METHODS.has(method)) continue
    const known = methods.get(path)
    if (known === undefined) methods.set(path, new Set([method]))
    else known.add(method)
  }
  for (const [path, allowed] of methods) router.add('OPTIONS', path, guard(optionsHandler([...allowed], versionHeader)))
}
