// What the compiler promises to those who write layers and services: statuses, ports, lifetimes, slots, and an order that runs.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf, makeBackendResponse, openInMemory, type MemoryGatewayInit } from '../../testing/index.ts'
import { Type } from '../../schema/type.ts'
import { order } from '../../order.ts'
import { GatewayError } from '../errors.ts'
import { slot } from '../scope.ts'
import type { Handler, Layer } from '../types.ts'
import { component, service, step, type Port, type Site } from './component.ts'
import { lazy, type Order } from './order.ts'

const backend = { host: ['http://b'], url_pattern: '/b' }
const endpoint = { endpoint: '/e', backend: [backend] }

const options = Type.Object({ value: Type.String({ default: '' }) })

/** The order with more layers, each innermost of its stage. */
function orderWith(more: Partial<Order>): Order {
  const stages = Object.entries(more).map(([stage, lines]) => [
    stage,
    [...(order[stage as 'server'] as readonly unknown[]), ...(lines as readonly unknown[])],
  ])
  return { ...order, ...(Object.fromEntries(stages) as Partial<Order>) }
}

const open = (file: object, more: Partial<Order>, init: MemoryGatewayInit = {}) =>
  openInMemory(configOf({ endpoints: [endpoint], ...file }), { ...init, order: orderWith(more) })

const thrower = (reason: Error) => step({ stage: 'server', name: 'thrower', build: () => () => () => Promise.reject(reason) })

test('hosts of the service are one list for all backends that have none of their own', async () => {
  const lists = new Set<unknown>()
  const seen = step({
    stage: 'backend',
    name: 'seen',
    build(site) {
      const hosts = site.hosts()
      if (typeof hosts === 'function') lists.add(hosts())
      return null
    },
  })
  const inheriting = { endpoint: '/x', backend: [{ url_pattern: '/1' }, { url_pattern: '/2' }] }
  await open({ host: ['http://b', 'http://c'], endpoints: [inheriting, endpoint] }, { backend: [seen] })
  assert.equal(lists.size, 2)
})

test('whatever else the thread does has its turn between two endpoints', async () => {
  const turns: string[] = []
  const slow = step({
    stage: 'endpoint',
    name: 'slow',
    build(site) {
      turns.push(site.endpoint?.path ?? '')
      if (turns.length === 1) setImmediate(() => turns.push('other'))
      const begun = performance.now()
      while (performance.now() - begun < 15);
      return null
    },
  })
  await open({ endpoints: ['/1', '/2', '/3'].map((path) => ({ ...endpoint, endpoint: path })) }, { endpoint: [slow] })
  assert.deepEqual(turns, ['/1', 'other', '/2', '/3'])
})

test('what a layer of the server throws is answered with its status', async () => {
  const headers = ['Basic', 'Bearer'].map((scheme) => ['Www-Authenticate', scheme] as const)
  for (const statusCode of [401, 403]) {
    const refusal = new GatewayError('no', { code: 'ERR_TEST', statusCode, headers })
    const gateway = await open({}, { server: [thrower(refusal)] })
    const { statusCode: answered, responseHeaders, failure } = await gateway.ask({ target: '/e' })
    assert.deepEqual([answered, responseHeaders.values('Www-Authenticate'), failure], [statusCode, ['Basic', 'Bearer'], refusal])
    assert.deepEqual(
      gateway.lines.filter((line) => line.startsWith('ERROR')),
      [],
    )
  }
})

test('a bug in a layer of the server is a 500 and stands in the log', async () => {
  const gateway = await open({}, { server: [thrower(new TypeError('oops'))] })
  assert.equal((await gateway.ask({ target: '/e' })).statusCode, 500)
  assert.match(gateway.lines.join('\n'), /ERROR \[SERVICE: Gin\] TypeError: oops/)
})

test('a wrong block of a protection at the server lets nobody in, one that is skipped everybody', async () => {
  for (const [whenInvalid, expected] of [
    ['deny', 401],
    ['skip', 200],
  ] as const) {
    const guard = component({ stage: 'server', namespace: 'test/guard', options, reading: 'struct', whenInvalid, build: () => null })
    const gateway = await open(
      { extra_config: { 'test/guard': { value: 1 } } },
      { server: [lazy('test/guard', () => Promise.resolve(guard))] },
    )
    assert.equal((await gateway.ask({ target: '/e' })).statusCode, expected)
    assert.equal((await gateway.ask({ target: '/__health' })).statusCode, expected)
  }
})

