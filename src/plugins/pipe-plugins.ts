// The plugins of a block in pipes: what the components of both kinds have in common.

import type { Site } from '../engine/compile/component.ts'
import { routeLabel } from '../engine/compile/labels.ts'
import type { Layer, Pipe } from '../engine/types.ts'
import type { Kind } from './loaded.ts'
import { loadAt, type ReadyPlugin } from './load-at.ts'
import { paramNamesOf } from './params.ts'
import { pipeSeat } from './pipe-seat.ts'
import { stackPlugins } from './stack-plugins.ts'

export interface PipePluginsInit {
  readonly kind: Kind
  readonly block: unknown
  /** Pairs are one group between functions. */
  readonly groupsPairs: boolean
  /** `[Middleware Plugins] Adding 2 middlewares`. */
  readonly describe: (plugins: readonly ReadyPlugin[]) => string
}

/** Null where none of them has anything to do. */
export async function pipePlugins({ kind, block, groupsPairs, describe }: PipePluginsInit, site: Site): Promise<Layer<Pipe> | null> {
  const { endpoint, backend } = site
  const label = routeLabel(site)
  const loaded = await loadAt(site, { kind, block, label, missingLevel: 'warning', endsAtUnknown: false })
  const seat = pipeSeat({
    context: { maxBody: loaded.settings.maxBody, paramNames: paramNamesOf(endpoint?.writtenPath ?? '') },
    isRaw: backend === null ? endpoint?.isNoOp === true : backend.encoding === 'no-op',
    decode: backend === null ? null : site.decode(),
  })
  if (loaded.plugins.length > 0) site.log.debug(`${label}${describe(loaded.plugins)}`)
  return stackPlugins(loaded, seat, site, groupsPairs)
}
