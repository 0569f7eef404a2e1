// `backend/pubsub` with `gcppubsub://` against Google's emulator.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PubSub, type Subscription } from '@google-cloud/pubsub'
import { lacksEmulator, startEmulator } from './google-emulator.ts'
import { assertTaken } from './pubsub-kit.ts'
import { pubSubBench, type PubSubBroker, pubSubContract, type PubSubRoute } from './pubsub-contract.ts'

const PROJECT = 'shop'

interface GoogleBroker extends PubSubBroker {
  readonly client: () => PubSub
}

async function startBroker(): Promise<GoogleBroker> {
  const server = await startEmulator()
  const address = `127.0.0.1:${server.port}`
  const connect = (): PubSub => new PubSub({ projectId: PROJECT, apiEndpoint: address, emulatorMode: true })
  let client = connect()
  const made: [topic: string, subscription: string][] = []
  async function make(topic: string, subscription: string): Promise<Subscription> {
    if (!(await client.topic(topic).exists())[0]) await client.createTopic(topic)
    return (await client.topic(topic).createSubscription(subscription))[0]
  }
  async function create(): Promise<PubSubRoute> {
    const [topic, subscription] = [`topic${made.length}`, `subscription${made.length}`]
    made.push([topic, subscription])
    await make(topic, subscription)
    return {
      topic: `projects/${PROJECT}/topics/${topic}`,
      subscription: `projects/${PROJECT}/subscriptions/${subscription}`,
      async publish(...bodies) {
        for (const body of bodies) await client.topic(topic).publishMessage({ data: Buffer.from(body) })
      },
      async listen() {
        const bodies: [id: number, body: string][] = []
        const listener = await make(topic, `${subscription}-listener`)
        listener.on('message', (message) => {
          bodies.push([Number(message.id), message.data.toString()])
          message.ack()
        })
        // It promises no order to those who read, only ids in the order in which it took the messages.
        const read = async () => bodies.toSorted(([a], [b]) => a - b).map(([, body]) => body)
        return { read, close: () => listener.close() }
      },
    }
  }
  return {
    server,
    client: () => client,
    scheme: 'gcppubsub',
    environment: { PUBSUB_EMULATOR_HOST: address },
    keeps: true,
    connections: 0,
    // Its topics have to be made again.
    recoveryMs: 2000,
    create,
    async dial() {
      await client.close()
      client = connect()
      // The emulator forgets everything.
      const last = made.at(-1)
      if (last !== undefined) await make(...last)
    },
    close: () => client.close(),
  }
}

describe('backend/pubsub with Google Pub/Sub', { skip: lacksEmulator(), timeout: 300_000 }, () => {
  const bench = pubSubBench(startBroker)
  pubSubContract(bench)

  test('forwarded headers are attributes; the short form of names is known, too', async () => {
    const { topic, subscription } = bench.route
    const [short] = [topic.replace(/^projects\/([^/]+)\/topics\//, '$1/')]
    const { post } = await bench.serve({ path: '/p', topic: short, endpoint: { input_headers: ['X-Foo'] } })
    assertTaken(await post('/p', 'hi', { 'X-Foo': 'a b' }))
    const reader = bench.broker.client().subscription(subscription)
    const message = await new Promise<{ data: Buffer; attributes: Readonly<Record<string, string>>; ack(): void }>((resolve) => {
      reader.once('message', resolve)
    })
    message.ack()
    await reader.close()
    assert.equal(message.data.toString(), 'hi')
    assert.equal(message.attributes['X-Foo'], 'a b')
    assert.notEqual(message.attributes['X-Forwarded-Host'], undefined)
  })

  test('a topic and a subscription that are not there are errors of their requests', async () => {
    const { ask, post } = await bench.serve({ path: '/p', topic: `${PROJECT}/nowhere` }, { path: '/s', subscription: `${PROJECT}/nowhere` })
    assert.match((await post('/p', 'x')).join(), /^500,5 NOT_FOUND/)
    assert.match((await ask('/s')).join(), /^500,5 NOT_FOUND/)
    assert.equal((await ask('/__health'))[0], 200)
  })
})
