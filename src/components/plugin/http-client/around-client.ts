// A plugin around a backend's HTTP client, or in its place. Loaded where a file names one.

import type { Site } from '../../../engine/compile/component.ts'
import { routeLabel } from '../../../engine/compile/labels.ts'
import type { Layer, Sender } from '../../../engine/types.ts'
import { loadAt } from '../../../plugins/load-at.ts'
import { paramNamesOf } from '../../../plugins/params.ts'
import { senderSeat } from '../../../plugins/sender-seat.ts'
import { stackPlugins } from '../../../plugins/stack-plugins.ts'

/** Null where it has nothing to do. */
export async function aroundClient(block: unknown, site: Site): Promise<Layer<Sender> | null> {
  const label = routeLabel(site)
  const loaded = await loadAt(site, { kind: 'http-client', block, label, missingLevel: 'warning', endsAtUnknown: false })
  for (const { name } of loaded.plugins) site.log.debug(`${label} Injecting plugin ${name}`)
  const paramNames = paramNamesOf(site.endpoint?.writtenPath ?? '')
  return stackPlugins(loaded, senderSeat({ maxBody: loaded.settings.maxBody, paramNames }), site, false)
}
