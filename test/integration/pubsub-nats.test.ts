// `backend/pubsub` against a real NATS server: what every scheme promises, and what travels in its messages.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { encodeGob } from '../../src/brokers/pubsub/gob.ts'
import { eventually } from './agent-kit.ts'
import { pubSubBench, type PubSubBroker, pubSubContract, type PubSubRoute } from './pubsub-contract.ts'
import { assertTaken } from './pubsub-kit.ts'
import { lacks, startNats } from './servers.ts'

const RAW = { path: '/raw', topic: 'raw?natsv2', endpoint: { input_headers: ['X-Foo', 'X-Spaced'] } }
const GOB = { path: '/gob', topic: 'gob' }
const READ = { path: '/read', subscription: 'read' }

interface NatsBroker extends PubSubBroker {
  connection(): NatsConnection
}

async function startBroker(): Promise<NatsBroker> {
  const server = await startNats()
  let connection: NatsConnection
  let subjects = 0
  async function dial(): Promise<void> {
    connection = await connect({ servers: `127.0.0.1:${server.port}`, reconnect: false })
  }
  function create(): Promise<PubSubRoute> {
    const subject = `s${subjects++}`
    return Promise.resolve({
      topic: `${subject}?natsv2`,
      subscription: `${subject}?natsv2`,
      async publish(...bodies) {
        for (const body of bodies) connection.publish(subject, body)
        await connection.flush()
      },
      async listen() {
        const messages = await listen(connection, subject)
        return { read: async () => messages.map((message) => message.string()), close: async () => {} }
      },
    })
  }
  await dial()
  return {
    server,
    scheme: 'nats',
    environment: { NATS_SERVER_URL: `nats://127.0.0.1:${server.port}` },
    keeps: false,
    connections: 1,
    recoveryMs: 0,
    connection: () => connection,
    create,
    dial,
    close: () => connection.close(),
  }
}

/** What comes on a subject from now on. */
async function listen(connection: NatsConnection, subject: string): Promise<Msg[]> {
  const messages: Msg[] = []
  connection.subscribe(subject, { callback: (_error, message) => void messages.push(message) })
  await connection.flush()
  return messages
}

describe('backend/pubsub with NATS', { skip: lacks('nats-server', 'nats-server'), timeout: 300_000 }, () => {
  const bench = pubSubBench(startBroker)
  pubSubContract(bench)

  test('a message with headers of NATS, and one as a gob stream', async () => {
    const connection = bench.broker.connection()
    const [raw, gob] = [await listen(connection, 'raw'), await listen(connection, 'gob')]
    const { post } = await bench.serve(RAW, GOB)
    assertTaken(await post('/raw', 'hi', { 'X-Foo': '1', 'X-Spaced': 'a b' }))
    assertTaken(await post('/gob', 'hi'))
    await eventually(() => raw.length === 1 && gob.length === 1, 'both arrive')
    assert.equal(raw[0]?.string(), 'hi')
    assert.deepEqual(
      ['X-Foo', 'X-Spaced'].map((name) => raw[0]?.headers?.get(name)),
      ['1', 'a+b'],
    )
    assert.notEqual(raw[0]?.headers?.get('X-Forwarded-Host'), '')
    const payload = Buffer.from(gob[0]?.data ?? [])
    assert.equal(payload.subarray(0, 3).toString('hex'), '0eff81')
    assert.ok(payload.includes('X-Forwarded-For') && payload.subarray(-2).toString() === 'hi')
  })

  test('a message for each request, plain or as a gob stream; what is no JSON is an error and gone', async () => {
    const connection = bench.broker.connection()
    const { ask } = await bench.serve(READ)
    for (const payload of ['{"a":1}', encodeGob(new Map([['X', 'y']]), Buffer.from('{"a":2}')), 'no json', '', '{"a":3}'])
      connection.publish('read', payload)
    await connection.flush()
    assert.deepEqual(await ask('/read'), [200, '{"a":1}', 'true'])
    assert.deepEqual(await ask('/read'), [200, '{"a":2}', 'true'])
    assert.equal((await ask('/read'))[0], 500)
    assert.deepEqual(await ask('/read'), [200, 'null', 'false'])
    assert.deepEqual(await ask('/read'), [200, '{"a":3}', 'true'])
    assert.deepEqual((await ask('/read')).slice(0, 2), [500, 'context deadline exceeded'])
  })

  test('a message that the server does not take is an error of its request alone', async () => {
    const { post } = await bench.serve(RAW)
    assert.equal((await post('/raw', 'x'.repeat(2 * 1024 * 1024)))[0], 500)
    assertTaken(await post('/raw', 'after'))
  })

  test('a server that is away stands in the health check without its password', async () => {
    const { broker } = bench
    await broker.server.stop()
    const { ask } = await bench.serve(RAW)
    assert.match((await ask('/__health'))[1], /"connections":\{"nats:\/\/127\.0\.0\.1:\d+":"down since /)
    await broker.server.start()
    await broker.dial()
  })
})
