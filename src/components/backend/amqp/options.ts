// The options of `backend/amqp/consumer` and `backend/amqp/producer`, and what types cannot say of them.

import type { Static } from 'typebox'
import { findUrlProblem } from '../../../brokers/amqp.ts'
import { STRATEGIES } from '../../../brokers/back-off.ts'
import { checkPeer } from '../../../brokers/peers.ts'
import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { certainIssue, type Issue, warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { paramName } from '../../../go/param-name.ts'

const common = {
  exchange: Type.String({ default: '', description: 'Topic exchange; declared. Empty: none is.' }),
  durable: Type.Boolean({ default: false, description: 'What is declared survives a restart of the broker.' }),
  delete: Type.Boolean({ default: false, description: 'It goes when nobody uses it any more.' }),
  exclusive: Type.Boolean({
    default: false,
    description: 'Only this connection may use the queue; the exchange is declared as internal, as KrakenD does.',
  }),
  no_wait: Type.Boolean({ default: false, description: 'Accepted, without effect: what the broker answers is always waited for.' }),
  max_retries: Type.Integer({
    default: 0,
    description: 'How often a lost connection is tried again in a row; then the next request begins anew. 0: for ever.',
  }),
  backoff_strategy: Type.String({ default: '', known: STRATEGIES, description: 'Waits between; anything else is a second each time.' }),
  prefetch_count: Type.Integer({ default: 0, description: 'Messages that the broker sends ahead; 0: 10. For consumers.' }),
  prefetch_size: Type.Integer({ default: 0, description: 'Accepted, without effect: RabbitMQ knows no such limit.' }),
  no_local: Type.Boolean({ default: false, description: 'Told to the broker; RabbitMQ does nothing with it.' }),
}

export const consumerOptions = Type.Object({
  name: Type.String({ default: '', description: 'Queue that messages are taken from; declared.' }),
  ...common,
  routing_key: Type.Array(Type.String(), {
    default: [],
    description: 'With what the queue is bound to the exchange, one after the other.',
  }),
  auto_ack: Type.Boolean({
    default: false,
    description: 'A message is acknowledged before it is decoded: what cannot be decoded is lost.',
  }),
  nack_discard: Type.Boolean({
    default: false,
    description: 'A message that cannot be decoded is dropped, or goes where the queue’s dead letters go; else it goes back to the queue.',
  }),
})

export const producerOptions = Type.Object({
  name: Type.String({ default: '', description: 'Accepted, without effect: a producer declares no queue.' }),
  ...common,
  routing_key: Type.String({
    default: '',
    description:
      'Name of the URL parameter that holds the routing key, its first letter in upper case; with `static_routing_key` the key itself.',
  }),
  static_routing_key: Type.Boolean({ default: false, description: '`routing_key` is the key itself.' }),
  mandatory: Type.Boolean({ default: false, description: 'Told to the broker; a message that comes back unrouted is not looked at.' }),
  immediate: Type.Boolean({ default: false, description: 'Accepted, without effect: RabbitMQ has given it up.' }),
  exp_key: Type.String({ default: '', description: 'Parameter with the expiration of the message in milliseconds.' }),
  reply_to_key: Type.String({ default: '', description: 'Parameter with the queue that answers go to.' }),
  msg_id_key: Type.String({ default: '', description: 'Parameter with the message’s ID.' }),
  priority_key: Type.String({ default: '', description: 'Parameter with the priority, 0 to 255; 0, and what is no number, is not told.' }),
})

export type ConsumerOptions = Static<typeof consumerOptions>
export type ProducerOptions = Static<typeof producerOptions>

export function checkConsumer(given: ConsumerOptions, { place }: CheckedBlock): Issue[] {
  return [...checkPeer('amqplib'), ...checkHost(place), ...checkUnused(given)]
}

export function checkProducer(given: ProducerOptions, { place }: CheckedBlock): Issue[] {
  const issues = [...checkPeer('amqplib'), ...checkHost(place), ...checkUnused(given)]
  if (given.immediate) issues.push(warningIssue('unused-option', ['immediate'], 'RabbitMQ has given it up: ignored'))
  const keys = ['routing_key', 'exp_key', 'reply_to_key', 'msg_id_key', 'priority_key'] as const
  for (const key of keys) {
    const name = given[key]
    const isParameter = key !== 'routing_key' || !given.static_routing_key
    if (!isParameter || name === '' || /^[^a-z]/.test(name)) continue
    const message = `"${name}" is no parameter: names of parameters begin with an upper-case letter here`
    issues.push(warningIssue('unknown-parameter', [key], message, `"{${name}}" of the endpoint is "${paramName(name)}"`))
  }
  if (!given.static_routing_key && /[.*#]/.test(given.routing_key)) {
    const message = `"${given.routing_key}" is taken for the name of a parameter: messages get an empty routing key`
    issues.push(warningIssue('unknown-parameter', ['routing_key'], message, 'add "static_routing_key": true'))
  }
  return issues
}

function checkHost(place: CheckedBlock['place']): Issue[] {
  const [host] = place?.backend?.hosts ?? []
  const problem = host === undefined ? null : findUrlProblem(host)
  if (problem === null) return []
  const hint = 'write "host": ["amqp://user:password@name:5672"] and "disable_host_sanitize": true at the backend'
  return [certainIssue('requests', 'invalid-host', [], `"${host}" is no broker: ${problem}; every call fails`, hint)]
}

function checkUnused({ prefetch_size: size }: ConsumerOptions | ProducerOptions): Issue[] {
  return size === 0 ? [] : [warningIssue('unused-option', ['prefetch_size'], 'RabbitMQ knows no such limit: ignored')]
}
