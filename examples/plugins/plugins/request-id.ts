// A server plugin stands around everything: it sees every request before it has a route, and every answer, be it a 404 or the health check.

import { randomUUID } from 'node:crypto'
import { definePlugin } from 'krakend-ts/plugin'

export default definePlugin({
  name: 'request-id',
  kind: 'http-server',
  description: 'Gives each request an id, in a header for backends and for the client',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: { header: { type: 'string', default: 'X-Request-Id' }, trust: { type: 'boolean', default: false } },
  },
  setup({ header, trust }, site) {
    const answered = site.counter('answered')
    return async (request, next) => {
      const given = trust ? request.headers.get(header) : null
      const id = given ?? randomUUID()
      request.headers.set(header, id)
      // For other plugins of the same request.
      request.state.set('id', id)
      const response = await next()
      response.headers.set(header, id)
      // One number in all workers; it lives until the process ends.
      response.headers.set('X-Answer-Number', String(answered.add()))
      return response
    }
  },
})
