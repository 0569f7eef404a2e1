// A client plugin stands around one backend's calls: what it sees is what goes on the wire. Redirects, caches and TLS are inside `next`.

import { createHmac } from 'node:crypto'
import { definePlugin } from 'krakend-ts/plugin'

export default definePlugin({
  name: 'sign',
  kind: 'http-client',
  description: 'Signs requests with a secret that is shared with the backend',
  // Without its signature a request must not leave: a fault of this plugin stops the start in every version.
  protects: true,
  options: {
    type: 'object',
    additionalProperties: false,
    required: ['secret_env'],
    properties: { secret_env: { type: 'string' }, header: { type: 'string', default: 'X-Signature' } },
  },
  setup({ secret_env, header }, site) {
    const secret = site.environment[secret_env]
    if (secret === undefined || secret === '') throw new Error(`the environment has no ${secret_env}`)
    return async (request, next) => {
      const { pathname, search } = new URL(request.url)
      // The body goes on unchanged after it was read.
      const signature = createHmac('sha256', secret)
        .update(`${request.method} ${pathname}${search}\n`)
        .update(await request.bytes())
      request.headers.set(header, signature.digest('hex'))
      return next()
    }
  },
})
