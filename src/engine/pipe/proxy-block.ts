// The `proxy` blocks of endpoints and backends: how backends are called together, and what is done to their data.

import type { Static } from 'typebox'
import { type Quirks, quirksOf } from '../../config/dialect.ts'
import type { BackendConfig } from '../../config/types.ts'
import { type Issue, warningIssue } from '../../schema/issue.ts'
import { Type } from '../../schema/type.ts'
import { block } from '../compile/component.ts'
import { optionsOf } from '../compile/read-block.ts'
import type { PipePlace } from '../compile/site.ts'

/** How several backends are called: side by side, one after the other, or the next one when the one before has failed. */
export type MergeStrategy = 'parallel' | 'sequential' | 'fallback'

const MERGE_STRATEGIES: readonly MergeStrategy[] = ['parallel', 'sequential', 'fallback']
const STATIC_STRATEGIES = ['always', 'success', 'errored', 'complete', 'incomplete']

const flatmapFilter = Type.Array(
  Type.Object({
    type: Type.String({ known: ['move', 'append', 'del'], description: 'What to do; an unknown type does nothing.' }),
    args: Type.Array(Type.Unsafe<unknown>({ type: 'string', keepsWrong: true }), {
      description: 'Dotted paths, `*` for every element: source and target, or what goes.',
    }),
  }),
  { default: [], description: 'Operations on the data, in order.' },
)

const atEndpoint = Type.Object({
  strategy: Type.Optional(
    Type.Unsafe<unknown>({
      type: 'string',
      keepsWrong: true,
      keepsNull: true,
      known: MERGE_STRATEGIES,
      description:
        'How several backends are called: `parallel`, `sequential` (one after the other), `fallback` (the next one when the one before has failed). Anything else is `parallel`. Files of version 4 only.',
    }),
  ),
  force_sandboxed_request: Type.Boolean({ default: false, description: 'Every backend gets its own copy of the body.' }),
  sequential: Type.Optional(
    Type.Boolean({
      description:
        'Backends are called one after the other; `{resp0_field}` in a later `url_pattern` is a value of the first answer. In files of version 4 only where `strategy` is absent.',
    }),
  ),
  sequential_propagated_params: Type.Array(Type.String(), {
    default: [],
    description: 'Values such as `resp0_id` that all later backends get as parameters.',
  }),
  flatmap_filter: flatmapFilter,
  combiner: Type.String({ default: '', description: 'Accepted, without effect.' }),
  static: Type.Optional(
    Type.Object({
      data: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'What is added to the answer.' })),
      strategy: Type.String({ default: 'always', known: STATIC_STRATEGIES, description: 'When it is added; an unknown one is `always`.' }),
    }),
  ),
})

const atBackend = Type.Object({
  flatmap_filter: flatmapFilter,
  shadow: Type.Boolean({ default: false, description: 'The backend gets a copy of the traffic; nobody waits for it.' }),
  shadow_timeout: Type.String({
    default: '',
    description: 'How long a copy may take, such as `2s`. Empty: `timeout` of the backend.',
  }),
})

type EndpointOptions = Static<typeof atEndpoint>

export const proxyAtEndpoint = block({
  namespace: 'proxy',
  options: atEndpoint,
  check: ({ strategy, sequential }, { dialect }) => checkStrategy(strategy, sequential, quirksOf(dialect)),
})
export const proxyAtBackend = block({ namespace: 'proxy', options: atBackend })

export function proxyOptions({ extraConfig }: Pick<PipePlace, 'extraConfig'>): EndpointOptions {
  return optionsOf(proxyAtEndpoint, extraConfig)
}

export function backendProxyOptions({ extraConfig }: BackendConfig): Static<typeof atBackend> {
  return optionsOf(proxyAtBackend, extraConfig)
}

/** compat: once `strategy` is there, `sequential` says nothing; what is no strategy is `parallel`. */
export function mergeStrategyOf({ strategy, sequential }: EndpointOptions, quirks: Quirks): MergeStrategy {
  if (!quirks.readsStrategy || strategy === undefined) return sequential === true ? 'sequential' : 'parallel'
  if (strategy === 'fallback') return quirks.hasFallback ? 'fallback' : 'parallel'
  return strategy === 'sequential' ? 'sequential' : 'parallel'
}

function checkStrategy(strategy: unknown, sequential: boolean | undefined, { readsStrategy }: Quirks): Issue[] {
  if (strategy === undefined) return []
  if (!readsStrategy) {
    const hint = strategy === 'sequential' ? 'write "sequential": true, or "version": 4' : 'it needs "version": 4'
    return [warningIssue('unknown-option', ['strategy'], 'version 4 reads this, this version does not: ignored', hint)]
  }
  if (sequential === undefined) return []
  return [warningIssue('unused-option', ['sequential'], 'not looked at where "strategy" stands', 'remove it')]
}

/** The backends whose answers count, and those that only get a copy. */
export function splitShadows(backends: readonly BackendConfig[]): { regular: BackendConfig[]; shadows: BackendConfig[] } {
  const isShadow = (backend: BackendConfig): boolean => backendProxyOptions(backend).shadow
  return { regular: backends.filter((backend) => !isShadow(backend)), shadows: backends.filter(isShadow) }
}
