// Component `plugin/http-client`: user code in the place of a backend's HTTP client, or around it.

import { component } from '../../../engine/compile/component.ts'
import { loadAt } from '../../../plugins/load-at.ts'
import { paramNamesOf } from '../../../plugins/params.ts'
import { backendLabel } from '../../../plugins/pipe-plugins.ts'
import { senderSeat } from '../../../plugins/sender-seat.ts'
import { stackPlugins } from '../../../plugins/stack-plugins.ts'
import { Type } from '../../../schema/type.ts'

/** Outside of redirects: everything of the HTTP client happens in `next`, or not at all. */
export const httpClientPlugin = component({
  stage: 'executor',
  namespace: 'plugin/http-client',
  options: Type.Unknown({ description: '`name` and its options: in versions 2 and 3 under the same name, in version 4 in `config`.' }),
  async build(block, site) {
    const label = backendLabel(site)
    const loaded = await loadAt(site, { kind: 'http-client', block, label, missingLevel: 'warning', endsAtUnknown: false })
    for (const { name } of loaded.plugins) site.log.debug(`${label} Injecting plugin ${name}`)
    const paramNames = paramNamesOf(site.endpoint?.writtenPath ?? '')
    return stackPlugins(loaded, senderSeat({ maxBody: loaded.settings.maxBody, paramNames }), site, false)
  },
})
