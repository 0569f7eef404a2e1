// `backend/pubsub` with `rabbit://` against a real RabbitMQ.

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { type ChannelModel, connect, type ConfirmChannel, type GetMessage } from 'amqplib'
import { eventually, numbers } from './agent-kit.ts'
import { assertTaken, type PubSubEndpoint, type PubSubGateway, servePubSub } from './pubsub-kit.ts'
import { lacks, startRabbit, type TestServer } from './servers.ts'

describe('backend/pubsub with RabbitMQ', { skip: lacks('rabbitmq-server', 'rabbitmq-server'), timeout: 300_000 }, () => {
  let rabbit: TestServer
  let model: ChannelModel
  let channel: ConfirmChannel
  let gateway: PubSubGateway | null = null
  let name = ''
  let names = 0

  const url = (): string => `amqp://guest:guest@127.0.0.1:${rabbit.port}`

  async function dial(): Promise<void> {
    model = await connect(url())
    model.on('error', () => {})
    channel = await model.createConfirmChannel()
  }

  async function serve(...endpoints: Omit<PubSubEndpoint, 'host'>[]): Promise<PubSubGateway> {
    const all = endpoints.map((endpoint) => ({ ...endpoint, host: 'rabbit://' }))
    gateway = await servePubSub(all, { RABBIT_SERVER_URL: url() })
    return gateway
  }

  async function next(): Promise<GetMessage> {
    let message: GetMessage | false = false
    await eventually(async () => (message = await channel.get(name, { noAck: true })) !== false, 'a message arrives')
    return message as unknown as GetMessage
  }

  async function publish(...bodies: string[]): Promise<void> {
    for (const body of bodies) channel.publish(name, '', Buffer.from(body), { persistent: true })
    await channel.waitForConfirms()
  }

  const depth = async (): Promise<number> => (await channel.checkQueue(name)).messageCount

  before(async () => {
    rabbit = await startRabbit()
    await dial()
  })

  beforeEach(async () => {
    name = `n${names++}`
    await channel.assertExchange(name, 'fanout', { durable: true })
    await channel.assertQueue(name, { durable: true })
    await channel.bindQueue(name, name, '')
  })

  afterEach(async () => {
    await gateway?.stop()
    gateway = null
  })

  after(async () => {
    await model.close()
    await rabbit.remove()
  })

  test('a message with one text for each header, its key taken from one of them', async () => {
    const { post } = await serve({ path: '/p', topic: `${name}?key_name=X-Key`, endpoint: { input_headers: ['X-Foo', 'X-Key'] } })
    assertTaken(await post('/p', 'hi', { 'X-Foo': '1', 'X-Key': 'k' }))
    const { content, fields, properties } = await next()
    assert.deepEqual([content.toString(), fields.routingKey, fields.exchange], ['hi', 'k', name])
    assert.deepEqual([properties.headers?.['X-Foo'], properties.headers?.['X-Key']], ['1', undefined])
    assert.equal(typeof properties.headers?.['X-Forwarded-Host'], 'string')
  })

  test('what no queue takes is an error of its request alone; so is an exchange that is not there, until it is', async () => {
    await channel.assertExchange(`${name}-routes`, 'direct', { durable: true })
    await channel.bindQueue(name, `${name}-routes`, 'known')
    const running = await serve(
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
    const running = await serve({ path: '/s', subscription: name })
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
      const running = await serve({ path: '/s', subscription: `${name}?prefetch_count=${prefetch}` })
      const { ask } = running
      await publish(...numbers(20).map((body) => `poison ${body}`), '{"a":1}')
      for (let i = 0; i < 20; i++) assert.equal((await ask('/s'))[0], 500)
      assert.deepEqual(await ask('/s'), [200, '{"a":1}', 'true'])
      assert.equal(await running.stop(), 0)
      await eventually(async () => (await depth()) === 20, 'they are in the queue again')
      await channel.purgeQueue(name)
    }
  })

  test('messages of a megabyte, and 2000 in order', async () => {
    const { post } = await serve({ path: '/p', topic: name })
    const large = 'x'.repeat(1024 * 1024)
    assertTaken(await post('/p', large))
    assert.equal((await next()).content.toString(), large)
    for (const body of numbers(2000)) assertTaken(await post('/p', body))
    for (const body of numbers(2000)) assert.equal((await next()).content.toString(), body)
  })

  test('a restart of the broker in the middle: errors meanwhile, and then all is as before', async () => {
    const running = await serve({ path: '/p', topic: name }, { path: '/s', subscription: name })
    const { ask, post } = running
    assertTaken(await post('/p', '{"a":1}'))
    await rabbit.stop('SIGTERM')
    await eventually(async () => (await post('/p', 'x'))[1] === 'connection not available, trying to reconnect', 'the loss is told')
    assert.match((await ask('/__health'))[1], /"connections":\{"amqp:\/\/127\.0\.0\.1:\d+ \(\w+\)":"down since /)
    await rabbit.start()
    await dial()
    await eventually(async () => (await post('/p', '{"a":2}'))[0] === 200, 'it connects again')
    await eventually(async () => (await ask('/s'))[1] === '{"a":2}', 'it is subscribed again')
    const count = (text: string): number => running.output().split(text).length - 1
    assert.deepEqual([count('[rabbit] no connection'), count('[rabbit] connected')], [2, 4])
  })
})
