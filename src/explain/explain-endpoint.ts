// What becomes of a request to one endpoint, as data: every layer in its order with its options, and the fields that decide the rest.

import type { BackendConfig, ConfigPath, EndpointConfig, GatewayConfig } from '../config/types.ts'
import type { AnyBlock, Level, Stage } from '../engine/compile/component.ts'
import { LEVELS, STAGES } from '../engine/compile/order.ts'
import { mergeStrategyOf, proxyOptions, splitShadows } from '../engine/pipe/proxy-block.ts'
import { withoutUserinfo } from '../go/url-parts.ts'
import { order } from '../order.ts'
import { findBuiltIn } from '../plugins/built-in/find.ts'
import { collectUses } from '../plugins/check/uses.ts'
import { readOptions } from '../schema/read-options.ts'
import { formatPath, type IssuePath } from '../schema/issue.ts'
import { anyRequest, type ExplainedCall, explainCall } from './explain-calls.ts'
import { backendRows, endpointRows, stepsOfAnswer } from './fields.ts'
import { flattenOptions, type Row } from './flatten.ts'
import { listStacks, type Stacks } from './list-stacks.ts'
import { readRoute } from './list-routes.ts'
import type { Origins } from './origins.ts'

export interface ExplainedLayer {
  readonly stage: Stage
  readonly name: string
  /** False for what stands below a layer that answers itself. */
  readonly isReached: boolean
  /** Whether a plugin of it may answer itself: what one does is not known before it is imported. */
  readonly mayAnswer: boolean
  /** Whether the block stands on the level of the service. */
  readonly isOfService: boolean
  /** Whether the block stands in `_gw/defaults`. */
  readonly isInherited: boolean
  /** Where its block stands; null for steps of the engine. */
  readonly origin: string | null
  readonly options: readonly Row[]
}

/** A block that steps of the engine read. */
export interface ExplainedBlock {
  readonly namespace: string
  readonly origin: string
  readonly options: readonly Row[]
}

export interface ExplainedBackend {
  readonly index: number
  readonly method: string
  readonly hosts: readonly string[]
  readonly urlPattern: string
  readonly origin: string
  /** What it is asked for any request: every value is a placeholder. */
  readonly call: ExplainedCall
  /** It only gets a copy of the traffic. */
  readonly isShadow: boolean
  readonly fields: readonly Row[]
  readonly blocks: readonly ExplainedBlock[]
  readonly layers: readonly ExplainedLayer[]
  /** What is done to its answer, in order: `decode json`, `allow id, name` … */
  readonly answer: readonly string[]
}

export interface Explanation {
  readonly method: string
  readonly path: string
  readonly origin: string
  /** Why the gateway would not start with it; null when it would. */
  readonly problem: string | null
  readonly fields: readonly Row[]
  /** Those of the service and of the endpoint that the engine reads. */
  readonly blocks: readonly ExplainedBlock[]
  /** From the outermost down to what calls the backends. */
  readonly layers: readonly ExplainedLayer[]
  /** How backends are called together: `one backend`, `parallel`, `sequential`, `fallback`. */
  readonly merge: string
  readonly backends: readonly ExplainedBackend[]
}

export interface ExplainInit {
  readonly config: GatewayConfig
  readonly origins: Origins
  readonly readFile: (path: string) => Buffer
  /** That of the request; by default the first that the endpoint answers. */
  readonly method?: string
}

export async function explainEndpoint(endpoint: EndpointConfig, init: ExplainInit): Promise<Explanation> {
  return explainStacks(endpoint, await listStacks(endpoint, init.config, init.readFile), init)
}

/** The same of an endpoint that was compiled before. */
export async function explainStacks(endpoint: EndpointConfig, compiled: Stacks, init: Omit<ExplainInit, 'readFile'>): Promise<Explanation> {
  const { config, origins, method = readRoute(endpoint).methods[0] ?? endpoint.method } = init
  const context: Context = { config, endpoint, origins, compiled, method, answeringBlocks: answeringBlocks(config) }
  const around = layersOf(context, null, true)
  const isReached = around.every(({ answers, layer }) => layer.isReached && !answers)
  const strategy = endpoint.backends.length === 1 ? 'one backend' : mergeStrategyOf(proxyOptions(endpoint), config.quirks)
  const { shadows } = splitShadows(endpoint.backends)
  const { methods, path } = readRoute(endpoint)
  return {
    method: methods.join(', '),
    path,
    origin: origins.placeOf(endpoint.at),
    problem: compiled.problem,
    fields: endpointRows(endpoint, config, origins),
    blocks: [...blocksAt(context, 'service', []), ...blocksAt(context, 'endpoint', endpoint.at)],
    layers: around.map(({ layer }) => layer),
    merge: strategy,
    backends: await Promise.all(endpoint.backends.map((backend) => explainBackend(context, backend, isReached, shadows.includes(backend)))),
  }
}

