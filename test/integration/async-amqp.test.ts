// `async/amqp` against a real RabbitMQ: order, loss of the broker, death and end of the gateway, messages that fail.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type ChannelModel, connect, type ConfirmChannel } from 'amqplib'
import { startCommand } from '../../src/testing/process.ts'
import { agentFile, eventually, numbers, type Recorder, startRecorder } from './agent-kit.ts'
import { lacks, startRabbit, type TestServer } from './servers.ts'

const skip = lacks('rabbitmq-server', 'rabbitmq-server')

describe('async/amqp', { skip, timeout: 900_000 }, () => {
  let rabbit: TestServer
  let backend: Recorder
  let model: ChannelModel
  let channel: ConfirmChannel
  let queue = ''
  let queues = 0

  const url = (): string => `amqp://127.0.0.1:${rabbit.port}`

  async function dial(): Promise<void> {
    model = await connect(url())
    model.on('error', () => {})
    channel = await model.createConfirmChannel()
    channel.on('error', () => {})
  }

  async function publish(bodies: readonly (string | Buffer)[]): Promise<void> {
    for (const body of bodies) channel.sendToQueue(queue, Buffer.from(body as string), { persistent: true })
    await channel.waitForConfirms()
  }

  const depth = async (): Promise<number> => (await channel.checkQueue(queue)).messageCount

  function file(block: object = {}, agent: object = {}): object {
    const driver = { 'async/amqp': { host: url(), name: queue, durable: true, ...block } }
    return agentFile(backend, driver, agent)
  }

  before(async () => {
    rabbit = await startRabbit()
    await dial()
  })

  after(async () => {
    await model.close().catch(() => {})
    await rabbit.remove()
  })

  beforeEach(async (context) => {
    queue = `q${queues++}`
    await channel.assertQueue(queue, { durable: true })
    backend = await startRecorder()
    if ('after' in context) context.after(() => backend.close())
  })

  test('10,000 messages arrive in order, each once', async () => {
    const sent = numbers(10_000)
    await publish(sent)
    const gateway = await startCommand(file())
    await eventually(() => backend.handled.length >= sent.length, 'all messages are handled')
    assert.deepEqual(backend.handled, sent)
    await eventually(async () => (await depth()) === 0, 'the queue is empty')
    assert.equal(await gateway.stop(), 0)
  })

  test('what is no JSON and what is large reaches the backend as it is', async () => {
    const large = 'é'.repeat(512 * 1024)
    await publish(['no json \u0000', large, ''])
    const gateway = await startCommand(file())
    await eventually(() => backend.handled.length === 3, 'all three are handled')
    assert.equal(backend.handled[0], 'no json \u0000')
    assert.equal(Buffer.from(backend.handled[1] as string, 'latin1').toString(), large)
    assert.equal(await gateway.stop(), 0)
  })

  test('bindings, workers and the health check', async () => {
    await channel.assertExchange('topics', 'topic', { durable: true })
    let atOnce = 0
    let most = 0
    backend.react = async () => {
      most = Math.max(most, ++atOnce)
      await setTimeout(100)
      atOnce--
      return 200
    }
    const gateway = await startCommand(file({ exchange: 'topics' }, { consumer: { topic: 'foo.*', workers: 5 } }))
    await gateway.waitFor('Starting the consumer')
    for (const key of ['foo.bar', 'elsewhere']) channel.publish('topics', key, Buffer.from(key))
    for (const key of numbers(9)) channel.publish('topics', 'foo.x', Buffer.from(key))
    await eventually(() => backend.handled.length === 10, 'what is bound is handled')
    assert.ok(!backend.seen.includes('elsewhere'))
    assert.equal(most, 5)
    const health = (await (await fetch(`${gateway.url}/__health`)).json()) as { agents: Record<string, string> }
    assert.match(health.agents['agent'] ?? '', /^\d{4}-\d\d-\d\d .* UTC m=\+/)
    assert.equal(await gateway.stop(), 0)
  })

  test('a message that always fails comes again and again, and the others pass it', async () => {
    backend.react = (body) => (body === 'poison' ? 500 : 200)
    await publish(['poison', ...numbers(100)])
    const gateway = await startCommand(file())
    await eventually(() => backend.handled.length === 100, 'the others are handled')
    await eventually(() => backend.seen.filter((body) => body === 'poison').length > 2, 'it comes again')
    // Each time it waits a second before it goes back.
    assert.ok(backend.seen.filter((body) => body === 'poison').length < 10)
    assert.equal(await gateway.stop(), 0)
    assert.equal(await depth(), 1)
  })

  test('with nack_discard it is dropped', async () => {
    backend.react = () => 500
    await publish(['poison'])
    const gateway = await startCommand(file({ nack_discard: true }))
    await eventually(() => gateway.output().includes('message discarded from queue'), 'it is dropped')
    assert.equal(await gateway.stop(), 0)
    assert.deepEqual([await depth(), backend.seen.length], [0, 1])
  })

  test('with auto_ack nothing comes twice, and what the broker sends ahead is bounded', async () => {
    backend.react = () => 500
    await publish(numbers(50))
    const gateway = await startCommand(file({ auto_ack: true }))
    await eventually(() => backend.seen.length === 50, 'all come')
    assert.equal(await gateway.stop(), 0)
    assert.deepEqual([backend.seen, await depth()], [numbers(50), 0])
  })

  test('SIGTERM in the middle: what was begun is finished, nothing is handled twice or lost', async () => {
    backend.react = async () => {
      await setTimeout(5)
      return 200
    }
    await publish(numbers(400))
    const first = await startCommand(file({}, { consumer: { topic: '#', workers: 3 } }))
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    assert.equal(await first.stop(), 0)
    const before = backend.handled.length
    assert.ok(before < 400)
    assert.equal(await depth(), 400 - before)
    const second = await startCommand(file())
    await eventually(() => backend.handled.length >= 400, 'the rest is handled')
    assert.equal(await second.stop(), 0)
    assert.deepEqual(backend.handled.toSorted(), numbers(400).toSorted())
  })

  test('SIGKILL in the middle: nothing is lost', async () => {
    await publish(numbers(2000))
    const first = await startCommand(file({}, { consumer: { topic: '#', workers: 3 } }))
    await eventually(() => backend.handled.length > 100, 'it is in the middle')
    first.child.kill('SIGKILL')
    assert.equal(await first.exited, 'SIGKILL')
    const second = await startCommand(file())
    await eventually(async () => new Set(backend.handled).size === 2000 && (await depth()) === 0, 'all are handled')
    assert.equal(await second.stop(), 0)
    // Only those that were under way may have come twice.
    assert.ok(backend.handled.length <= 2000 + 10)
  })

  test('a reload with another backend loses nothing', async () => {
    const other = await startRecorder()
    backend.react = () => setTimeout(2).then(() => 200)
    await publish(numbers(1000))
    const gateway = await startCommand(file())
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    const next = agentFile(other, { 'async/amqp': { host: url(), name: queue, durable: true } })
    gateway.rewrite(next)
    gateway.child.kill('SIGHUP')
    await eventually(() => backend.handled.length + other.handled.length >= 1000, 'all are handled')
    assert.ok(other.handled.length > 0)
    assert.deepEqual([...backend.handled, ...other.handled], numbers(1000))
    assert.equal(await gateway.stop(), 0)
    await other.close()
  })

  test('a restart of the broker in the middle: one line for each change, and all are handled in the end', async () => {
    backend.react = () => setTimeout(2).then(() => 200)
    await publish(numbers(1000))
    const gateway = await startCommand(file({}, { connection: { backoff_strategy: 'linear' } }))
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    await rabbit.stop('SIGTERM')
    await gateway.waitFor('Consumer stopped')
    assert.equal((await fetch(`${gateway.url}/__health`)).status, 200)
    await rabbit.start()
    await dial()
    await eventually(async () => new Set(backend.handled).size === 1000 && (await depth()) === 0, 'all are handled')
    assert.equal(await gateway.stop(), 0)
    const count = (text: string): number => gateway.output().split(text).length - 1
    assert.deepEqual([count('Starting the consumer'), count('Consumer stopped')], [2, 1])
  })

  test('a broker that is not there at the start: everything else is served, and the agent begins when it comes', async () => {
    await publish(['1'])
    await rabbit.stop('SIGTERM')
    const gateway = await startCommand(file())
    await gateway.waitFor('building the amqp subscriber: connect ECONNREFUSED')
    assert.deepEqual(((await (await fetch(`${gateway.url}/__health`)).json()) as { agents: object }).agents, {})
    await rabbit.start()
    await dial()
    await eventually(() => backend.handled.length === 1, 'it is handled')
    assert.equal(await gateway.stop(), 0)
  })

  test('retries that run out are told, and the gateway serves on', async () => {
    const away = { host: 'amqp://127.0.0.1:1' }
    const gateway = await startCommand(file(away, { connection: { max_retries: 1, backoff_strategy: 'linear' } }))
    await gateway.waitFor('too many retries')
    assert.equal((await fetch(`${gateway.url}/__health`)).status, 200)
    assert.equal(await gateway.stop(), 0)
  })
})
