// `backend/pubsub` with `azuresb://` against a server that speaks as Azure Service Bus does.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertTaken } from './pubsub-kit.ts'
import { pubSubBench, type PubSubBroker, pubSubContract, type PubSubRoute } from './pubsub-contract.ts'
import { type ServiceBusServer, startServiceBus } from './service-bus-server.ts'

interface AzureBroker extends PubSubBroker {
  readonly server: ServiceBusServer
}

async function startBroker(): Promise<AzureBroker> {
  const server = await startServiceBus()
  const endpoint = `Endpoint=sb://127.0.0.1:${server.port};SharedAccessKeyName=name;SharedAccessKey=secret;UseDevelopmentEmulator=true;`
  let topics = 0
  function create(): Promise<PubSubRoute> {
    const topic = `t${topics++}`
    server.subscribe(topic, 's')
    return Promise.resolve({
      topic,
      subscription: `${topic}?subscription=s&listener_timeout=1s`,
      async publish(...bodies) {
        server.publish(topic, bodies)
      },
      async listen() {
        server.subscribe(topic, 'listener')
        return { read: async () => server.waiting(topic, 'listener').map(({ body }) => body), close: async () => {} }
      },
    })
  }
  return {
    server,
    scheme: 'azuresb',
    environment: { SERVICEBUS_CONNECTION_STRING: endpoint },
    keeps: true,
    connections: 0,
    recoveryMs: 0,
    create,
    dial: async () => {},
    close: async () => {},
  }
}

describe('backend/pubsub with Azure Service Bus', { timeout: 300_000 }, () => {
  const bench = pubSubBench(startBroker)
  pubSubContract(bench)

  test('forwarded headers are application properties', async () => {
    const { topic } = bench.route
    const { post } = await bench.serve({ path: '/p', topic, endpoint: { input_headers: ['X-Foo'] } })
    assertTaken(await post('/p', 'hi', { 'X-Foo': 'a b' }))
    const [message] = bench.broker.server.waiting(topic, 's')
    assert.equal(message?.body, 'hi')
    assert.equal(message.properties['X-Foo'], 'a b')
    assert.equal(typeof message.properties['X-Forwarded-Host'], 'string')
  })

  test('a topic and a subscription that are not there are errors of their requests', async () => {
    const running = await bench.serve({ path: '/p', topic: 'nowhere' }, { path: '/s', subscription: 'nowhere?subscription=s' })
    const { ask, post } = running
    assert.equal((await post('/p', 'x'))[0], 500)
    assert.match((await ask('/s'))[1], /could not be found/)
    assert.equal((await ask('/__health'))[0], 200)
    assert.doesNotMatch(running.output(), /secret/)
  })

  test('requests that wait together get a message each, and one that comes too late goes to the next', async () => {
    const { route } = bench
    const { ask } = await bench.serve({ path: '/s', subscription: route.subscription })
    const answers = Array.from({ length: 3 }, () => ask('/s'))
    await route.publish('{"a":1}', '{"a":2}', '{"a":3}')
    assert.deepEqual((await Promise.all(answers)).map(([, body]) => body).toSorted(), ['{"a":1}', '{"a":2}', '{"a":3}'])
    await assert.rejects(ask('/s', { signal: AbortSignal.timeout(200) }))
    await route.publish('{"a":4}')
    assert.equal((await ask('/s'))[1], '{"a":4}')
  })
})
