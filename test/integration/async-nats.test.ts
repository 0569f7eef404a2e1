// `_gw/async/nats` against a real NATS server with JetStream: order, loss of the server, death and end of the gateway, messages that fail.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { startCommand } from '../../src/testing/process.ts'
import { agentFile, eventually, numbers, type Recorder, startRecorder } from './agent-kit.ts'
import { lacks, startNats, type TestServer } from './servers.ts'

describe('_gw/async/nats', { skip: lacks('nats-server', 'nats-server'), timeout: 600_000 }, () => {
  let server: TestServer
  let backend: Recorder
  let connection: NatsConnection
  let manager: JetStreamManager
  let stream = ''
  let streams = 0

  async function dial(): Promise<void> {
    connection = await connect({ servers: `127.0.0.1:${server.port}`, reconnect: false })
    manager = await jetstreamManager(connection)
  }

  async function publish(bodies: readonly (string | Buffer)[], subject = `${stream}.x`): Promise<void> {
    const own = manager.jetstream()
    for (let i = 0; i < bodies.length; i += 500) await Promise.all(bodies.slice(i, i + 500).map((body) => own.publish(subject, body)))
  }

  /** Messages that the agent has not acknowledged. */
  async function open(): Promise<number> {
    const { num_pending: pending, num_ack_pending: unacked } = await manager.consumers.info(stream, 'gateway')
    return pending + unacked
  }

  function file(block: object = {}, agent: object = {}, to: Recorder = backend): object {
    const driver = { '_gw/async/nats': { servers: `nats://127.0.0.1:${server.port}`, stream, consumer: 'gateway', ...block } }
    return agentFile(to, driver, { ...agent, consumer: { topic: `${stream}.x`, ...(agent as { consumer?: object }).consumer } })
  }

  before(async () => {
    server = await startNats()
    await dial()
  })

  after(async () => {
    await connection.close()
    await server.remove()
  })

  beforeEach(async (context) => {
    stream = `S${streams++}`
    await manager.streams.add({ name: stream, subjects: [`${stream}.*`] })
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
    assert.equal(await open(), 0)
  })

  test('what is no JSON and what is large reaches the backend as it is; other subjects do not', async () => {
    const large = 'é'.repeat(400 * 1024)
    await publish(['elsewhere'], `${stream}.y`)
    await publish(['no json \u0000', large, ''])
    const gateway = await startCommand(file())
    await eventually(() => backend.handled.length === 3, 'all three are handled')
    assert.equal(backend.handled[0], 'no json \u0000')
    assert.equal(Buffer.from(backend.handled[1] as string, 'latin1').toString(), large)
    assert.equal(await gateway.stop(), 0)
  })

  test('workers and the health check', async () => {
    let atOnce = 0
    let most = 0
    backend.react = async () => {
      most = Math.max(most, ++atOnce)
      await setTimeout(100)
      atOnce--
      return 200
    }
    await publish(numbers(20))
    const gateway = await startCommand(file({}, { consumer: { workers: 5 } }))
    await eventually(() => backend.handled.length === 20, 'all are handled')
    assert.equal(most, 5)
    const health = (await (await fetch(`${gateway.url}/__health`)).json()) as { agents: Record<string, string> }
    assert.match(health.agents['agent'] ?? '', /^\d{4}-\d\d-\d\d .* UTC m=\+/)
    assert.equal(await gateway.stop(), 0)
  })

  test('messages that always fail are tried so often and passed; the others pass them before', async () => {
    backend.react = (body) => (body.startsWith('poison') ? 500 : 200)
    await publish([...numbers(30).map((body) => `poison ${body}`), ...numbers(100)])
    const gateway = await startCommand(file({ max_attempts: 3 }))
    await eventually(() => backend.handled.length === 100, 'the others are handled')
    await eventually(async () => (await open()) === 0, 'they are passed')
    assert.equal(backend.seen.filter((body) => body === 'poison 0').length, 3)
    assert.match(gateway.output(), new RegExp(`${stream}/1 failed 3 times: it is passed`))
    assert.equal(await gateway.stop(), 0)
  })

  test('SIGTERM in the middle: what was begun is finished, nothing is handled twice or lost', async () => {
    backend.react = () => setTimeout(5).then(() => 200)
    await publish(numbers(400))
    const first = await startCommand(file({}, { consumer: { workers: 3 } }))
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    assert.equal(await first.stop(), 0)
    const before = backend.handled.length
    assert.ok(before < 400)
    assert.equal(await open(), 400 - before)
    const second = await startCommand(file())
    await eventually(() => backend.handled.length >= 400, 'the rest is handled')
    assert.equal(await second.stop(), 0)
    assert.deepEqual(backend.handled.toSorted(), numbers(400).toSorted())
  })

  test('SIGKILL in the middle: nothing is lost', async () => {
    backend.react = () => setTimeout(1).then(() => 200)
    await publish(numbers(2000))
    const first = await startCommand(file({}, { consumer: { workers: 3, timeout: '200ms' } }))
    await eventually(() => backend.handled.length > 100, 'it is in the middle')
    first.child.kill('SIGKILL')
    assert.equal(await first.exited, 'SIGKILL')
    const second = await startCommand(file({}, { consumer: { workers: 3, timeout: '200ms' } }))
    await eventually(async () => new Set(backend.handled).size === 2000 && (await open()) === 0, 'all are handled')
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
    gateway.rewrite(file({}, {}, other))
    gateway.child.kill('SIGHUP')
    await eventually(() => backend.handled.length + other.handled.length >= 1000, 'all are handled')
    assert.ok(other.handled.length > 0)
    // What the first one had and gave back comes again, among the others.
    assert.deepEqual([...backend.handled, ...other.handled].toSorted(), numbers(1000).toSorted())
    assert.equal(await gateway.stop(), 0)
    await other.close()
  })

  test('a restart of the server in the middle: one line for each change, and all are handled in the end', async () => {
    backend.react = () => setTimeout(2).then(() => 200)
    await publish(numbers(1000))
    const gateway = await startCommand(file({}, { consumer: { timeout: '200ms' }, connection: { backoff_strategy: 'linear' } }))
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    await server.stop('SIGTERM')
    await gateway.waitFor('Consumer stopped')
    assert.equal((await fetch(`${gateway.url}/__health`)).status, 200)
    await server.start()
    await dial()
    await eventually(async () => new Set(backend.handled).size === 1000 && (await open()) === 0, 'all are handled')
    assert.equal(await gateway.stop(), 0)
    const count = (text: string): number => gateway.output().split(text).length - 1
    assert.deepEqual([count('Starting the consumer'), count('Consumer stopped')], [2, 1])
  })

  test('a stream that is not there is told once, and read when it comes', async () => {
    const name = stream
    stream = `${name}later`
    const gateway = await startCommand(file({ servers: `nats://me:secret@127.0.0.1:${server.port}` }))
    await gateway.waitFor('building the nats subscriber: stream not found')
    await manager.streams.add({ name: stream, subjects: [`${stream}.*`] })
    await publish(['1'])
    await eventually(() => backend.handled.length === 1, 'it is handled')
    assert.equal(await gateway.stop(), 0)
    assert.doesNotMatch(gateway.output(), /secret/)
  })
})
