// `_gw/async/nats` against a real NATS server with JetStream: what every driver promises, messages that fail, a stream that comes later.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { agentBench, type AgentBroker, type AgentSource } from './agent-bench.ts'
import { agentContract } from './agent-contract.ts'
import { eventually, numbers } from './agent-kit.ts'
import { lacks, startNats } from './servers.ts'

interface NatsBroker extends AgentBroker {
  manager(): JetStreamManager
}

async function startBroker(): Promise<NatsBroker> {
  const server = await startNats()
  let connection: NatsConnection
  let manager: JetStreamManager
  let streams = 0
  async function dial(): Promise<void> {
    connection = await connect({ servers: `127.0.0.1:${server.port}`, reconnect: false })
    manager = await jetstreamManager(connection)
  }
  async function create(): Promise<AgentSource> {
    const stream = `S${streams++}`
    await manager.streams.add({ name: stream, subjects: [`${stream}.*`] })
    const block = { servers: `nats://127.0.0.1:${server.port}`, stream, consumer: 'gateway' }
    const publish = (body: string) => manager.jetstream().publish(`${stream}.x`, body)
    return {
      topic: `${stream}.x`,
      driver: (more) => ({ '_gw/async/nats': { ...block, ...more } }),
      async publish(bodies) {
        for (let i = 0; i < bodies.length; i += 500) await Promise.all(bodies.slice(i, i + 500).map(publish))
      },
      async countOpen() {
        const { num_pending: pending, num_ack_pending: unacked } = await manager.consumers.info(stream, 'gateway')
        return pending + unacked
      },
      untilLeft: () => Promise.resolve(),
    }
  }
  await dial()
  return {
    server,
    name: 'nats',
    nowhere: { servers: 'nats://127.0.0.1:1' },
    mostRepeated: 10,
    recoveryMs: 0,
    // What it had and gave back comes again, among the others.
    keepsOrder: false,
    manager: () => manager,
    create,
    dial,
    close: () => connection.close(),
  }
}

describe('_gw/async/nats', { skip: lacks('nats-server', 'nats-server'), timeout: 600_000 }, () => {
  const bench = agentBench(startBroker)
  agentContract(bench)

  test('messages of other subjects stay in the stream', async () => {
    const { backend, source, broker } = bench
    await broker.manager().jetstream().publish(source.topic.replace('.x', '.y'), 'elsewhere')
    await source.publish(['here'])
    const gateway = await bench.serve()
    await eventually(() => backend.handled.length === 1, 'it is handled')
    assert.equal(await gateway.stop(), 0)
    assert.deepEqual(backend.seen, ['here'])
  })

  test('messages that always fail are tried so often and passed; the others pass them before', async () => {
    const { backend, source } = bench
    backend.react = (body) => (body.startsWith('poison') ? 500 : 200)
    await source.publish([...numbers(30).map((body) => `poison ${body}`), ...numbers(100)])
    const gateway = await bench.serve({ max_attempts: 3 })
    await eventually(() => backend.handled.length === 100, 'the others are handled')
    await eventually(async () => (await source.countOpen()) === 0, 'they are passed')
    assert.equal(backend.seen.filter((body) => body === 'poison 0').length, 3)
    assert.match(gateway.output(), /S\d+\/1 failed 3 times: it is passed/)
    assert.equal(await gateway.stop(), 0)
  })

  test('a stream that is not there is told once, and read when it comes', async () => {
    const { backend, broker } = bench
    const servers = `nats://me:secret@127.0.0.1:${broker.server.port}`
    const gateway = await bench.serve({ servers, stream: 'later' }, { consumer: { topic: 'later.x' } })
    await gateway.waitFor('building the nats subscriber: stream not found')
    await broker.manager().streams.add({ name: 'later', subjects: ['later.*'] })
    await broker.manager().jetstream().publish('later.x', '1')
    await eventually(() => backend.handled.length === 1, 'it is handled')
    assert.equal(await gateway.stop(), 0)
    assert.doesNotMatch(gateway.output(), /secret/)
  })
})
