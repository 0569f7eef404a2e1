// `HTTP_PROXY` reaches the calls to backends.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { parseConfig } from '../src/config/parse.ts'
import { openGateway } from '../src/gateway.ts'
import { knownNamespaces } from '../src/engine/compile/order.ts'
import { order } from '../src/order.ts'
import { makeExchange, makeLog, makeSite } from '../src/testing/index.ts'

test('backends are called through the proxy of the environment', async () => {
  const proxy = createServer((request, response) => response.end(JSON.stringify({ asked: request.url })))
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { config } = parseConfig(
    { version: 3, endpoints: [{ endpoint: '/x', backend: [{ host: ['http://backend.test'], url_pattern: '/y' }] }] },
    { edition: null, knownNamespaces: knownNamespaces(order) },
  )
  assert.ok(config !== null)
  const { shared } = makeSite()
  const gateway = await openGateway(config, {
    log: makeLog(),
    shared,
    pool: { share: (_key, create) => create(), release() {} },
    version: 'Version test',
    environment: { http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` },
    writeAccessLine() {},
    print() {},
  })
  const exchange = makeExchange({ target: '/x' })
  await gateway.handle(exchange)
  await new Promise<void>((resolve) => {
    const wait = (): void => void (exchange.statusCode === 0 ? setImmediate(wait) : resolve())
    wait()
  })
  assert.deepEqual([exchange.statusCode, exchange.answered.body], [200, '{"asked":"http://backend.test/y"}'])
  await gateway.retire()
  proxy.close()
})
