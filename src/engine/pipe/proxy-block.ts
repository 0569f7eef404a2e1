// The `proxy` blocks of endpoints and backends: how backends are called together, and what is done to their data.

import type { Static } from 'typebox'
import type { BackendConfig } from '../../config/types.ts'
import { Type } from '../../schema/type.ts'
import { block } from '../compile/component.ts'
import { optionsOf } from '../compile/read-block.ts'
import type { PipePlace } from '../compile/site.ts'

const STRATEGIES = ['always', 'success', 'errored', 'complete', 'incomplete']

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
  sequential: Type.Optional(
    Type.Boolean({
      description: 'Backends are called one after the other; `{resp0_field}` in a later `url_pattern` is a value of the first answer.',
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
      strategy: Type.String({ default: 'always', known: STRATEGIES, description: 'When it is added; an unknown one is `always`.' }),
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

export const proxyAtEndpoint = block({ namespace: 'proxy', options: atEndpoint })
export const proxyAtBackend = block({ namespace: 'proxy', options: atBackend })

export function proxyOptions({ extraConfig }: Pick<PipePlace, 'extraConfig'>): Static<typeof atEndpoint> {
  return optionsOf(proxyAtEndpoint, extraConfig)
}

export function backendProxyOptions({ extraConfig }: BackendConfig): Static<typeof atBackend> {
  return optionsOf(proxyAtBackend, extraConfig)
}

/** The backends whose answers count, and those that only get a copy. */
export function splitShadows(backends: readonly BackendConfig[]): { regular: BackendConfig[]; shadows: BackendConfig[] } {
  const isShadow = (backend: BackendConfig): boolean => backendProxyOptions(backend).shadow
  return { regular: backends.filter((backend) => !isShadow(backend)), shadows: backends.filter(isShadow) }
}
