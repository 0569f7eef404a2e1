// `backend/pubsub` with `kafka://` against a real Kafka: what every scheme promises, keys and partitions, groups.

import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { Admin, Consumer, type Message, Producer } from '@platformatic/kafka'
import { prepareKafka, startKafka } from './kafka-server.ts'
import { pubSubBench, type PubSubBroker, pubSubContract, type PubSubRoute } from './pubsub-contract.ts'
import { assertTaken } from './pubsub-kit.ts'

interface KafkaBroker extends PubSubBroker {
  readonly brokers: string
  readonly admin: Admin
  readonly producer: Producer
}

const optionsOf = (brokers: string) => ({ clientId: 'test', bootstrapBrokers: [brokers], retries: 10, retryDelay: 200 })

async function startBroker(): Promise<KafkaBroker> {
  const server = await startKafka()
  const brokers = `127.0.0.1:${server.port}`
  const producer = new Producer(optionsOf(brokers))
  const admin = new Admin(optionsOf(brokers))
  let topics = 0
  async function create(): Promise<PubSubRoute> {
    const topic = `r${topics++}`
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 })
    return {
      topic,
      subscription: `group-${topic}?topic=${topic}&offset=oldest`,
      async publish(...bodies) {
        await producer.send({ acks: 1, messages: bodies.map((body) => ({ topic, value: Buffer.from(body) })) })
      },
      async listen() {
        const bodies: string[] = []
        const consumer = new Consumer({ ...optionsOf(brokers), groupId: `listener-${topic}` })
        const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false })
        stream.on('data', ({ value }: Message) => void bodies.push(value.toString()))
        return { read: async () => bodies, close: () => consumer.close(true) }
      },
    }
  }
  return {
    server,
    brokers,
    admin,
    producer,
    scheme: 'kafka',
    environment: { KAFKA_BROKERS: brokers },
    keeps: true,
    connections: 1,
    // Listening is not serving yet: it reads its logs first.
    recoveryMs: 10_000,
    create,
    dial: () => Promise.resolve(),
    async close() {
      await producer.close()
      await admin.close()
    },
  }
}

/** The next messages of a topic, from its beginning. */
async function readAll({ brokers }: KafkaBroker, topic: string, count: number) {
  const consumer = new Consumer({ ...optionsOf(brokers), groupId: `reader-${topic}` })
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false })
  const messages = []
  for await (const message of stream) if (messages.push(message) === count) break
  await consumer.close(true)
  return messages
}

describe('backend/pubsub with Kafka', { skip: prepareKafka(), timeout: 400_000 }, () => {
  const bench = pubSubBench(startBroker)
  let topic = ''
  pubSubContract(bench)

  /** One with several partitions. */
  beforeEach(async () => {
    topic = `${bench.route.topic}-three`
    await bench.broker.admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 })
  })

  async function publish(...bodies: string[]): Promise<void> {
    await bench.broker.producer.send({ acks: 1, messages: bodies.map((body) => ({ topic, partition: 0, value: Buffer.from(body) })) })
  }

  test('a message with one text for each header; its key, taken from one of them, chooses the partition as in KrakenD', async () => {
    const { post } = await bench.serve({ path: '/p', topic: `${topic}?key_name=X-Key`, endpoint: { input_headers: ['X-Foo', 'X-Key'] } })
    assertTaken(await post('/p', 'hi', { 'X-Foo': '1', 'X-Key': 'foobar' }))
    assertTaken(await post('/p', 'without', { 'X-Foo': '1' }))
    const messages = await readAll(bench.broker, topic, 2)
    const keyed = messages.find(({ key }) => key !== undefined && key.length > 0)
    assert.deepEqual([keyed?.value.toString(), keyed?.key.toString(), keyed?.partition], ['hi', 'foobar', (0x1_0000_0000 - 0xbf9cf968) % 3])
    const headers = Object.fromEntries([...(keyed?.headers ?? [])].map(([name, value]) => [name.toString(), value.toString()]))
    assert.deepEqual([headers['X-Foo'], headers['X-Key'], typeof headers['X-Forwarded-Host']], ['1', undefined, 'string'])
  })

  test('a topic that is not there is made by its first message', async () => {
    const { post } = await bench.serve({ path: '/p', topic: `${topic}-new` })
    assertTaken(await post('/p', 'x'))
  })

  test('a message for each request, read on after a restart; what is no JSON is an error, passed by the others', async () => {
    const subscriber = { path: '/s', subscription: `group-${topic}?topic=${topic}&offset=oldest` }
    await publish('{"a":1}', '{"a":2}', '', 'no json', '{"a":3}')
    const first = await bench.serve(subscriber)
    assert.deepEqual(await first.ask('/s'), [200, '{"a":1}', 'true'])
    assert.deepEqual(await first.ask('/s'), [200, '{"a":2}', 'true'])
    assert.equal(await first.stop(), 0)
    const second = await bench.serve(subscriber)
    assert.deepEqual(await second.ask('/s'), [200, 'null', 'false'])
    assert.equal((await second.ask('/s'))[0], 500)
    assert.deepEqual(await second.ask('/s'), [200, '{"a":3}', 'true'])
    assert.deepEqual((await second.ask('/s')).slice(0, 2), [500, 'context deadline exceeded'])
    assert.equal(await second.stop(), 0)
    const third = await bench.serve(subscriber)
    assert.equal((await third.ask('/s'))[0], 500)
    assert.deepEqual(await third.ask('/s'), [200, '{"a":3}', 'true'])
  })

  test('a group that has read nothing begins with what comes, unless it says otherwise', async () => {
    await publish('{"old":1}')
    const { ask } = await bench.serve({ path: '/s', subscription: `group-${topic}?topic=${topic}` })
    await publish('{"new":1}')
    assert.deepEqual(await ask('/s'), [200, '{"new":1}', 'true'])
  })

  test('a message that the broker does not take is an error of its request alone', async () => {
    const { post } = await bench.serve({ path: '/p', topic })
    const [status, text] = await post('/p', 'x'.repeat(2 * 1024 * 1024))
    assert.equal(status, 500)
    assert.match(text, /^kafka: .*larger than the max message size/)
    assertTaken(await post('/p', 'after'))
  })
})
