// Compiles a configuration into one handler: services, the layers of server and router, then every route with its pipe.

import type { Dialect, EndpointConfig, GatewayConfig } from '../../config/types.ts'
import { errorAnswersOf } from '../endpoint/error-answers.ts'
import { maskerOf } from '../secrets.ts'
import { readAgentSigns } from '../agent-signs.ts'
import { type Call, CallTable } from '../endpoint/call.ts'
import { compileEndpoint } from '../endpoint/endpoint.ts'
import { rescued } from '../endpoint/rescue.ts'
import { compileBackends, compilePipe, type PipeInit, type StackListener } from '../pipe/pipe.ts'
import { expectedNames } from '../expected-names.ts'
import { expectNames } from '../headers.ts'
import { streamLimitsOf } from '../endpoint/stream-block.ts'
import type { StreamInit } from '../endpoint/stream.ts'
import { allowedOrigins, connectionStates, droppedHeaders, layerMarks, type RefusedRequest, refusedRequests } from '../ports.ts'
import { debugHandler, echoHandler, errorHandler, healthHandler, optionsHandler } from '../routing/fixed-routes.ts'
import { planRoutes, type PlannedRoute } from '../routing/plan.ts'
import { identityOf, ownRouteOf } from '../routing/patterns/route-options.ts'
import type { RouterInit } from '../routing/router.ts'
import { routerFor } from '../routing/router-for.ts'
import { readRouterOptions } from '../routing/router-options.ts'
import { measureUnmatched } from '../steps/telemetry.ts'
import { Turns } from '../turns.ts'
import type { Handler, Layer, Render } from '../types.ts'
import { HealthBoard } from '../process/health-board.ts'
import { type Stage, UnservablePlace } from './component.ts'
import { buildServices, layersFor, stack, type LayerObserver } from './layers.ts'
import { buildLabel, endpointLabel } from './labels.ts'
import type { LoadedOrder } from './order.ts'
import { makeSites, type PipePlace, type Site, type SiteInit, type SiteMaker } from './site.ts'

export interface CompileInit extends SiteInit {
  readonly order: LoadedOrder
  readonly decoderFor: PipeInit['decoderFor']
  readonly renderFor: (outputEncoding: string, fallbackEncoding: string | null, dialect: Dialect) => Render
  /** Sees every layer at work; null by default, and then nothing is paid for it. */
  readonly observer?: LayerObserver | null
  /** Hears which layers each stack has. */
  readonly onStack?: StackListener
}

/** A configuration that is ready to serve. */
export interface CompiledGateway {
  readonly config: GatewayConfig
  readonly handle: Handler
  readonly call: Call
  /** Hears of a request that the server refused; null where nobody wants to know. */
  readonly refused: ((request: RefusedRequest) => void) | null
  /** Files that were read on the way: another content of one of them is another gateway. */
  readonly files: ReadonlySet<string>
  /** Releases what its components hold. Call it when the last request has ended. */
  retire(): Promise<void>
}

const answerUnservable: Handler = (exchange) => exchange.answer(500)

/**
 * Resolves when it may serve: first look-ups are done. Rejects with a ConfigError when the configuration cannot be served; what
 * components hold by then is released.
 */
export async function compileGateway(init: CompileInit): Promise<CompiledGateway> {
  const calls = new CallTable()
  const { sites, pipeInit } = preparePipes(init, calls.call)
  try {
    const handle = await compileHandler({ ...init, pipeInit, sites, calls })
    await sites.ready()
    calls.open()
    const listeners = sites.service('').ask(refusedRequests)
    const refused = listeners.length === 0 ? null : (request: RefusedRequest) => listeners.forEach((listener) => listener(request))
    return { config: init.config, handle, refused, call: calls.call, files: sites.files, retire: () => sites.retire() }
  } catch (error) {
    await sites.retire().catch((failure: unknown) => init.log.error(String(failure)))
    throw error
  }
}

/** Sites of a configuration, and what pipes are compiled with at them. */
export function preparePipes(init: CompileInit, call: Call): { sites: SiteMaker; pipeInit: PipeInit } {
  const router = readRouterOptions(init.config)
  const sites: SiteMaker = makeSites({ ...init, router, call, compileBackends: (place) => compileBackends(place, pipeInit) })
  const { order, decoderFor, clock, observer = null, onStack = () => {} } = init
  const { dialect, quirks } = init.config
  const pipeInit: PipeInit = { order, decoderFor, clock, observer, onStack, sites, dialect, quirks }
  return { sites, pipeInit }
}

interface Compilation extends CompileInit {
  readonly pipeInit: PipeInit
  readonly sites: SiteMaker
  readonly calls: CallTable
}

