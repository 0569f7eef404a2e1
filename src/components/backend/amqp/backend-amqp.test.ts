import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import { buildFor, checkOptions, configOf, makeRequest, makeSite, openInMemory } from '../../../testing/index.ts'
import { MessageQueue } from '../../../brokers/message-queue.ts'
import { amqpConsumer, amqpProducer } from './index.ts'
import { compileMessage } from './message.ts'
import type { ProducerOptions } from './options.ts'

const CLOCK = { now: () => 1_700_000_000_999 }
const DEFAULTS: ProducerOptions = {
  name: '',
  exchange: 'ex',
  durable: false,
  delete: false,
  exclusive: false,
  no_wait: false,
  max_retries: 0,
  backoff_strategy: '',
  prefetch_count: 0,
  prefetch_size: 0,
  no_local: false,
  routing_key: '',
  static_routing_key: false,
  mandatory: false,
  immediate: false,
  exp_key: '',
  reply_to_key: '',
  msg_id_key: '',
  priority_key: '',
}

function messageOf(given: Partial<ProducerOptions>, params: Record<string, string> = {}, fields: string[] = []) {
  const make = compileMessage({ ...DEFAULTS, ...given }, CLOCK, new Set(['Basic c2VjcmV0']))
  return make(makeRequest({ params: new Map(Object.entries(params)), headers: new HeaderMap(fields) }))
}

test('parameters become the routing key and the properties of a message', () => {
  const keys = { routing_key: 'Route', exp_key: 'A', reply_to_key: 'B', msg_id_key: 'Id', priority_key: 'Prio' }
  const { routingKey, properties } = messageOf(keys, { Route: 'foo.bar', A: '60000', B: 'replies', Id: 'm1', Prio: '7' })
  assert.equal(routingKey, 'foo.bar')
  assert.deepEqual(properties, {
    timestamp: 1_700_000_000,
    headers: {},
    mandatory: false,
    expiration: '60000',
    replyTo: 'replies',
    messageId: 'm1',
    priority: 7,
  })
  assert.equal(messageOf({ routing_key: '#' }).routingKey, '')
  assert.equal(messageOf({ routing_key: 'fixed', static_routing_key: true }).routingKey, 'fixed')
})

test('a priority is what Go keeps of it', () => {
  const priorityOf = (text: string) => messageOf({ priority_key: 'P' }, { P: text }).properties.priority
  assert.deepEqual(['300', '-1', 'x', '', '1.5', '0'].map(priorityOf), [44, 255, undefined, undefined, undefined, undefined])
})

test('an option of a wrong type makes the block wrong: no message is sent or taken by guesses', () => {
  for (const [component, block] of [
    [amqpProducer, { durable: 'yes' }],
    [amqpConsumer, { prefetch_count: 1.5 }],
  ] as const)
    assert.equal(buildFor(component, block, makeSite({}, { backend: {} })), null)
})

test('every header travels as a list, but the credentials of the host', () => {
  const fields = ['Content-Type', 'text/plain', 'X-Foo', '1', 'X-Foo', '2', 'Authorization', 'Basic c2VjcmV0', '__proto__', 'x']
  const { contentType, headers } = messageOf({}, {}, fields).properties
  assert.equal(contentType, 'text/plain')
  assert.deepEqual(Object.entries(headers as object), [
    ['Content-Type', ['text/plain']],
    ['X-Foo', ['1', '2']],
    ['__proto__', ['x']],
  ])
})

test('header fields travel as the text that they are, not as its bytes', () => {
  const { contentType, headers } = messageOf({}, {}, ['Content-Type', 'text/\xc3\xbc', 'X-Foo', 'gr\xc3\xbc\xc3\x9fe']).properties
  assert.deepEqual([contentType, (headers as Record<string, unknown>)['X-Foo']], ['text/ü', ['grüße']])
})

