// What every scheme of `backend/pubsub` promises, whatever carries the messages: order, loss of the broker, death and end of the gateway.

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { eventually, numbers } from './agent-kit.ts'
import { assertTaken, type PubSubEndpoint, type PubSubGateway, servePubSub } from './pubsub-kit.ts'
import type { TestServer } from './servers.ts'

/** A topic and a subscription of it that nobody has used before. */
export interface PubSubRoute {
  readonly topic: string
  readonly subscription: string
  /** Messages for the subscription. */
  publish(...bodies: string[]): Promise<void>
  /** What the topic brings to others than the gateway from now on. */
  listen(): Promise<Listener>
}

export interface Listener {
  /** Bodies so far. */
  read(): Promise<readonly string[]>
  close(): Promise<void>
}

export interface PubSubBroker {
  readonly server: TestServer
  /** `nats`. */
  readonly scheme: string
  /** Of subscriptions, where that is another. */
  readonly subscriptionScheme?: string
  readonly environment: Readonly<Record<string, string>>
  /** Whether messages that nobody has acknowledged come again. */
  readonly keeps: boolean
  /** Lines of the log for each connection of the two that a publisher and a subscriber need; 0: no connection is seen. */
  readonly connections: 0 | 1 | 2
  /** Milliseconds that a broker needs after it listens until it serves again, beyond back-off and a second. */
  readonly recoveryMs: number
  /** What a message may have, where that is less than a megabyte. */
  readonly mostBytes?: number
  create(): Promise<PubSubRoute>
  /** Connects the test itself again, after the server was away. */
  dial(): Promise<void>
  close(): Promise<void>
}

export interface PubSubBench<B extends PubSubBroker = PubSubBroker> {
  broker: B
  /** Of the running test. */
  route: PubSubRoute
  serve(...endpoints: Omit<PubSubEndpoint, 'host'>[]): Promise<PubSubGateway>
}

/** Published one after the other. */
const MANY = 2000
const MEGABYTE = 1_000_000
const RECONNECT_MS = 2000
const AWAY = 'connection not available, trying to reconnect'

/** Starts the broker for the tests of the suite that calls it. */
export function pubSubBench<B extends PubSubBroker>(start: () => Promise<B>): PubSubBench<B> {
  const gateways = new Set<PubSubGateway>()
  const bench = {
    async serve(...endpoints) {
      const { scheme, subscriptionScheme = scheme, environment } = bench.broker
      const all = endpoints.map((endpoint) => ({ ...endpoint, host: `${endpoint.topic === undefined ? subscriptionScheme : scheme}://` }))
      const gateway = await servePubSub(all, environment)
      gateways.add(gateway)
      return gateway
    },
  } as PubSubBench<B>
  before(async () => {
    bench.broker = await start()
  })
  beforeEach(async () => {
    bench.route = await bench.broker.create()
  })
  afterEach(async () => {
    for (const gateway of gateways) assert.ok([0, 'SIGKILL'].includes(await gateway.stop()))
    gateways.clear()
  })
  after(async () => {
    await bench.broker.close()
    await bench.broker.server.remove()
  })
  return bench
}

/** Registers the cases in the suite that calls it. */
export function pubSubContract(bench: PubSubBench): void {
  testMessages(bench)
  testEnds(bench)
  testBroker(bench)
}

const publisher = ({ route }: PubSubBench) => ({ path: '/p', topic: route.topic })
const subscriber = ({ route }: PubSubBench) => ({ path: '/s', subscription: route.subscription })

function testMessages(bench: PubSubBench): void {
  test('a message of a megabyte, or of what a broker takes, and 2000 in order', async () => {
    const listener = await bench.route.listen()
    const { post } = await bench.serve(publisher(bench))
    const sent = ['x'.repeat(bench.broker.mostBytes ?? MEGABYTE), ...numbers(MANY)]
    for (const body of sent) assertTaken(await post('/p', body))
    await eventually(async () => (await listener.read()).length >= sent.length, 'all arrive')
    assert.deepEqual(await listener.read(), sent)
    await listener.close()
  })

  test('a message for each request; what is no JSON is an error, passed by the others', async () => {
    const { ask } = await bench.serve(subscriber(bench))
    const large = JSON.stringify({ text: 'x'.repeat(MEGABYTE - 100) })
    await bench.route.publish('{"a":1}', 'no json', large)
    assert.deepEqual(await ask('/s'), [200, '{"a":1}', 'true'])
    assert.equal((await ask('/s'))[0], 500)
    assert.ok((await ask('/s'))[1] === large)
    assert.deepEqual((await ask('/s')).slice(0, 2), [500, 'context deadline exceeded'])
    await bench.route.publish('{"a":2}')
    assert.deepEqual(await ask('/s'), [200, '{"a":2}', 'true'])
  })
}