async function compileHandler(compilation: Compilation): Promise<Handler> {
  const { config, log, order, pipeInit, sites } = compilation
  expectNames(expectedNames(config))
  const service = sites.service('[SERVICE: Gin]')
  const options = service.router
  await buildServices(order.services, config.extraConfig, service)
  const layersAround = async (stage: 'server' | 'routed' | 'router'): Promise<Layer<Handler>> => {
    const layers = await layersFor(order.layers[stage], config.extraConfig, service)
    pipeInit.onStack(stage, service, layers as never)
    return (inner) => stack<Handler>(layers, inner, service, pipeInit.observer)
  }
  const { quirks } = config
  const versionHeader = options.hide_version_header ? 'Version undefined' : compilation.version
  const answers = errorAnswersOf(service)
  const server = await layersAround('server')
  const routerInit: RouterInit = {
    options,
    tellsMethods: quirks.describesMethodErrors,
    routed: await layersAround('routed'),
    guard: await layersAround('router'),
    notFound: measureUnmatched(service, 404, errorHandler(404, options, versionHeader, quirks, answers)),
    methodNotAllowed: measureUnmatched(service, 405, errorHandler(405, options, versionHeader, quirks, answers)),
  }
  const plan = planRoutes(config, options)
  const router = routerFor(plan, routerInit, (methods) => optionsHandler(methods, versionHeader))
  if (config.service.debugEndpoint) log.debug('[SERVICE: Gin] Debug enabled')
  for (const { endpoint, reason } of plan.dropped) log.error(`[SERVICE: Gin] ${endpointLabel(endpoint).replace(/]$/, ' ]')} ${reason}`)
  const turns = new Turns()
  for (const route of plan.routes) {
    const others = turns.end()
    if (others !== null) await others
    const own = route.endpoint === null ? null : await endpointHandler(route.endpoint, compilation, versionHeader)
    const handle = route.endpoint === null ? fixedHandler(route, compilation, versionHeader) : (own?.handle ?? null)
    if (handle === null) continue
    // compat: the health check stands outside the router's layers, except in KrakenD 1.x.
    router.addRoute({ ...route, handle, isBare: route.kind === 'health' && !quirks.healthBehindGuard })
    if (route.endpoint === null || own === null) continue
    compilation.calls.add(route, route.endpoint, { handle: rescued(own.handle, log, answers), trusting: rescued(own.inner, log, answers) })
  }
  return server(router.handle)
}

function fixedHandler({ kind, methods }: PlannedRoute, { config, log, shared, sites }: Compilation, versionHeader: string): Handler {
  switch (kind) {
    case 'debug':
      return debugHandler(log, config.dialect)
    case 'echo':
      return echoHandler
    case 'options':
      return optionsHandler(methods, versionHeader)
    default: {
      const board = new HealthBoard(shared)
      return healthHandler({
        tellsAgents: config.quirks.healthTellsAgents,
        agents: readAgentSigns(config.asyncAgents, shared),
        connections: connectionStates(sites.service('')),
        health: () => board.read(),
      })
    }
  }
}

interface EndpointHandlers {
  /** With its layers. */
  readonly handle: Handler
  /** Behind them. */
  readonly inner: Handler
}

/** Null where KrakenD leaves the route out. */
async function endpointHandler(
  endpoint: EndpointConfig,
  compilation: Compilation,
  versionHeader: string,
): Promise<EndpointHandlers | null> {
  const { config, log, order, pipeInit, sites } = compilation
  const place = placeOf(endpoint)
  const label = buildLabel({ ...place, backend: null }, config.quirks)
  log.debug(`${label} Building the proxy pipe`)
  try {
    const site: Site = sites.place(place, null, { runPipe: (exchange) => compiled.run(exchange) })
    const drops = site.ask(droppedHeaders)
    const dropsHeader = drops.length === 0 ? null : (name: string) => drops.some((isDropped) => isDropped(name))
    const pipe = await compilePipe(place, pipeInit)
    const fallback = endpoint.backends.length === 1 ? (endpoint.backends[0]?.writtenEncoding ?? null) : null
    const compiled = compileEndpoint({
      endpoint,
      pipe,
      render: compilation.renderFor(endpoint.outputEncoding, fallback, config.dialect),
      log,
      versionHeader,
      userAgent: `KrakenD ${compilation.version}`,
      answers: errorAnswersOf(site),
      mask: maskerOf(config.secrets),
      returnsErrorText: site.router.return_error_msg,
      stream: streamInitOf(endpoint, site, dropsHeader),
      liftsEventStreams: config.quirks.liftsEventStreams && endpoint.isNoOp,
      dropsHeader,
    })
    log.debug(`${label} Building the http handler`)
    const stage: Stage = 'endpoint'
    const layers = await layersFor(order.layers[stage], endpoint.extraConfig, site)
    pipeInit.onStack(stage, site, layers as never)
    const { mark } = layerMarks(site)
    const marked = mark === null ? layers : layers.map((own) => ({ ...own, layer: (next: Handler) => mark(own.name)(own.layer(next)) }))
    const inmost = mark === null ? compiled.handle : mark('')(compiled.handle)
    return { handle: stack(marked, inmost, site, pipeInit.observer), inner: compiled.handle }
  } catch (error) {
    if (!(error instanceof UnservablePlace)) throw error
    log.error(`[SERVICE: Gin] Calling the ProxyFactory ${error.message} (${place.id})`)
    return config.quirks.dropsUnservableEndpoints ? null : { handle: answerUnservable, inner: answerUnservable }
  }
}

/** The limits of an endpoint's streams; null where it has none of its own. */
function streamInitOf(endpoint: EndpointConfig, site: Site, dropsHeader: StreamInit['dropsHeader']): StreamInit | null {
  const limits = streamLimitsOf(endpoint)
  if (limits === null) return null
  const [allowsOrigin = null] = site.ask(allowedOrigins)
  const warn: StreamInit['warn'] = (text) => site.log.warning(`${site.label}[Stream] ${text}`)
  return { ...limits, allowsOrigin, dropsHeader, timeoutMs: endpoint.timeoutMs, warn }
}

/** An endpoint as the place of a pipe. */
export function placeOf(endpoint: EndpointConfig): PipePlace {
  const { method, path, timeoutMs, backends, extraConfig } = endpoint
  const own = ownRouteOf(endpoint)
  // Endpoints of the same path may differ in what our own route says.
  const id = own === null ? `${method} ${path}` : `${method} ${path} ${identityOf(own).join(' ')}`
  return { label: endpointLabel(endpoint), id, name: path, timeoutMs, backends, extraConfig, endpoint }
}