interface Context {
  readonly config: GatewayConfig
  readonly endpoint: EndpointConfig
  readonly origins: Origins
  readonly compiled: Stacks
  readonly method: string
  /** Paths of blocks of plugins of which one may answer itself. */
  readonly answeringBlocks: ReadonlySet<string>
}

async function explainBackend(context: Context, backend: BackendConfig, isReached: boolean, isShadow: boolean): Promise<ExplainedBackend> {
  const { config, origins, compiled, method, endpoint } = context
  const index = Number(backend.at.at(-1))
  return {
    index,
    method: backend.method,
    hosts: backend.hosts.map(withoutUserinfo),
    urlPattern: backend.urlPattern,
    origin: origins.placeOf(backend.at),
    call: await explainCall(backend, compiled, anyRequest(method)),
    isShadow,
    fields: backendRows(backend, endpoint, origins),
    blocks: blocksAt(context, 'backend', backend.at),
    layers: layersOf(context, backend, isReached).map(({ layer }) => layer),
    answer: stepsOfAnswer(backend, config.quirks),
  }
}

/** The layers of the endpoint, or of one of its backends; what stands below one that answers is not reached. */
function layersOf(context: Context, backend: BackendConfig | null, isReached: boolean): { layer: ExplainedLayer; answers: boolean }[] {
  const index = backend === null ? null : Number(backend.at.at(-1))
  const found: { layer: ExplainedLayer; answers: boolean }[] = []
  let open = isReached
  for (const stage of STAGES) {
    for (const { name, answers } of context.compiled.layersAt(stage, index) ?? []) {
      found.push({
        layer: {
          stage,
          name,
          isReached: open,
          isOfService: LEVELS[stage].includes('service'),
          ...describeBlock(context, stage, name, backend),
        },
        answers,
      })
      open &&= !answers
    }
  }
  return found
}

/** The block of a component's layer as it is read, and where it stands. */
function describeBlock(
  context: Context,
  stage: Stage,
  name: string,
  backend: BackendConfig | null,
): Pick<ExplainedLayer, 'origin' | 'options' | 'isInherited' | 'mayAnswer'> {
  const { compiled, config, endpoint, origins, answeringBlocks } = context
  const lines: readonly { readonly kind: string; readonly name: string }[] = compiled.order.layers[stage]
  const line = lines.find((one) => one.kind === 'layer' && one.name === name)
  if (line === undefined) return { origin: null, options: [], isInherited: false, mayAnswer: false }
  const declaration = line as unknown as AnyBlock
  const isOfService = LEVELS[stage].includes('service')
  const owner = isOfService ? config : (backend ?? endpoint)
  const at: ConfigPath = isOfService ? [] : (backend ?? endpoint).at
  const isInherited = origins.isInherited([...at, 'extra_config', declaration.namespace])
  const mayAnswer = answeringBlocks.has(formatPath([...at, 'extra_config', declaration.namespace]))
  return { ...rowsOf(declaration, owner.extraConfig, [...at, 'extra_config'], origins), isInherited, mayAnswer }
}

/** One of their plugins is not known for always passing on. */
function answeringBlocks(config: GatewayConfig): Set<string> {
  const answering = collectUses(config).filter(({ kind, name }) => findBuiltIn(kind, name, config.quirks)?.mayAnswer !== false)
  return new Set(answering.map(({ blockPath }) => formatPath(blockPath)))
}

function rowsOf(
  { namespace, options, reading, extras }: AnyBlock,
  blocks: GatewayConfig['extraConfig'],
  at: IssuePath,
  origins: Origins,
): Pick<ExplainedLayer, 'origin' | 'options'> {
  const byName = Object.fromEntries(blocks)
  const { value } = readOptions(options, byName[namespace] ?? {}, reading)
  const own = flattenOptions(value, [...at, namespace], origins)
  const more =
    extras === undefined || byName[extras.namespace] === undefined
      ? []
      : flattenOptions(readOptions(extras.options, byName[extras.namespace], extras.reading).value, [...at, extras.namespace], origins)
  return { origin: origins.of([...at, namespace]), options: [...own, ...more] }
}

/** The blocks of the engine that stand at a place. */
function blocksAt({ config, endpoint, origins }: Context, level: Level, at: ConfigPath): ExplainedBlock[] {
  const owner = level === 'service' ? config : level === 'endpoint' ? endpoint : endpoint.backends[Number(at.at(-1))]
  return order.blocks[level].flatMap((declaration) => {
    const blocks = owner?.extraConfig ?? new Map<string, unknown>()
    if (!blocks.has(declaration.namespace)) return []
    const { origin, options } = rowsOf(declaration, blocks, [...at, 'extra_config'], origins)
    return [{ namespace: declaration.namespace, origin: origin ?? '', options }]
  })
}
