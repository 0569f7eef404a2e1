// `_gw/async/kafka` against a real Kafka: order, loss of the broker, death and end of the gateway, messages that fail.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Admin, Consumer, Producer } from '@platformatic/kafka'
import { startCommand } from '../../src/testing/process.ts'
import { agentFile, eventually, numbers, type Recorder, startRecorder } from './agent-kit.ts'
import { prepareKafka, startKafka } from './kafka-server.ts'
import type { TestServer } from './servers.ts'

describe('_gw/async/kafka', { skip: prepareKafka(), timeout: 600_000 }, () => {
  let server: TestServer
  let backend: Recorder
  let producer: Producer
  let admin: Admin
  let topic = ''
  let topics = 0

  const options = () => ({ clientId: 'test', bootstrapBrokers: [`127.0.0.1:${server.port}`], retries: 10, retryDelay: 200 })

  async function publish(bodies: readonly (string | Buffer)[], partitions = 1): Promise<void> {
    const messages = bodies.map((body, i) => ({ topic, partition: i % partitions, value: Buffer.from(body as string) }))
    for (let i = 0; i < messages.length; i += 1000) await producer.send({ acks: 1, messages: messages.slice(i, i + 1000) })
  }

  /** Where the group of the agent goes on in partition 0. */
  async function committed(): Promise<bigint | undefined> {
    const reader = new Consumer({ ...options(), groupId: `group-${topic}` })
    const offsets = await reader.listCommittedOffsets({ topics: [{ topic, partitions: [0] }] })
    await reader.close(true)
    return offsets.get(topic)?.[0]
  }

  function file(block: object = {}, agent: object = {}, to: Recorder = backend): object {
    const driver = { '_gw/async/kafka': { brokers: `127.0.0.1:${server.port}`, group: `group-${topic}`, ...block } }
    return agentFile(to, driver, { ...agent, consumer: { topic, ...(agent as { consumer?: object }).consumer } })
  }

  const isCommitted = async (count: number): Promise<void> => {
    await eventually(async () => (await committed()) === BigInt(count), `${count} are committed`)
  }

  before(async () => {
    server = await startKafka()
    producer = new Producer(options())
    admin = new Admin(options())
  })

  after(async () => {
    await producer.close()
    await admin.close()
    await server.remove()
  })

  beforeEach(async (context) => {
    topic = `t${topics++}`
    await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 })
    backend = await startRecorder()
    if ('after' in context) context.after(() => backend.close())
  })

  test('10,000 messages arrive in order, each once', async () => {
    const sent = numbers(10_000)
    await publish(sent)
    const gateway = await startCommand(file())
    await eventually(() => backend.handled.length >= sent.length, 'all messages are handled')
    assert.deepEqual(backend.handled, sent)
    assert.equal(await gateway.stop(), 0)
    assert.equal(await committed(), 10_000n)
  })

  test('what is no JSON and what is large reaches the backend as it is', async () => {
    const large = 'é'.repeat(400 * 1024)
    await publish(['no json \u0000', large, ''])
    const gateway = await startCommand(file())
    await eventually(() => backend.handled.length === 3, 'all three are handled')
    assert.equal(backend.handled[0], 'no json \u0000')
    assert.equal(Buffer.from(backend.handled[1] as string, 'latin1').toString(), large)
    assert.equal(await gateway.stop(), 0)
  })

  test('workers, both partitions and the health check', async () => {
    let atOnce = 0
    let most = 0
    backend.react = async () => {
      most = Math.max(most, ++atOnce)
      await setTimeout(100)
      atOnce--
      return 200
    }
    await publish(numbers(20), 2)
    const gateway = await startCommand(file({}, { consumer: { workers: 5 } }))
    await eventually(() => backend.handled.length === 20, 'both partitions are handled')
    assert.equal(most, 5)
    const health = (await (await fetch(`${gateway.url}/__health`)).json()) as { agents: Record<string, string> }
    assert.match(health.agents['agent'] ?? '', /^\d{4}-\d\d-\d\d .* UTC m=\+/)
    assert.equal(await gateway.stop(), 0)
  })

  test('a message that always fails is tried so often and passed; the others pass it before', async () => {
    const dead = `${topic}-dead`
    await admin.createTopics({ topics: [dead], partitions: 1, replicas: 1 })
    backend.react = (body) => (body === 'poison' ? 500 : 200)
    await publish(['poison', ...numbers(100)])
    const gateway = await startCommand(file({ max_attempts: 3, dead_letter_topic: dead }))
    await eventually(() => backend.handled.length === 100, 'the others are handled')
    assert.ok(backend.seen.filter((body) => body === 'poison').length < 3)
    await gateway.waitFor(`${topic}/0/0 failed 3 times: it is passed, and is in "${dead}"`)
    assert.equal(backend.seen.filter((body) => body === 'poison').length, 3)
    await isCommitted(101)
    assert.equal(await gateway.stop(), 0)
    const reader = new Consumer({ ...options(), groupId: 'dead' })
    const stream = await reader.consume({ topics: [dead], mode: 'earliest', autocommit: false })
    for await (const message of stream) {
      assert.equal(message.value.toString(), 'poison')
      break
    }
    await reader.close(true)
  })

  test('SIGTERM in the middle: what was begun is finished, nothing is handled twice or lost', async () => {
    backend.react = () => setTimeout(5).then(() => 200)
    await publish(numbers(400))
    const first = await startCommand(file({}, { consumer: { workers: 3 } }))
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    assert.equal(await first.stop(), 0)
    const before = backend.handled.length
    assert.ok(before < 400)
    const second = await startCommand(file())
    await eventually(() => backend.handled.length >= 400, 'the rest is handled')
    assert.equal(await second.stop(), 0)
    assert.deepEqual(backend.handled.toSorted(), numbers(400).toSorted())
  })

  test('SIGKILL in the middle: nothing is lost', async () => {
    backend.react = () => setTimeout(1).then(() => 200)
    await publish(numbers(2000))
    const first = await startCommand(file({}, { consumer: { workers: 3 } }))
    await eventually(() => backend.handled.length > 100, 'it is in the middle')
    first.child.kill('SIGKILL')
    assert.equal(await first.exited, 'SIGKILL')
    const second = await startCommand(file({}, { consumer: { workers: 3 } }))
    await eventually(() => new Set(backend.handled).size === 2000, 'all are handled')
    assert.equal(await second.stop(), 0)
    assert.equal(await committed(), 2000n)
    // What was under way, and what was handled after the last commit.
    assert.ok(backend.handled.length <= 2000 + 500, `${backend.handled.length}`)
  })

  test('a reload with another backend loses nothing', async () => {
    const other = await startRecorder()
    backend.react = () => setTimeout(2).then(() => 200)
    await publish(numbers(1000))
    const gateway = await startCommand(file())
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    gateway.rewrite(file({}, {}, other))
    gateway.child.kill('SIGHUP')
    await eventually(() => backend.handled.length + other.handled.length >= 1000, 'all are handled')
    assert.ok(other.handled.length > 0)
    assert.deepEqual([...backend.handled, ...other.handled], numbers(1000))
    assert.equal(await gateway.stop(), 0)
    await other.close()
  })

  test('a second gateway of the same group takes over partitions, and what it leaves again: nothing is lost', async () => {
    backend.react = () => setTimeout(2).then(() => 200)
    await publish(numbers(2000), 2)
    const first = await startCommand(file())
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    const second = await startCommand(file())
    await second.waitFor('Starting the consumer')
    await eventually(() => backend.handled.length > 400, 'both go on')
    assert.equal(await first.stop(), 0)
    await eventually(() => new Set(backend.handled).size === 2000, 'all are handled')
    assert.equal(await second.stop(), 0)
  })

  test('a restart of the broker in the middle: one line for each change, and all are handled in the end', async () => {
    backend.react = () => setTimeout(2).then(() => 200)
    await publish(numbers(2000))
    const gateway = await startCommand(file({}, { connection: { backoff_strategy: 'linear' } }))
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    await server.stop('SIGKILL')
    await gateway.waitFor('Consumer stopped')
    assert.equal((await fetch(`${gateway.url}/__health`)).status, 200)
    await server.start()
    await eventually(() => new Set(backend.handled).size === 2000, 'all are handled')
    await isCommitted(2000)
    assert.equal(await gateway.stop(), 0)
    const count = (text: string): number => gateway.output().split(text).length - 1
    assert.deepEqual([count('Starting the consumer'), count('Consumer stopped')], [2, 1])
  })

  test('retries that run out are told, and the gateway serves on', async () => {
    const gateway = await startCommand(file({ brokers: '127.0.0.1:1' }, { connection: { max_retries: 1, backoff_strategy: 'linear' } }))
    await gateway.waitFor('building the kafka subscriber: connect ECONNREFUSED')
    await gateway.waitFor('too many retries')
    assert.equal((await fetch(`${gateway.url}/__health`)).status, 200)
    assert.equal(await gateway.stop(), 0)
  })
})
