// `backend/pubsub` against a real NATS server.

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { encodeGob } from '../../src/brokers/pubsub/gob.ts'
import { eventually, numbers } from './agent-kit.ts'
import { assertTaken, type PubSubEndpoint, type PubSubGateway, servePubSub } from './pubsub-kit.ts'
import { lacks, startNats, type TestServer } from './servers.ts'

const RAW: PubSubEndpoint = { path: '/raw', host: 'nats://', topic: 'raw?natsv2', endpoint: { input_headers: ['X-Foo', 'X-Spaced'] } }
const GOB: PubSubEndpoint = { path: '/gob', host: 'nats://', topic: 'gob' }
const READ: PubSubEndpoint = { path: '/read', host: 'nats://', subscription: 'read' }

describe('backend/pubsub with NATS', { skip: lacks('nats-server', 'nats-server'), timeout: 300_000 }, () => {
  let server: TestServer
  let connection: NatsConnection
  let gateway: PubSubGateway | null = null

  const dial = async (): Promise<void> => {
    connection = await connect({ servers: `127.0.0.1:${server.port}`, reconnect: false })
  }

  async function serve(...endpoints: PubSubEndpoint[]): Promise<PubSubGateway> {
    gateway = await servePubSub(endpoints, { NATS_SERVER_URL: `nats://127.0.0.1:${server.port}` })
    return gateway
  }

  /** What comes on a subject from now on. */
  async function listen(subject: string): Promise<Msg[]> {
    const messages: Msg[] = []
    connection.subscribe(subject, { callback: (_error, message) => void messages.push(message) })
    await connection.flush()
    return messages
  }

  before(async () => {
    server = await startNats()
    await dial()
  })

  afterEach(async () => {
    await gateway?.stop()
    gateway = null
  })

  after(async () => {
    await connection.close()
    await server.remove()
  })

  test('a message with headers of NATS, and one as a gob stream', async () => {
    const [raw, gob] = [await listen('raw'), await listen('gob')]
    const { post } = await serve(RAW, GOB)
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
    const { ask } = await serve(READ)
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

  test('messages of a megabyte, and 2000 in order', async () => {
    const raw = await listen('raw')
    const { post } = await serve(RAW)
    // The server's limit counts the headers, too.
    const large = 'x'.repeat(1024 * 1024 - 4096)
    assertTaken(await post('/raw', large))
    for (const body of numbers(2000)) assertTaken(await post('/raw', body))
    await eventually(() => raw.length === 2001, 'all arrive')
    assert.equal(raw[0]?.string(), large)
    assert.deepEqual(
      raw.slice(1).map((message) => message.string()),
      numbers(2000),
    )
    assert.equal((await post('/raw', 'x'.repeat(2 * 1024 * 1024)))[0], 500)
    assertTaken(await post('/raw', 'after'))
  })

  test('a restart of the server in the middle: errors meanwhile, and then all is as before', async () => {
    const running = await serve(RAW, READ)
    const { ask, post } = running
    await server.stop()
    await eventually(async () => (await post('/raw', 'x'))[1] === 'connection not available, trying to reconnect', 'the loss is told')
    assert.equal((await ask('/__health'))[0], 200)
    await server.start()
    await dial()
    const startMs = performance.now()
    await eventually(async () => (await post('/raw', 'x'))[0] === 200, 'it connects again')
    assert.ok(performance.now() - startMs < 2500)
    let isAnswered = false
    const answer = ask('/read').finally(() => (isAnswered = true))
    await eventually(async () => {
      connection.publish('read', '{"a":1}')
      await connection.flush()
      return isAnswered
    }, 'it is subscribed again')
    assert.deepEqual(await answer, [200, '{"a":1}', 'true'])
    const count = (text: string): number => running.output().split(text).length - 1
    assert.deepEqual([count('[nats] no connection'), count('[nats] connected')], [1, 2])
  })

  test('a server that is not there at the start stops nothing else', async () => {
    await server.stop()
    const { ask, post } = await serve(RAW)
    assert.deepEqual((await post('/raw', 'x')).slice(0, 2), [500, 'connection not available, trying to reconnect'])
    assert.match((await ask('/__health'))[1], /"connections":\{"nats:\/\/127\.0\.0\.1:\d+":"down since /)
    await server.start()
    await dial()
    await eventually(async () => (await post('/raw', 'x'))[0] === 200, 'it connects')
  })
})
