// Compiles the pipe of a place: its backends, how they are called together, and the layers around each and around all. The order is src/order.ts.

import type { Quirks } from '../../config/dialect.ts'
import type { BackendConfig, Dialect } from '../../config/types.ts'
import { withoutUserinfo } from '../../go/url-parts.ts'
import { UnservablePlace } from '../compile/component.ts'
import { buildLabel } from '../compile/labels.ts'
import { layersFor, stack, type LayerObserver, type NamedLayer } from '../compile/layers.ts'
import { type LoadedOrder, withFallbacks } from '../compile/order.ts'
import type { Clock, PipePlace, Site, SiteMaker } from '../compile/site.ts'
import { equalHosts, type Hosts, type Stage } from '../compile/component.ts'
import { spellingsOf } from '../endpoint/request.ts'
import { streamLimitsOf } from '../endpoint/stream-block.ts'
import { compileManipulation } from '../steps/manipulate.ts'
import { placeholdersOf } from '../steps/request-builder.ts'
import { ownJoins, PIPE_PLUGIN_BLOCKS, requiredBackends } from '../ports.ts'
import { textMasker } from '../secrets.ts'
import type { Decode, Pipe, Sender } from '../types.ts'
import { compileBackend } from './backend.ts'
import { maxBodyBytesOf } from './backend-limits.ts'
import { callUntilOne } from './fallback.ts'
import { type ErrorOrigins, mergeParallel } from './merge.ts'
import { type MergeStrategy, mergeStrategyOf, proxyOptions, splitShadows } from './proxy-block.ts'
import { compileRequired } from './required.ts'
import { mergeSequential } from './sequential.ts'

export type DecoderFor = (encoding: string, options: { isCollection: boolean; dialect: Dialect }) => Decode

export interface PipeInit {
  readonly order: LoadedOrder
  readonly dialect: Dialect
  readonly quirks: Quirks
  readonly decoderFor: DecoderFor
  readonly clock: Clock
  readonly sites: Pick<SiteMaker, 'place'>
  readonly observer: LayerObserver | null
  /** Hears which layers a stage of a place has, outermost first. */
  readonly onStack: StackListener
}

export type StackListener = (stage: Stage, site: Site, layers: readonly NamedLayer<never>[]) => void

/** Throws a ConfigError when it cannot be built, an UnservablePlace when only this place cannot. */
export async function compilePipe(place: PipePlace, init: PipeInit): Promise<Pipe> {
  const { regular } = splitShadows(place.backends)
  if (regular.length === 0) throw new UnservablePlace('all endpoints must have at least one backend')
  const site = init.sites.place(place, null)
  const layers = await layersFor(init.order.layers.proxy, place.extraConfig, site)
  init.onStack('proxy', site, layers as never)
  return stack(layers, await compileBackends({ ...place, backends: regular }, init), site, init.observer)
}

/** One backend as it is, several as `proxy` says: side by side, one after the other, or until one has answered. */
export async function compileBackends(place: PipePlace, init: PipeInit): Promise<Pipe> {
  const { backends, timeoutMs } = place
  const tellsSteps = place.tellsSteps === true || (backends.length > 1 && readSteps(backends))
  const pipes: Pipe[] = []
  for (const backend of backends) pipes.push(await compileStack({ ...place, tellsSteps }, backend, init))
  if (pipes.length === 1) return pipes[0] as Pipe
  const { isolatesMerges: isolates, propagatesParams } = init.quirks
  const options = proxyOptions(place)
  const whose = originsOf(backends, init.clock)
  const strategy = mergeStrategyOf(options, init.quirks)
  const site = init.sites.place(place, null)
  if (init.quirks.tellsMerges)
    site.log.debug(`${site.label}[Merge] Backends: ${pipes.length}, ${describeMerge(strategy, init.quirks)}, combiner: default`)
  const isUnsafe = backends.some((backend) => backend.method !== 'GET' && backend.method !== 'HEAD')
  const copiesBody = (isUnsafe || options.force_sandboxed_request) && isolates
  if (strategy === 'fallback') return callUntilOne(pipes, timeoutMs, whose.indexOf)
  const join = ownJoins(site).get(place.id) ?? null
  const required = compileRequired(backends, requiredBackends(site))
  if (strategy === 'parallel') return mergeParallel(pipes, { timeoutMs, copiesBody, isolates, whose, join, required })
  const steps = backends.map((backend, index) => ({
    pipe: pipes[index] as Pipe,
    placeholders: withFallbacks([backend]).flatMap(({ urlPattern }) => placeholdersOf(urlPattern)),
    isStream: withFallbacks([backend]).some(({ encoding }) => encoding === 'no-op'),
  }))
  const propagated = propagatesParams ? options.sequential_propagated_params : []
  return mergeSequential(steps, { timeoutMs, copiesBody, whose, propagated, join, required, tellsSteps })
}

