// Component `plugin/req-resp-modifier`: user code that sees what an endpoint, an agent or a backend asks, and what it is answered.

import { component, type Site } from '../../../engine/compile/component.ts'
import type { Layer, Pipe } from '../../../engine/types.ts'
import type { ReadyPlugin } from '../../../plugins/load-at.ts'
import { Type } from '../../../schema/type.ts'

const common = {
  namespace: 'plugin/req-resp-modifier',
  options: Type.Unknown({
    description: 'Versions 2 and 3: `name`, a list, and a member for each name; version 4: `plugins`, a list of entries.',
  }),
  answers: false,
  // perf: whoever checks a file needs nothing of what plugins see
  build: async (block: unknown, site: Site): Promise<Layer<Pipe> | null> =>
    (await import('../../../plugins/pipe-plugins.ts')).pipePlugins({ kind: 'req-resp-modifier', block, groupsPairs: true, describe }, site),
} as const

/** KrakenD's line; a function is both. */
function describe(plugins: readonly ReadyPlugin[]): string {
  const count = (part: 'request' | 'response'): number => plugins.filter(({ pair }) => pair === null || pair[part] !== null).length
  return `[Modifier Plugins] Adding ${count('request')} request and ${count('response')} response modifiers`
}

export const endpointModifiers = component({ ...common, stage: 'proxy' })

export const backendModifiers = component({ ...common, stage: 'backend' })
