// Clients that announce a body and do not send it: the endpoint's time ends the wait, whoever reads the body.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { after, before, suite, test } from 'node:test'
import { endpoint, serve, startBackend, type TestBackend, type TestGateway } from '../kit.ts'

const ENDPOINTS = ['/schema', '/merged', '/graphql', '/forwarded']

let backend: TestBackend
let gateway: TestGateway

before(async () => {
  backend = await startBackend((incoming, response) => void incoming.resume().on('end', () => response.end('{"a":1}')))
  const post = { method: 'POST', timeout: '200ms' }
  const call = { host: [backend.url], url_pattern: '/x', method: 'POST' }
  gateway = await serve({
    endpoints: [
      endpoint('/schema', backend.url, { ...post, extra_config: { 'validation/json-schema': { type: 'object' } } }),
      { endpoint: '/merged', ...post, backend: [call, { ...call, url_pattern: '/y' }] },
      {
        endpoint: '/graphql',
        ...post,
        backend: [{ ...call, extra_config: { 'backend/graphql': { type: 'mutation', query: 'mutation { a }' } } }],
      },
      endpoint('/forwarded', backend.url, post),
    ],
  })
})

after(async () => {
  await gateway.stop()
  await backend.close()
})

suite('a body that never comes', () => {
  for (const path of ENDPOINTS)
    test(path, async () => {
      const socket = net.connect(gateway.port, '127.0.0.1')
      socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhi`)
      const [chunk] = (await once(socket, 'data')) as [Buffer]
      assert.match(chunk.toString(), /^HTTP\/1\.1 500 /)
      socket.destroy()
    })
})