function describeMerge(strategy: MergeStrategy, { readsStrategy }: Quirks): string {
  return readsStrategy ? `merger: ${strategy}` : `sequential: ${strategy === 'sequential'}`
}

/** Blocks that may name anything of earlier steps. */
const STEP_READERS = ['_gw/request', '_gw/for-each']

/** Whether one of the backends may want what others have answered, beside the data that its url_pattern names. */
function readSteps(backends: readonly BackendConfig[]): boolean {
  return backends.some(({ extraConfig, fallback }) =>
    STEP_READERS.some((namespace) => extraConfig.has(namespace) || fallback?.extraConfig.has(namespace) === true),
  )
}

/** Whose error it is, in the words of the file. security: without what hosts have of user and password. */
function originsOf(backends: readonly BackendConfig[], { steady }: Clock): ErrorOrigins {
  const names = backends.map(({ at, method, hosts, urlPattern }) => {
    const host = hosts.length === 1 ? withoutUserinfo(hosts[0] as string) : ''
    return `backend ${at.at(-1)}, ${method} ${host}${urlPattern}`
  })
  return {
    start: steady,
    describe: (index, start) => `${names[index]}, after ${Math.round(steady() - start)} ms`,
    indexOf: (index) => backends[index]?.at.at(-1) as number,
  }
}

/** A block of an endpoint that wants to know what its backends themselves answered, as plugins do. */
const HEAD_READER = '_gw/output-headers'

/** Everything that stands around one backend's HTTP call. */
async function compileStack(place: PipePlace, backend: BackendConfig, init: PipeInit): Promise<Pipe> {
  const { dialect, quirks, order } = init
  const decode = init.decoderFor(backend.encoding, { isCollection: backend.isCollection, dialect })
  const manipulate = compileManipulation(backend, quirks)
  const site = init.sites.place(place, backend, {
    hosts: () => hostsOf(backend, order, site),
    decode: () => decode,
    manipulate: () => manipulate,
  })
  site.log.debug(`${buildLabel(site, quirks)} Building the backend pipe`)
  const build = async <S extends 'backend' | 'executor' | 'transport'>(stage: S) => {
    const layers = await layersFor<S>(order.layers[stage], backend.extraConfig, site)
    init.onStack(stage, site, layers as never)
    return layers
  }
  const transport = stack<Sender>(await build('transport'), site.transport, site, init.observer)
  const call = compileBackend({
    backend,
    quirks,
    sender: stack<Sender>(await build('executor'), transport, site, init.observer),
    decode,
    mask: textMasker(site.config.secrets),
    tellsBackend:
      place.extraConfig.has(HEAD_READER) ||
      PIPE_PLUGIN_BLOCKS.some((namespace) => backend.extraConfig.has(namespace)) ||
      place.tellsSteps === true,
    maxBodyBytes: maxBodyBytesOf(backend, site.config),
    manipulate,
    isLive: place.endpoint !== null && streamLimitsOf(place.endpoint) !== null,
    spellings: place.endpoint === null ? null : spellingsOf(place.endpoint),
  })
  return stack<Pipe>(await build('backend'), call, site, init.observer)
}

/** An `sd` that nobody knows counts as a fixed list, as in KrakenD. */
function hostsOf(backend: BackendConfig, { discoveries }: LoadedOrder, site: Site): Hosts | Promise<Hosts> {
  const discovery = discoveries.find(({ name }) => name === backend.sd)
  if (discovery !== undefined) return discovery.watch(backend, site)
  const hosts = equalHosts(backend.hosts)
  return () => hosts
}
