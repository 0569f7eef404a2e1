// `backend/pubsub` with `kafka://` against a real Kafka.

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { Admin, Consumer, Producer } from '@platformatic/kafka'
import { eventually, numbers } from './agent-kit.ts'
import { prepareKafka, startKafka } from './kafka-server.ts'
import { assertTaken, type PubSubEndpoint, type PubSubGateway, servePubSub } from './pubsub-kit.ts'
import type { TestServer } from './servers.ts'

describe('backend/pubsub with Kafka', { skip: prepareKafka(), timeout: 400_000 }, () => {
  let server: TestServer
  let producer: Producer
  let admin: Admin
  let gateway: PubSubGateway | null = null
  let topic = ''
  let topics = 0

  const options = () => ({ clientId: 'test', bootstrapBrokers: [`127.0.0.1:${server.port}`], retries: 10, retryDelay: 200 })

  async function serve(...endpoints: Omit<PubSubEndpoint, 'host'>[]): Promise<PubSubGateway> {
    const all = endpoints.map((endpoint) => ({ ...endpoint, host: 'kafka://' }))
    gateway = await servePubSub(all, { KAFKA_BROKERS: `127.0.0.1:${server.port}` })
    return gateway
  }

  async function publish(...bodies: string[]): Promise<void> {
    await producer.send({ acks: 1, messages: bodies.map((body) => ({ topic, partition: 0, value: Buffer.from(body) })) })
  }

  /** The next messages of the topic, from its beginning. */
  async function read(count: number) {
    const consumer = new Consumer({ ...options(), groupId: `reader-${topic}-${Math.random()}` })
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false })
    const messages = []
    for await (const message of stream) if (messages.push(message) === count) break
    await consumer.close(true)
    return messages
  }

  before(async () => {
    server = await startKafka()
    producer = new Producer(options())
    admin = new Admin(options())
  })

  beforeEach(async () => {
    topic = `t${topics++}`
    await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 })
  })

  afterEach(async () => {
    await gateway?.stop()
    gateway = null
  })

  after(async () => {
    await producer.close()
    await admin.close()
    await server.remove()
  })

  test('a message with one text for each header; its key, taken from one of them, chooses the partition as in KrakenD', async () => {
    const { post } = await serve({ path: '/p', topic: `${topic}?key_name=X-Key`, endpoint: { input_headers: ['X-Foo', 'X-Key'] } })
    assertTaken(await post('/p', 'hi', { 'X-Foo': '1', 'X-Key': 'foobar' }))
    assertTaken(await post('/p', 'without', { 'X-Foo': '1' }))
    const messages = await read(2)
    const keyed = messages.find(({ key }) => key !== undefined && key.length > 0)
    assert.deepEqual([keyed?.value.toString(), keyed?.key.toString(), keyed?.partition], ['hi', 'foobar', (0x1_0000_0000 - 0xbf9cf968) % 3])
    const headers = Object.fromEntries([...(keyed?.headers ?? [])].map(([name, value]) => [name.toString(), value.toString()]))
    assert.deepEqual([headers['X-Foo'], headers['X-Key'], typeof headers['X-Forwarded-Host']], ['1', undefined, 'string'])
  })

  test('a topic that is not there is made by its first message', async () => {
    const { post } = await serve({ path: '/p', topic: `${topic}-new` })
    assertTaken(await post('/p', 'x'))
  })

  test('a message for each request, read on after a restart; what is no JSON is an error, passed by the others', async () => {
    const subscriber = { path: '/s', subscription: `group-${topic}?topic=${topic}&offset=oldest` }
    await publish('{"a":1}', '{"a":2}', '', 'no json', '{"a":3}')
    const first = await serve(subscriber)
    assert.deepEqual(await first.ask('/s'), [200, '{"a":1}', 'true'])
    assert.deepEqual(await first.ask('/s'), [200, '{"a":2}', 'true'])
    assert.equal(await first.stop(), 0)
    const second = await serve(subscriber)
    assert.deepEqual(await second.ask('/s'), [200, 'null', 'false'])
    assert.equal((await second.ask('/s'))[0], 500)
    assert.deepEqual(await second.ask('/s'), [200, '{"a":3}', 'true'])
    assert.deepEqual((await second.ask('/s')).slice(0, 2), [500, 'context deadline exceeded'])
    assert.equal(await second.stop(), 0)
    const third = await serve(subscriber)
    assert.equal((await third.ask('/s'))[0], 500)
    assert.deepEqual(await third.ask('/s'), [200, '{"a":3}', 'true'])
  })

  test('a group that has read nothing begins with what comes, unless it says otherwise', async () => {
    await publish('{"old":1}')
    const { ask } = await serve({ path: '/s', subscription: `group-${topic}?topic=${topic}` })
    await publish('{"new":1}')
    assert.deepEqual(await ask('/s'), [200, '{"new":1}', 'true'])
  })

  test('messages of nearly a megabyte, and 2000 in order', async () => {
    const { post } = await serve({ path: '/p', topic: `${topic}?key_name=X-Key`, endpoint: { input_headers: ['X-Key'] } })
    const large = 'x'.repeat(1024 * 1024 - 4096)
    assertTaken(await post('/p', large, { 'X-Key': 'k' }))
    for (const body of numbers(2000)) assertTaken(await post('/p', body, { 'X-Key': 'k' }))
    const messages = await read(2001)
    assert.ok(messages[0]?.value.toString() === large)
    assert.deepEqual(
      messages.slice(1).map(({ value }) => value.toString()),
      numbers(2000),
    )
    const [status, text] = await post('/p', 'x'.repeat(2 * 1024 * 1024), { 'X-Key': 'k' })
    assert.equal(status, 500)
    assert.match(text, /^kafka: .*larger than the max message size/)
    assertTaken(await post('/p', 'after', { 'X-Key': 'k' }))
  })

  test('a restart of the broker in the middle: errors meanwhile, and then all is as before', async () => {
    const running = await serve({ path: '/p', topic }, { path: '/s', subscription: `group-${topic}?topic=${topic}&offset=oldest` })
    const { ask, post } = running
    assertTaken(await post('/p', '{"a":1}'))
    assert.deepEqual(await ask('/s'), [200, '{"a":1}', 'true'])
    await server.stop('SIGTERM')
    await eventually(async () => (await post('/p', 'x'))[1] === 'connection not available, trying to reconnect', 'the loss is told')
    assert.match((await ask('/__health'))[1], /"connections":\{"127\.0\.0\.1:\d+":"down since /)
    await server.start()
    await eventually(async () => (await post('/p', '{"a":2}'))[0] === 200, 'it connects again')
    await eventually(async () => (await ask('/s'))[1] === '{"a":2}', 'it is subscribed again')
    const count = (text: string): number => running.output().split(text).length - 1
    assert.deepEqual([count('[kafka] no connection'), count('[kafka] connected')], [1, 2])
  })
})