function testEnds(bench: PubSubBench): void {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`${signal} in the middle: what clients were told is taken has arrived, and once`, async () => {
      const listener = await bench.route.listen()
      const { post, child, exited } = await bench.serve(publisher(bench))
      const taken = new Set<string>()
      let next = 0
      async function publishAll(): Promise<void> {
        for (;;) {
          const body = String(next++)
          const [status] = await post('/p', body)
          if (status === 200) taken.add(body)
        }
      }
      // Each goes on until nobody answers.
      const publishing = Array.from({ length: 8 }, () => publishAll().catch(() => {}))
      await eventually(() => taken.size > 100, 'it is in the middle')
      child.kill(signal)
      await Promise.all([...publishing, exited])
      await eventually(async () => new Set(await listener.read()).isSupersetOf(taken), 'all that was taken arrives')
      const arrived = await listener.read()
      assert.equal(arrived.length, new Set(arrived).size)
      await listener.close()
    })
  }

  test('SIGKILL: nothing is acknowledged that no client was given', async (context) => {
    if (!bench.broker.keeps) return context.skip('this broker keeps nothing')
    const first = await bench.serve(subscriber(bench))
    await bench.route.publish(...numbers(20).map((n) => `{"n":${n}}`))
    const given = new Set<string>()
    for (let i = 0; i < 5; i++) given.add((await first.ask('/s'))[1])
    first.child.kill('SIGKILL')
    await first.exited
    const { ask } = await bench.serve(subscriber(bench))
    await eventually(async () => {
      const [status, body] = await ask('/s')
      if (status === 200) given.add(body)
      return given.size === 20
    }, 'all are given')
  })
}

function testBroker(bench: PubSubBench): void {
  test('a restart of the broker in the middle: errors meanwhile, connected again in time, each change told once', async () => {
    const { broker, route } = bench
    const running = await bench.serve(publisher(bench), subscriber(bench))
    const { ask, post } = running
    assertTaken(await post('/p', '{"a":1}'))
    await broker.server.stop('SIGTERM')
    if (broker.connections === 0) assert.equal((await post('/p', 'x'))[0], 500)
    else await eventually(async () => (await post('/p', 'x'))[1] === AWAY, 'the loss is told')
    const [status, health] = await ask('/__health')
    assert.equal(status, 200)
    if (broker.connections > 0) assert.match(health, /"connections":\{"[^"]+":"down since /)
    await broker.server.start()
    const startMs = performance.now()
    await broker.dial()
    await eventually(async () => (await post('/p', '{"a":2}'))[0] === 200, 'it connects again')
    const tookMs = performance.now() - startMs
    assert.ok(tookMs < RECONNECT_MS + broker.recoveryMs, `${tookMs} ms`)
    await eventually(async () => {
      const answer = ask('/s')
      await route.publish('{"a":3}')
      return (await answer)[1] === '{"a":3}'
    }, 'it is subscribed again')
    const count = (text: string): number => running.output().split(text).length - 1
    const told = [count(`[${broker.scheme}] no connection`), count(`[${broker.scheme}] connected`)]
    if (broker.connections > 0) assert.deepEqual(told, [broker.connections, 2 * broker.connections])
  })

  test('a broker that is not there at the start stops nothing else', async () => {
    const { broker } = bench
    await broker.server.stop('SIGTERM')
    const { ask, post } = await bench.serve(publisher(bench))
    const [status, text] = await post('/p', 'x')
    assert.equal(status, 500)
    if (broker.connections > 0) assert.equal(text, AWAY)
    assert.equal((await ask('/__health'))[0], 200)
    await broker.server.start()
    await broker.dial()
    await eventually(async () => (await post('/p', 'x'))[0] === 200, 'it connects')
  })
}
