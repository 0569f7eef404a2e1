// `backend/amqp/consumer` and `backend/amqp/producer` against a real RabbitMQ.

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { type ChannelModel, connect, type ConfirmChannel, type GetMessage } from 'amqplib'
import { type RunningCommand, startCommand } from '../../src/testing/process.ts'
import { eventually, numbers } from './agent-kit.ts'
import { lacks, startRabbit, type TestServer } from './servers.ts'

const skip = lacks('rabbitmq-server', 'rabbitmq-server')

describe('backend/amqp', { skip, timeout: 900_000 }, () => {
  let rabbit: TestServer
  let model: ChannelModel
  let channel: ConfirmChannel
  let gateway: RunningCommand
  let name = ''
  let names = 0

  async function dial(): Promise<void> {
    model = await connect(`amqp://127.0.0.1:${rabbit.port}`)
    model.on('error', () => {})
    channel = await model.createConfirmChannel()
    channel.on('error', () => {})
  }

  /** `extra`: the block of each endpoint's only backend. */
  function endpoint(path: string, method: string, extra: object, rest: object = {}, backend: object = {}): object {
    const host = [`amqp://guest:guest@127.0.0.1:${rabbit.port}`]
    const own = { host, disable_host_sanitize: true, url_pattern: '/', extra_config: extra, ...backend }
    return { endpoint: path, method, timeout: '1s', backend: [own], ...rest }
  }

  async function serve(...endpoints: object[]): Promise<void> {
    gateway = await startCommand({ endpoints, extra_config: { router: { return_error_msg: true } } })
  }

  const consumer = (more: object = {}): object => ({ 'backend/amqp/consumer': { name, durable: true, ...more } })
  const producer = (more: object = {}): object => ({ 'backend/amqp/producer': { exchange: name, durable: true, ...more } })

  async function ask(path: string, init: RequestInit = {}): Promise<[number, string, string | null]> {
    const response = await fetch(`${gateway.url}${path}`, init)
    return [response.status, await response.text(), response.headers.get('X-Krakend-Completed')]
  }

  const post = (path: string, body: string, headers: Record<string, string> = {}) => ask(path, { method: 'POST', body, headers })

  async function next(): Promise<GetMessage> {
    let message: GetMessage | false = false
    await eventually(async () => (message = await channel.get(name, { noAck: true })) !== false, 'a message arrives')
    return message as unknown as GetMessage
  }

  async function publish(bodies: readonly (string | Buffer)[]): Promise<void> {
    for (const body of bodies) channel.sendToQueue(name, Buffer.from(body as string), { persistent: true })
    await channel.waitForConfirms()
  }

  /** An exchange and a queue of that name, bound with `#`. */
  async function declare(): Promise<void> {
    await channel.assertQueue(name, { durable: true })
    await channel.assertExchange(name, 'topic', { durable: true })
    await channel.bindQueue(name, name, '#')
  }

  before(async () => {
    rabbit = await startRabbit()
    await dial()
  })

  afterEach(() => gateway.child.kill('SIGKILL'))

  after(async () => {
    await model.close().catch(() => {})
    await rabbit.remove()
  })

  beforeEach(async () => {
    name = `n${names++}`
    await declare()
  })

  test('a producer: body, routing key, properties and headers', async () => {
    const keys = { routing_key: 'Route', priority_key: 'Prio', exp_key: 'Exp', msg_id_key: 'Id', reply_to_key: 'Reply' }
    await serve(
      endpoint('/fixed', 'POST', producer({ routing_key: 'k', static_routing_key: true })),
      endpoint('/p/{route}/{prio}/{exp}/{id}/{reply}', 'POST', producer(keys), { input_headers: ['X-Foo'] }),
    )
    assert.deepEqual(await post('/fixed', '{"a":1}', { 'Content-Type': 'application/json' }), [200, 'null', 'false'])
    const fixed = await next()
    assert.deepEqual([String(fixed.content), fixed.fields.routingKey], ['{"a":1}', 'k'])
    const { contentType, timestamp, headers } = fixed.properties
    assert.equal(contentType, 'application/json')
    assert.ok(Math.abs((timestamp as number) - Date.now() / 1000) < 60)
    assert.deepEqual(Object.keys(headers ?? {}).toSorted(), ['Content-Type', 'User-Agent', 'X-Forwarded-For', 'X-Forwarded-Host'])
    assert.ok(Array.isArray(headers?.['User-Agent']))

    const answer = await ask('/p/foo.bar/7/60000/m1/replies', {
      method: 'POST',
      body: 'no json',
      headers: [
        ['X-Foo', '1'],
        ['X-Foo', '2'],
      ],
    })
    assert.equal(answer[0], 200)
    const { content, fields, properties } = await next()
    assert.deepEqual([String(content), fields.routingKey], ['no json', 'foo.bar'])
    assert.deepEqual(
      [properties.priority, properties.expiration, properties.messageId, properties.replyTo, properties.contentType],
      [7, '60000', 'm1', 'replies', undefined],
    )
    assert.equal(await gateway.stop(), 0)
  })

  test('a consumer: one message for each request, in order; nothing within the timeout is an error', async () => {
    const text = 'é'.repeat(512 * 1024)
    await publish(['{"n":1}', '{"n":2}', JSON.stringify({ text }), ''])
    await serve(endpoint('/c', 'GET', consumer(), {}, { mapping: { n: 'number' } }))
    assert.deepEqual(await ask('/c'), [200, '{"number":1}', 'true'])
    assert.deepEqual(await ask('/c'), [200, '{"number":2}', 'true'])
    assert.equal((JSON.parse((await ask('/c'))[1]) as { text: string }).text, text)
    assert.deepEqual(await ask('/c'), [200, 'null', 'false'])
    assert.deepEqual(await ask('/c'), [500, 'context deadline exceeded', 'false'])
    const waiting = ask('/c')
    await publish(['{"n":3}'])
    assert.deepEqual(await waiting, [200, '{"number":3}', 'true'])
    assert.equal(await gateway.stop(), 0)
    assert.equal((await channel.checkQueue(name)).messageCount, 0)
  })

  test('bindings are made, and what cannot be decoded goes back, or is dropped', async () => {
    const own = name
    await serve(
      endpoint('/bound', 'GET', {
        'backend/amqp/consumer': { name: `${own}-bound`, exchange: own, durable: true, routing_key: ['x.*', 'y'] },
      }),
      endpoint('/back', 'GET', consumer()),
      endpoint('/drop', 'GET', { 'backend/amqp/consumer': { name: `${own}-drop`, durable: true, nack_discard: true } }),
    )
    channel.publish(own, 'x.1', Buffer.from('{"to":"bound"}'))
    channel.sendToQueue(`${own}-drop`, Buffer.from('no json'))
    await channel.waitForConfirms()
    assert.deepEqual((await ask('/bound')).slice(0, 2), [200, '{"to":"bound"}'])
    assert.deepEqual((await ask('/back')).slice(0, 2), [200, '{"to":"bound"}'])
    await publish(['no json'])
    for (let i = 0; i < 3; i++) assert.match((await ask('/back')).join(), /^500,invalid character/)
    assert.match((await ask('/drop')).join(), /^500,invalid character/)
    assert.match((await ask('/drop')).join(), /^500,context deadline exceeded/)
    await eventually(() => gateway.output().includes(`Nack: message discarded from queue '${own}-drop'`), 'it is told')
    assert.equal(await gateway.stop(), 0)
    assert.equal((await channel.checkQueue(own)).messageCount, 1)
  })

  test('10,000 messages one after the other arrive in order', async () => {
    await serve(endpoint('/p', 'POST', producer()), endpoint('/c', 'GET', consumer()))
    for (const body of numbers(10_000)) assert.equal((await post('/p', `{"n":${body}}`))[0], 200)
    for (const body of numbers(10_000)) assert.equal((await ask('/c'))[1], `{"n":${body}}`)
    assert.equal(await gateway.stop(), 0)
  })

  test('a restart of the broker: requests fail until it is back, everything else is served, each change is told once', async () => {
    await serve(endpoint('/p', 'POST', producer()), endpoint('/c', 'GET', consumer()))
    assert.equal((await post('/p', '{"n":1}'))[0], 200)
    await rabbit.stop('SIGTERM')
    await eventually(async () => (await post('/p', '{}'))[1] === 'connection not available, trying to reconnect', 'it is noticed')
    assert.equal((await ask('/c'))[1], 'connection not available, trying to reconnect')
    assert.match((await ask('/__health'))[1], /"connections":\{.*"amqp:\/\/127\.0\.0\.1:\d+ \(consumer\)":"down since/)
    await rabbit.start()
    await dial()
    await declare()
    await eventually(async () => (await post('/p', '{"n":2}'))[0] === 200, 'messages are taken again')
    await eventually(async () => (await ask('/c'))[0] === 200, 'messages are given again')
    assert.match((await ask('/__health'))[1], /\(consumer\)":"up"/)
    assert.equal(await gateway.stop(), 0)
    const count = (text: RegExp): number => gateway.output().match(text)?.length ?? 0
    assert.deepEqual([count(/\[AMQP\] connected to/g), count(/\[AMQP\] no connection to/g)], [4, 2])
  })

  test('a gateway that dies has acknowledged nothing that it has not given out', async () => {
    await publish(numbers(20).map((n) => `{"n":${n}}`))
    await serve(endpoint('/c', 'GET', consumer()))
    for (let i = 0; i < 5; i++) assert.equal((await ask('/c'))[0], 200)
    gateway.child.kill('SIGKILL')
    await gateway.exited
    await eventually(async () => (await channel.checkQueue(name)).consumerCount === 0, 'the broker has noticed')
    const rest = new Set<string>()
    for (let message = await channel.get(name, { noAck: true }); message !== false; message = await channel.get(name, { noAck: true }))
      rest.add(String(message.content))
    // What was given out last may come again: its acknowledgement had not left.
    for (const n of numbers(15, 5)) assert.ok(rest.has(`{"n":${n}}`))
    assert.ok(rest.size <= 16)
  })

  test('a queue and an exchange that the broker refuses leave the gateway serving', async () => {
    await serve(
      endpoint('/c', 'GET', consumer({ durable: false })),
      endpoint('/p', 'POST', producer({ durable: false })),
      endpoint('/ok', 'POST', producer()),
    )
    assert.equal((await ask('/c'))[0], 500)
    assert.equal((await post('/p', '{}'))[0], 500)
    assert.equal((await post('/ok', '{}'))[0], 200)
    assert.match(gateway.output(), /\[AMQP\].*PRECONDITION_FAILED/)
    assert.equal(await gateway.stop(), 0)
  })

  test('several workers share a queue', async () => {
    gateway = await startCommand(
      { endpoints: [endpoint('/c', 'GET', consumer()), endpoint('/p', 'POST', producer())] },
      { args: ['--workers', '2'] },
    )
    for (const body of numbers(20)) assert.equal((await post('/p', `{"n":${body}}`))[0], 200)
    assert.equal(await gateway.stop(), 0)
    assert.equal((await channel.checkQueue(name)).messageCount, 20)
  })
})