test('a wrong block that stops the start is named, and what was held by then is released', async () => {
  let isReleased = false
  const holder = service({ namespace: 'test/holder', options, build: (_options, site) => site.onRetire(() => void (isReleased = true)) })
  const guard = component({
    stage: 'endpoint',
    namespace: 'test/guard',
    options,
    reading: 'struct',
    whenInvalid: 'stop',
    build: () => null,
  })
  const file = { extra_config: { 'test/holder': {} }, endpoints: [{ ...endpoint, extra_config: { 'test/guard': { value: 1 } } }] }
  const lines = {
    services: [lazy('test/holder', () => Promise.resolve(holder))],
    endpoint: [lazy('test/guard', () => Promise.resolve(guard))],
  }
  await assert.rejects(open(file, lines), { name: 'ConfigError', message: /^\[ENDPOINT: \/e\]\[test\/guard\] must be a text/ })
  assert.equal(isReleased, true)
})

test('extras without their block are told, or stop the start where they were meant to protect', async () => {
  const declare = (whenInvalid: 'skip' | 'stop') =>
    component({
      stage: 'endpoint',
      namespace: 'test/main',
      options,
      extras: { namespace: 'test/more', options, whenInvalid },
      build: () => null,
    })
  const file = { endpoints: [{ ...endpoint, extra_config: { 'test/more': {} } }] }
  const lines = (whenInvalid: 'skip' | 'stop') => ({
    endpoint: [lazy('test/main', () => Promise.resolve(declare(whenInvalid)), 'test/more')],
  })
  const gateway = await open(file, lines('skip'))
  assert.ok(gateway.lines.includes('WARNING [ENDPOINT: /e] test/more needs test/main at the same place: nothing of it is done'))
  await assert.rejects(open(file, lines('stop')), { message: '[ENDPOINT: /e] test/more needs test/main at the same place' })
})

test('extras reach the build of their block', async () => {
  const seen: unknown[] = []
  const main = component({
    stage: 'endpoint',
    namespace: 'test/main',
    options,
    extras: { namespace: 'test/more', options },
    build: (_options, _site, extras) => (seen.push(extras), null),
  })
  const line = lazy('test/main', () => Promise.resolve(main), 'test/more')
  await open({ endpoints: [{ ...endpoint, extra_config: { 'test/main': {}, 'test/more': { value: 'x' } } }] }, { endpoint: [line] })
  await open({ endpoints: [{ ...endpoint, extra_config: { 'test/main': {} } }] }, { endpoint: [line] })
  assert.deepEqual(seen, [{ value: 'x' }, null])
})

const names: Port<string> = { name: 'names' }

test('a port gives what was offered in order; whoever offers after somebody asked is in the wrong place', async () => {
  const offer = (name: string) => step({ stage: 'server', name, build: (site) => (site.provide(names, name), null) })
  let heard: readonly string[] = []
  const ask = step({ stage: 'server', name: 'asker', build: (site) => ((heard = site.ask(names)), null) })
  await open({}, { server: [offer('a'), offer('b'), ask] })
  assert.deepEqual(heard, ['a', 'b'])
  await assert.rejects(open({}, { server: [offer('a'), ask, offer('b')] }), {
    message: '"names" was asked for before it was offered: the order of the components is wrong',
  })
})

test('once is once for each gateway, whatever the number of places', async () => {
  let made = 0
  const values: object[] = []
  const taker = step({
    stage: 'endpoint',
    name: 'taker',
    build: (site) => (values.push(site.once('key', () => ({ count: ++made }))), null),
  })
  const file = { endpoints: [endpoint, { ...endpoint, endpoint: '/f' }] }
  await open(file, { endpoint: [taker] })
  assert.deepEqual([made, values[0] === values[1]], [1, true])
  await open(file, { endpoint: [taker] })
  assert.equal(made, 2)
})

test('a build may wait for something; the layer stands where its line is', async () => {
  const trace: string[] = []
  const tracer = (name: string, isSlow: boolean) => {
    const layer = (next: Handler): Handler =>
      function trace_(exchange) {
        trace.push(name)
        return next(exchange)
      }
    return step<'endpoint'>({
      stage: 'endpoint',
      name,
      build: () => (isSlow ? new Promise<Layer<Handler>>((resolve) => setImmediate(resolve, layer)) : layer),
    })
  }
  const gateway = await open({}, { endpoint: [tracer('slow', true), tracer('quick', false)] })
  await gateway.ask({ target: '/e' })
  assert.deepEqual(trace, ['slow', 'quick'])
})

