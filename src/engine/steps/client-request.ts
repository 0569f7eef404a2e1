// Tells what stands inside an endpoint whose request it works for: plugins of pipes see the client's own request.

import type { ExtraConfig } from '../../config/types.ts'
import { step } from '../compile/component.ts'
import { clientExchange } from '../ports.ts'

/** Blocks whose plugins stand in pipes and senders. */
const PLUGIN_BLOCKS = ['plugin/middleware', 'plugin/req-resp-modifier', 'plugin/http-client']

/** Whether plugins stand where these blocks do. */
export function hasPlugins(blocks: ExtraConfig): boolean {
  return PLUGIN_BLOCKS.some((namespace) => blocks.has(namespace))
}

/** Nothing where nobody asks. */
export const clientRequest = step({
  stage: 'endpoint',
  name: 'client request',
  build({ endpoint }) {
    if (endpoint === null || ![endpoint, ...endpoint.backends].some(({ extraConfig }) => hasPlugins(extraConfig))) return null
    return (next) =>
      function tellClient(exchange) {
        clientExchange.set(exchange.scope, exchange)
        return next(exchange)
      }
  },
})
