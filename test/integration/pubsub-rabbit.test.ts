// `backend/pubsub` with `rabbit://` against a real RabbitMQ: what every scheme promises, keys, and messages that no queue takes.

import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { type ChannelModel, connect, type ConfirmChannel, type GetMessage } from 'amqplib'
import { eventually, numbers } from './agent-kit.ts'
import { pubSubBench, type PubSubBroker, pubSubContract, type PubSubRoute } from './pubsub-contract.ts'
import { assertTaken } from './pubsub-kit.ts'
import { lacks, startRabbit } from './servers.ts'

interface RabbitBroker extends PubSubBroker {
  channel(): ConfirmChannel
}

async function startBroker(): Promise<RabbitBroker> {
  const server = await startRabbit()
  const url = `amqp://guest:guest@127.0.0.1:${server.port}`
  let model: ChannelModel
  let channel: ConfirmChannel
  let names = 0
  async function dial(): Promise<void> {
    model = await connect(url)
    model.on('error', () => {})
    channel = await model.createConfirmChannel()
  }
  async function create(): Promise<PubSubRoute> {
    const name = `n${names++}`
    await channel.assertExchange(name, 'fanout', { durable: true })
    await channel.assertQueue(name, { durable: true })
    await channel.bindQueue(name, name, '')
    return {
      topic: name,
      subscription: name,
      async publish(...bodies) {
        for (const body of bodies) channel.sendToQueue(name, Buffer.from(body), { persistent: true })
        await channel.waitForConfirms()
      },
      async listen() {
        const bodies: string[] = []
        const { queue } = await channel.assertQueue('', { exclusive: true })
        await channel.bindQueue(queue, name, '')
        await channel.consume(queue, (message) => void bodies.push(String(message?.content)), { noAck: true })
        return { read: async () => bodies, close: async () => void (await channel.deleteQueue(queue)) }
      },
    }
  }
  await dial()
  return {
    server,
    scheme: 'rabbit',
    environment: { RABBIT_SERVER_URL: url },
    keeps: true,
    connections: 2,
    recoveryMs: 0,
    channel: () => channel,
    create,
    dial,
    close: () => model.close(),
  }
}

describe('backend/pubsub with RabbitMQ', { skip: lacks('rabbitmq-server', 'rabbitmq-server'), timeout: 300_000 }, () => {
  const bench = pubSubBench(startBroker)
  let channel: ConfirmChannel
  let name = ''
  pubSubContract(bench)

  beforeEach(() => {
    channel = bench.broker.channel()
    name = bench.route.topic
  })

  async function next(): Promise<GetMessage> {
    let message: GetMessage | false = false
    await eventually(async () => (message = await channel.get(name, { noAck: true })) !== false, 'a message arrives')
    return message as unknown as GetMessage
  }

  const publish = (...bodies: string[]): Promise<void> => bench.route.publish(...bodies)
  const depth = async (): Promise<number> => (await channel.checkQueue(name)).messageCount

  test('a message with one text for each header, its key taken from one of them', async () => {
    const { post } = await bench.serve({ path: '/p', topic: `${name}?key_name=X-Key`, endpoint: { input_headers: ['X-Foo', 'X-Key'] } })
    assertTaken(await post('/p', 'hi', { 'X-Foo': '1', 'X-Key': 'k' }))
    const { content, fields, properties } = await next()
    assert.deepEqual([content.toString(), fields.routingKey, fields.exchange], ['hi', 'k', name])
    assert.deepEqual([properties.headers?.['X-Foo'], properties.headers?.['X-Key']], ['1', undefined])
    assert.equal(typeof properties.headers?.['X-Forwarded-Host'], 'string')
  })

  test('what no queue takes is an error of its request alone; so is an exchange that is not there, until it is', async () => {
    await channel.assertExchange(`${name}-routes`, 'direct', { durable: true })
    await channel.bindQueue(name, `${name}-routes`, 'known')
    const running = await bench.serve(
      { path: '/routes', topic: `${name}-routes?key_name=X-Key`, endpoint: { input_headers: ['X-Key'] } },
      { path: '/none', topic: `${name}-none` },
    )
    const { post } = running
    const keys = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'known' : 'unknown'))
    const answers = await Promise.all(keys.map((key) => post('/routes', 'same', { 'X-Key': key })))
    for (const [i, [status, text]] of answers.entries()) {
      const returned = `rabbitpubsub: message returned from ${name}-routes: NO_ROUTE (code 312)`
      assert.deepEqual([status, text], i % 2 === 0 ? [200, 'null'] : [500, returned])
    }
    assert.equal(await depth(), 20)
    const [status, text] = await post('/none', 'x')
    assert.equal(status, 500)
    assert.match(text, /NOT_FOUND - no exchange/)
    await channel.assertExchange(`${name}-none`, 'fanout', { durable: true })
    await channel.bindQueue(name, `${name}-none`, '')
    assertTaken(await post('/none', 'x'))
    assert.doesNotMatch(running.output(), /guest/)
  })

  test('a message for each request; what is no JSON is an error, passed by the others, and comes again when it is read anew', async () => {
    const running = await bench.serve({ path: '/s', subscription: name })
    const { ask } = running
    await publish('{"a":1}', 'no json', '', '{"a":2}')
    assert.deepEqual(await ask('/s'), [200, '{"a":1}', 'true'])
    assert.equal((await ask('/s'))[0], 500)
    assert.deepEqual(await ask('/s'), [200, 'null', 'false'])
    assert.deepEqual(await ask('/s'), [200, '{"a":2}', 'true'])
    assert.deepEqual((await ask('/s')).slice(0, 2), [500, 'context deadline exceeded'])
    assert.equal(await running.stop(), 0)
    await eventually(async () => (await depth()) === 1, 'it is in the queue again')
    assert.equal((await next()).content.toString(), 'no json')
  })

  test('poisoned messages do not stop a subscription that takes fewer ahead, and go back when it ends', async () => {
    for (const prefetch of [1, 4]) {
      const running = await bench.serve({ path: '/s', subscription: `${name}?prefetch_count=${prefetch}` })
      const { ask } = running
      await publish(...numbers(20).map((body) => `poison ${body}`), '{"a":1}')
      for (let i = 0; i < 20; i++) assert.equal((await ask('/s'))[0], 500)
      assert.deepEqual(await ask('/s'), [200, '{"a":1}', 'true'])
      assert.equal(await running.stop(), 0)
      await eventually(async () => (await depth()) === 20, 'they are in the queue again')
      await channel.purgeQueue(name)
    }
  })
})