test('messages and requests are paired in the order in which they came', async () => {
  const queue = new MessageQueue<number>()
  queue.push(1)
  const scope = Scope.root()
  assert.equal(await queue.take(scope), 1)
  const late = queue.take(scope.child(1))
  const [second, third] = [queue.take(scope), queue.take(scope)]
  await assert.rejects(late, /context deadline exceeded/)
  queue.push(2)
  queue.push(3)
  assert.deepEqual(await Promise.all([second, third]), [2, 3])
  const waiting = queue.take(scope)
  queue.push(4)
  assert.equal(await waiting, 4)
  queue.push(5)
  queue.lose(new Error('gone'))
  const next = queue.take(scope)
  queue.lose(new Error('gone'))
  await assert.rejects(next, /gone/)
})

test('what looks right and does nothing is a finding', () => {
  assert.deepEqual(checkOptions(amqpProducer, { routing_key: '#', immediate: true, exp_key: 'exp', prefetch_size: 1 }), [
    'warning prefetch_size: RabbitMQ knows no such limit: ignored',
    'warning immediate: RabbitMQ has given it up: ignored',
    'warning exp_key: "exp" is no parameter: names of parameters begin with an upper-case letter here',
    'warning routing_key: "#" is taken for the name of a parameter: messages get an empty routing key',
  ])
  assert.deepEqual(checkOptions(amqpProducer, { routing_key: 'a.b', static_routing_key: true, exp_key: 'Exp' }), [])
  assert.deepEqual(checkOptions(amqpConsumer, { name: 'q', routing_key: ['#'] }), [])
})

test('a broker that is away costs its own endpoints their answers, and nothing else', async () => {
  const backend = { host: ['amqp://me:secret@127.0.0.1:1'], disable_host_sanitize: true, url_pattern: '/' }
  const config = configOf({
    extra_config: { router: { return_error_msg: true } },
    endpoints: [
      { endpoint: '/in', backend: [{ ...backend, extra_config: { 'backend/amqp/consumer': { name: 'q' } } }] },
      { endpoint: '/out', method: 'POST', backend: [{ ...backend, extra_config: { 'backend/amqp/producer': { exchange: 'e' } } }] },
      {
        endpoint: '/other-user',
        method: 'POST',
        backend: [{ ...backend, host: ['amqp://you:secret@127.0.0.1:1'], extra_config: { 'backend/amqp/producer': { exchange: 'e' } } }],
      },
      { endpoint: '/else', backend: [{ host: ['http://b'], url_pattern: '/' }] },
    ],
  })
  const gateway = await openInMemory(config)
  for (const [method, target] of [
    ['GET', '/in'],
    ['POST', '/out'],
  ] as const) {
    const { statusCode, answered } = await gateway.ask({ method, target, body: '{}' })
    assert.deepEqual([statusCode, answered.body], [500, 'connection not available, trying to reconnect'])
  }
  assert.equal((await gateway.ask({ target: '/else' })).statusCode, 200)
  const health = JSON.parse((await gateway.ask({ target: '/__health' })).answered.body ?? '') as { connections: Record<string, string> }
  assert.deepEqual(Object.keys(health.connections), [
    'amqp://127.0.0.1:1 (consumer)',
    'amqp://127.0.0.1:1 (producer)',
    'amqp://127.0.0.1:1 (producer) 2',
  ])
  assert.match(health.connections['amqp://127.0.0.1:1 (producer)'] ?? '', /^down since .*: connect ECONNREFUSED/)
  const errors = gateway.lines.filter((line) => line.includes('no connection'))
  assert.deepEqual(errors, [
    'ERROR [AMQP] no connection to amqp://127.0.0.1:1 (consumer): connect ECONNREFUSED 127.0.0.1:1',
    'ERROR [AMQP] no connection to amqp://127.0.0.1:1 (producer): connect ECONNREFUSED 127.0.0.1:1',
    'ERROR [AMQP] no connection to amqp://127.0.0.1:1 (producer): connect ECONNREFUSED 127.0.0.1:1',
  ])
  assert.doesNotMatch(gateway.lines.join(), /secret/)
  await gateway.retire()
})