test('a build that fails later stops the start; what is only waited for is told', async () => {
  const broken = step<'endpoint'>({ stage: 'endpoint', name: 'broken', build: () => Promise.reject<null>(new Error('no broker')) })
  await assert.rejects(open({}, { endpoint: [broken] }), { message: 'no broker' })
  const late = step({ stage: 'endpoint', name: 'late', build: (site) => (site.waitFor(Promise.reject(new Error('no keys'))), null) })
  const gateway = await open({}, { endpoint: [late] })
  assert.ok(gateway.lines.includes('ERROR Error: no keys'))
})

test('a layer that answers says so in the order', async () => {
  const answering = component({
    stage: 'executor',
    namespace: 'test/lambda',
    options,
    answers: true,
    build: () => () => () => Promise.resolve(makeBackendResponse('{"from":"lambda"}')),
  })
  const stacks: string[] = []
  const gateway = await open(
    { endpoints: [{ ...endpoint, backend: [{ ...backend, extra_config: { 'test/lambda': {} } }] }] },
    { executor: [lazy('test/lambda', () => Promise.resolve(answering))] },
    {
      backend: () => assert.fail('below what answers'),
      onStack: (stage, _site, layers) => stacks.push(...layers.filter(({ answers }) => answers).map(({ name }) => `${stage} ${name}`)),
    },
  )
  assert.equal((await gateway.ask({ target: '/e' })).answered.body, '{"from":"lambda"}')
  assert.deepEqual(stacks, ['executor test/lambda'])
})

const tag = slot<string>()

test('a value that a layer of the server sets is there at the sender of every backend', async () => {
  const seen: (string | undefined)[] = []
  const setter = step({
    stage: 'server',
    name: 'setter',
    build: () => (next) => (exchange) => {
      tag.set(exchange.scope, exchange.target)
      return next(exchange)
    },
  })
  const gateway = await open(
    { endpoints: [{ endpoint: '/e', concurrent_calls: 2, backend: [backend, backend] }] },
    { server: [setter] },
    {
      backend: (_request, scope) => {
        seen.push(tag.get(scope))
        return Promise.resolve(makeBackendResponse('{}'))
      },
    },
  )
  await gateway.ask({ target: '/e?a' })
  assert.deepEqual(new Set(seen), new Set(['/e?a']))
  await gateway.ask({ target: '/e?b' })
  assert.equal(seen.at(-1), '/e?b')
})

test('files that parts read are known to whoever watches', async () => {
  const reader = step({ stage: 'endpoint', name: 'reader', build: (site: Site) => (site.read('/etc/a'), null) })
  const gateway = await open({}, { endpoint: [reader] }, { files: { '/etc/a': 'x' } })
  assert.deepEqual([...gateway.files], ['/etc/a'])
})

test('an endpoint that cannot be built answers 500, and the log names it; the others are served', async () => {
  const shadowed = { endpoint: '/shadows', backend: [{ ...backend, extra_config: { proxy: { shadow: true } } }] }
  const gateway = await open({ endpoints: [shadowed, endpoint] }, {})
  assert.deepEqual([(await gateway.ask({ target: '/shadows' })).statusCode, (await gateway.ask({ target: '/e' })).statusCode], [500, 200])
  assert.ok(
    gateway.lines.includes('ERROR [SERVICE: Gin] Calling the ProxyFactory all endpoints must have at least one backend (GET /shadows)'),
  )
})

test('what one layer cannot release keeps no other from being released, and all of it is told', async () => {
  const released: string[] = []
  const holder = (name: string, fault: boolean) =>
    step({
      stage: 'server',
      name,
      build(site) {
        site.onRetire(() => {
          released.push(name)
          if (fault) throw new Error(`${name} is stuck`)
        })
        return null
      },
    })
  const gateway = await open({}, { server: [holder('a', true), holder('b', true), holder('c', false)] })
  await assert.rejects(gateway.retire(), (error: unknown) => {
    assert.ok(error instanceof AggregateError)
    assert.deepEqual(error.message.split('; ').toSorted(), ['a is stuck', 'b is stuck'])
    return true
  })
  assert.deepEqual(released.toSorted(), ['a', 'b', 'c'])
})
