// `async/amqp` against a real RabbitMQ: what every driver promises, bindings, messages that fail, acknowledgements before and never.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ChannelModel, connect, type ConfirmChannel } from 'amqplib'
import { agentBench, type AgentBroker, type AgentSource } from './agent-bench.ts'
import { agentContract } from './agent-contract.ts'
import { eventually, numbers } from './agent-kit.ts'
import { lacks, startRabbit } from './servers.ts'

interface RabbitBroker extends AgentBroker {
  channel(): ConfirmChannel
}

async function startBroker(): Promise<RabbitBroker> {
  const server = await startRabbit()
  const url = `amqp://127.0.0.1:${server.port}`
  let model: ChannelModel
  let channel: ConfirmChannel
  let queues = 0
  async function dial(): Promise<void> {
    model = await connect(url)
    model.on('error', () => {})
    channel = await model.createConfirmChannel()
    channel.on('error', () => {})
  }
  async function create(): Promise<AgentSource> {
    const name = `q${queues++}`
    await channel.assertQueue(name, { durable: true })
    return {
      topic: '#',
      driver: (more) => ({ 'async/amqp': { host: url, name, durable: true, ...more } }),
      async publish(bodies) {
        for (const body of bodies) channel.sendToQueue(name, Buffer.from(body), { persistent: true })
        await channel.waitForConfirms()
      },
      countOpen: async () => (await channel.checkQueue(name)).messageCount,
      untilLeft: () => eventually(async () => (await channel.checkQueue(name)).consumerCount === 0, 'nobody reads it'),
    }
  }
  await dial()
  return {
    server,
    name: 'amqp',
    nowhere: { host: 'amqp://127.0.0.1:1' },
    mostRepeated: 10,
    recoveryMs: 0,
    keepsOrder: true,
    channel: () => channel,
    create,
    dial,
    close: () => model.close().catch(() => {}),
  }
}

describe('async/amqp', { skip: lacks('rabbitmq-server', 'rabbitmq-server'), timeout: 900_000 }, () => {
  const bench = agentBench(startBroker)
  agentContract(bench)

  test('what is bound arrives, and nothing else', async () => {
    const { backend, broker } = bench
    const channel = broker.channel()
    await channel.assertExchange('topics', 'topic', { durable: true })
    const gateway = await bench.serve({ exchange: 'topics' }, { consumer: { topic: 'foo.*' } })
    await gateway.waitFor('Starting the consumer')
    for (const key of ['elsewhere', 'foo.bar', 'foo.x']) channel.publish('topics', key, Buffer.from(key))
    await eventually(() => backend.handled.length === 2, 'what is bound is handled')
    assert.deepEqual(backend.seen, ['foo.bar', 'foo.x'])
    assert.equal(await gateway.stop(), 0)
  })

  test('a message that always fails comes again and again, and the others pass it', async () => {
    const { backend, source } = bench
    backend.react = (body) => (body === 'poison' ? 500 : 200)
    await source.publish(['poison', ...numbers(100)])
    const gateway = await bench.serve()
    await eventually(() => backend.handled.length === 100, 'the others are handled')
    await eventually(() => backend.seen.filter((body) => body === 'poison').length > 2, 'it comes again')
    // Each time it waits a second before it goes back.
    assert.ok(backend.seen.filter((body) => body === 'poison').length < 10)
    assert.equal(await gateway.stop(), 0)
    assert.equal(await source.countOpen(), 1)
  })

  test('with nack_discard it is dropped', async () => {
    const { backend, source } = bench
    backend.react = () => 500
    await source.publish(['poison'])
    const gateway = await bench.serve({ nack_discard: true })
    await eventually(() => gateway.output().includes('message discarded from queue'), 'it is dropped')
    assert.equal(await gateway.stop(), 0)
    assert.deepEqual([await source.countOpen(), backend.seen.length], [0, 1])
  })

  test('with auto_ack nothing comes twice, and what the broker sends ahead is bounded', async () => {
    const { backend, source } = bench
    backend.react = () => 500
    await source.publish(numbers(50))
    const gateway = await bench.serve({ auto_ack: true })
    await eventually(() => backend.seen.length === 50, 'all come')
    assert.equal(await gateway.stop(), 0)
    assert.deepEqual([backend.seen, await source.countOpen()], [numbers(50), 0])
  })
})
