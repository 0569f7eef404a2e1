// From declared components and a file's blocks to layers in the registry's order.

import type { TSchema } from 'typebox'
import type { ExtraConfig } from '../../config/types.ts'
import { readOptions } from '../../schema/read-options.ts'
import type { AnyComponent, BlockDeclaration, ComponentDeclaration, Site, Stage, StageFunctions } from './component.ts'
import { ConfigError } from './component.ts'
import { GatewayError } from '../errors.ts'
import type { Handler, Layer, Pipe } from '../types.ts'

/** A protection whose block is wrong lets nobody in. */
const DENIED = new GatewayError('the protection of this endpoint is misconfigured', { code: 'ERR_MISCONFIGURED', statusCode: 401 })

/** The layers of one stage for one place of the file, outermost first. */
export function layersFor<S extends Stage>(
  stage: S,
  components: readonly AnyComponent[],
  blocks: ExtraConfig,
  site: Site,
): Layer<StageFunctions[S]>[] {
  const layers: Layer<StageFunctions[S]>[] = []
  for (const declaration of components) {
    if (declaration.kind !== 'layer' || declaration.stage !== stage) continue
    // A declaration's stage is S here, which the compiler cannot see.
    const layer = buildLayer(declaration as unknown as ComponentDeclaration<S, never>, blocks, site)
    if (layer !== null) layers.push(layer)
  }
  return layers
}

/** Lets every configured service offer what it has. */
export function buildServices(components: readonly AnyComponent[], blocks: ExtraConfig, site: Site): void {
  for (const declaration of components) {
    if (declaration.kind !== 'service' || !blocks.has(declaration.namespace)) continue
    const options = readBlock(declaration, blocks.get(declaration.namespace), site)
    if (options !== 'skip' && options !== 'deny') declaration.build(options.value, site)
  }
}

function buildLayer<S extends Stage>(
  declaration: ComponentDeclaration<S, never>,
  blocks: ExtraConfig,
  site: Site,
): Layer<StageFunctions[S]> | null {
  const raw = blocks.get(declaration.namespace)
  if (raw === undefined && !declaration.always) return null
  const options = readBlock(declaration, raw ?? {}, site)
  if (options === 'skip') return null
  if (options === 'deny') return denyAll(declaration.stage) as unknown as Layer<StageFunctions[S]>
  return declaration.build(options.value as never, site)
}

/** The block's options, or what becomes of a component whose block is wrong. */
function readBlock(declaration: Omit<BlockDeclaration<TSchema>, 'check'>, raw: unknown, site: Site): { value: unknown } | 'skip' | 'deny' {
  const { value, issues } = readOptions(declaration.options, raw, declaration.reading)
  for (const issue of issues) {
    const text = declaration.explainInvalid?.(site.label, issue.message) ?? `${site.label}[${declaration.namespace}] ${issue.message}`
    if (value === null) site.log.error(text)
    else site.log.warning(text)
  }
  if (value !== null) return { value }
  switch (declaration.whenInvalid) {
    case 'stop':
      throw new ConfigError(`${site.label}[${declaration.namespace}] ${issues.map((issue) => issue.message).join(', ')}`)
    case 'default':
      return { value: readOptions(declaration.options, {}, declaration.reading).value }
    case 'deny':
      return 'deny'
    case 'skip':
      return 'skip'
  }
}

function denyAll(stage: Stage): Layer<Handler> | Layer<Pipe> {
  if (stage === 'proxy' || stage === 'backend' || stage === 'sender') return () => () => Promise.reject(DENIED)
  return () => () => {
    throw DENIED
  }
}

/** Wraps `inner` in layers; the first of the list becomes the outermost. */
export function stack<F>(layers: readonly (Layer<F> | null)[], inner: F): F {
  return layers.reduceRight<F>((next, layer) => (layer === null ? next : layer(next)), inner)
}
