// `_gw/async/kafka` against a real Kafka: what every driver promises, partitions, messages that fail, a second gateway of the same group.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Admin, Consumer, Producer } from '@platformatic/kafka'
import { agentBench, type AgentBroker, type AgentSource } from './agent-bench.ts'
import { agentContract } from './agent-contract.ts'
import { eventually, numbers } from './agent-kit.ts'
import { prepareKafka, startKafka } from './kafka-server.ts'

const PARTITIONS = 2

interface KafkaBroker extends AgentBroker {
  readonly admin: Admin
  /** Round all partitions. */
  spread(topic: string, bodies: readonly string[], partitions?: number): Promise<void>
  /** The first message of a topic. */
  first(topic: string): Promise<string>
}

async function startBroker(): Promise<KafkaBroker> {
  const server = await startKafka()
  const brokers = `127.0.0.1:${server.port}`
  const options = { clientId: 'test', bootstrapBrokers: [brokers], retries: 10, retryDelay: 200 }
  const producer = new Producer(options)
  const admin = new Admin(options)
  let topics = 0
  async function spread(topic: string, bodies: readonly string[], partitions = PARTITIONS): Promise<void> {
    const messages = bodies.map((body, i) => ({ topic, partition: i % partitions, value: Buffer.from(body) }))
    for (let i = 0; i < messages.length; i += 1000) await producer.send({ acks: 1, messages: messages.slice(i, i + 1000) })
  }
  /** Offsets that the group goes on from, together. */
  async function committed(topic: string): Promise<number> {
    const reader = new Consumer({ ...options, groupId: groupOf(topic) })
    const partitions = Array.from({ length: PARTITIONS }, (_, i) => i)
    const offsets = await reader.listCommittedOffsets({ topics: [{ topic, partitions }] })
    await reader.close(true)
    return (offsets.get(topic) ?? []).reduce((sum, offset) => sum + Math.max(0, Number(offset)), 0)
  }
  async function first(topic: string): Promise<string> {
    const reader = new Consumer({ ...options, groupId: `reader-${topic}` })
    const stream = await reader.consume({ topics: [topic], mode: 'earliest', autocommit: false })
    let text = ''
    for await (const message of stream) {
      text = message.value.toString()
      break
    }
    await reader.close(true)
    return text
  }
  async function create(): Promise<AgentSource> {
    const topic = `t${topics++}`
    await admin.createTopics({ topics: [topic], partitions: PARTITIONS, replicas: 1 })
    let sent = 0
    return {
      topic,
      driver: (more) => ({ '_gw/async/kafka': { brokers, group: groupOf(topic), ...more } }),
      async publish(bodies) {
        sent += bodies.length
        await spread(topic, bodies, 1)
      },
      countOpen: async () => sent - (await committed(topic)),
      untilLeft: () => Promise.resolve(),
    }
  }
  return {
    server,
    name: 'kafka',
    nowhere: { brokers: '127.0.0.1:1' },
    // What was handled after the last commit, too.
    mostRepeated: 500,
    recoveryMs: 1000,
    keepsOrder: true,
    admin,
    spread,
    first,
    create,
    dial: () => Promise.resolve(),
    async close() {
      await producer.close()
      await admin.close()
    },
  }
}

const groupOf = (topic: string): string => `group-${topic}`

describe('_gw/async/kafka', { skip: prepareKafka(), timeout: 600_000 }, () => {
  const bench = agentBench(startBroker)
  agentContract(bench)

  test('all partitions are read', async () => {
    const { backend, broker, source } = bench
    await broker.spread(source.topic, numbers(20))
    const gateway = await bench.serve()
    await eventually(() => backend.handled.length === 20, 'both partitions are handled')
    assert.equal(await gateway.stop(), 0)
  })

  test('a message that always fails is tried so often and passed; the others pass it before', async () => {
    const { backend, broker, source } = bench
    const dead = `${source.topic}-dead`
    await broker.admin.createTopics({ topics: [dead], partitions: 1, replicas: 1 })
    backend.react = (body) => (body === 'poison' ? 500 : 200)
    await source.publish(['poison', ...numbers(100)])
    const gateway = await bench.serve({ max_attempts: 3, dead_letter_topic: dead })
    await eventually(() => backend.handled.length === 100, 'the others are handled')
    assert.ok(backend.seen.filter((body) => body === 'poison').length < 3)
    await gateway.waitFor(`${source.topic}/0/0 failed 3 times: it is passed, and is in "${dead}"`)
    assert.equal(backend.seen.filter((body) => body === 'poison').length, 3)
    await eventually(async () => (await source.countOpen()) === 0, 'all are committed')
    assert.equal(await gateway.stop(), 0)
    assert.equal(await broker.first(dead), 'poison')
  })

  test('a second gateway of the same group takes over partitions, and what it leaves again: nothing is lost', async () => {
    const { backend, broker, source } = bench
    backend.react = () => setTimeout(2).then(() => 200)
    await broker.spread(source.topic, numbers(2000))
    const first = await bench.serve()
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    const second = await bench.serve()
    await second.waitFor('Starting the consumer')
    await eventually(() => backend.handled.length > 400, 'both go on')
    assert.equal(await first.stop(), 0)
    await eventually(() => new Set(backend.handled).size === 2000, 'all are handled')
    assert.equal(await second.stop(), 0)
  })
})
