// From declarations and a file's blocks to layers in the order of `src/order.ts`, and from layers to one function.

import type { ExtraConfig } from '../../config/types.ts'
import { GatewayError } from '../errors.ts'
import type { Handler, Layer, Pipe } from '../types.ts'
import type { AnyComponent, AnyLayer, AnyService, Built, Stage, StageFunctions } from './component.ts'
import { isInherited, readBlock, refuseLonelyExtras } from './read-block.ts'
import type { Site } from './site.ts'

/** A protection whose block is wrong lets nobody in; the log of the start says so. */
const DENIED = new GatewayError('the protection of this endpoint is misconfigured', {
  code: 'ERR_MISCONFIGURED',
  statusCode: 401,
  isTold: true,
})

/** A layer with the name that it has in the order. */
export interface NamedLayer<F> {
  readonly name: string
  readonly layer: Layer<F>
  /** Whether what stands below is not reached. */
  readonly answers: boolean
  /** Whether all that it does is to write the call of one backend. */
  readonly writesCall: boolean
}

/** Sees each layer of a stack at work. `enter` is called when a layer is called; what it returns, when the layer has its result or failed. */
export interface LayerObserver {
  enter(name: string, site: Site, subject: unknown): (result: unknown, error: unknown) => void
}

/** The layers of one stage for one place of the file, outermost first. */
export async function layersFor<S extends Stage>(
  declarations: readonly AnyLayer<S>[],
  blocks: ExtraConfig,
  site: Site,
): Promise<NamedLayer<StageFunctions[S]>[]> {
  const layers: NamedLayer<StageFunctions[S]>[] = []
  for (const declaration of declarations) {
    const built = declaration.kind === 'step' ? declaration.build(site) : buildComponent(declaration, blocks, site)
    // perf: what is built at once is not awaited: a file may have thousands of places.
    const layer = built instanceof Promise ? await built : built
    const answers = declaration.kind === 'layer' && declaration.answers
    if (layer !== null) layers.push({ name: declaration.name, layer, answers, writesCall: declaration.writesCall })
  }
  return layers
}

function buildComponent<S extends Stage>(declaration: AnyComponent<S>, blocks: ExtraConfig, site: Site): Built<Layer<StageFunctions[S]>> {
  if (!blocks.has(declaration.namespace)) {
    const { extras } = declaration
    // perf: a file may have thousands of places, and hardly any has such a block
    if (extras === undefined || !blocks.has(extras.namespace)) return null
    const at = (site.backend ?? site.place?.endpoint)?.at ?? []
    if (!isInherited(site.config, at, extras.namespace)) refuseLonelyExtras(declaration, blocks, site)
    return null
  }
  const options = readBlock(declaration, blocks, site)
  if (options === 'skip') return null
  if (options === 'deny') return denyAll(declaration.stage) as never
  return declaration.build(options.value, site, options.extras)
}

/** Lets every configured service offer what it has. */
export async function buildServices(services: readonly AnyService[], blocks: ExtraConfig, site: Site): Promise<void> {
  for (const declaration of services) {
    if (!blocks.has(declaration.namespace)) refuseLonelyExtras(declaration, blocks, site)
    else {
      const options = readBlock(declaration, blocks, site)
      if (options !== 'skip' && options !== 'deny') await declaration.build(options.value, site, options.extras)
    }
  }
}

function denyAll(stage: Stage): Layer<Handler> | Layer<Pipe> {
  if (stage === 'proxy' || stage === 'backend' || stage === 'executor' || stage === 'transport') return () => () => Promise.reject(DENIED)
  return () => () => {
    throw DENIED
  }
}

/** Wraps `inner` in layers; the first of the list becomes the outermost. With an observer each of them is seen at work, without it costs nothing. */
export function stack<F>(layers: readonly NamedLayer<F>[], inner: F, site: Site, observer: LayerObserver | null): F {
  return layers.reduceRight<F>((next, { name, layer }) => {
    const own = layer(next)
    return observer === null ? own : observed(name, own, site, observer)
  }, inner)
}

type AnyFunction = (subject: unknown, scope: unknown) => unknown

function observed<F>(name: string, own: F, site: Site, observer: LayerObserver): F {
  const call = own as unknown as AnyFunction
  return function observe(subject: unknown, scope: unknown): unknown {
    const leave = observer.enter(name, site, subject)
    let result: unknown
    try {
      result = call(subject, scope)
    } catch (error) {
      leave(undefined, error)
      throw error
    }
    if (!(result instanceof Promise)) {
      leave(result, null)
      return result
    }
    return result.then(
      (value: unknown) => {
        leave(value, null)
        return value
      },
      (error: unknown) => {
        leave(undefined, error)
        throw error
      },
    )
  } as unknown as F
}
