// Tells what stands inside an endpoint whose request it works for: plugins, caches and sticky balancers see the client's own request.

import { step } from '../compile/component.ts'
import { clientExchange, shownPlaces } from '../ports.ts'

/** Nothing where nobody asks: the pipe is built before the layers around it. */
export const clientRequest = step({
  stage: 'endpoint',
  name: 'client request',
  build(site) {
    if (site.place === null || !shownPlaces(site).has(site.place.id)) return null
    return (next) =>
      function tellClient(exchange) {
        clientExchange.set(exchange.scope, exchange)
        return next(exchange)
      }
  },
})
