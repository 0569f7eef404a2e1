// Driver `async/amqp`: the messages of a RabbitMQ queue go through an agent's pipe, each acknowledged when all of it succeeded.

import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import type { Static } from 'typebox'
import { declareExchange, declareQueue, findUrlProblem, nameAmqp, openAmqp, openChannel } from '../../../brokers/amqp.ts'
import type { Opened } from '../../../brokers/link.ts'
import { checkPeer, requirePeer } from '../../../brokers/peers.ts'
import { type AgentSite, driver } from '../../../engine/compile/component.ts'
import { certainIssue, type Issue, warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { prefetchOf, runAgent, type Subscription } from '../run-agent.ts'
import type { Message } from '../workers.ts'

const options = Type.Object({
  host: Type.String({ default: '', description: 'The broker: `amqp://user:password@host:5672/vhost`, or `amqps://`.' }),
  name: Type.String({ default: '', description: 'Queue that messages are taken from; declared.' }),
  exchange: Type.String({
    default: '',
    description: 'Topic exchange that the queue is bound to, with the agent’s `topic`; declared. Empty: none is.',
  }),
  durable: Type.Boolean({ default: false, description: 'Exchange and queue survive a restart of the broker.' }),
  delete: Type.Boolean({ default: false, description: 'They go when nobody uses them any more.' }),
  exclusive: Type.Boolean({
    default: false,
    description: 'Only this consumer may use the queue; the exchange is declared as internal, as KrakenD does.',
  }),
  no_wait: Type.Boolean({ default: false, description: 'Accepted, without effect: what the broker answers is always waited for.' }),
  prefetch_count: Type.Integer({
    default: 0,
    description: 'Messages that the broker sends ahead; 0: 10, at least two for each worker.',
  }),
  prefetch_size: Type.Integer({ default: 0, description: 'Accepted, without effect: RabbitMQ knows no such limit.' }),
  auto_ack: Type.Boolean({
    default: false,
    description: 'A message is acknowledged before it is handled: none comes twice, and what fails is lost.',
  }),
  no_local: Type.Boolean({ default: false, description: 'Told to the broker; RabbitMQ does nothing with it.' }),
  nack_discard: Type.Boolean({
    default: false,
    description: 'A message that fails is dropped, or goes where the queue’s dead letters go, and does not come again.',
  }),
})

type Options = Static<typeof options>

/** compat: the name that KrakenD's consumers have in the broker's lists. */
const CONSUMER_TAG = 'krakend'

export const asyncAmqp = driver({
  namespace: 'async/amqp',
  options,
  reading: 'struct',
  check: (given) => [...checkPeer('amqplib'), ...checkHost(given), ...checkUnused(given)],
  start(given, site) {
    requirePeer('amqplib', `${site.label} async/amqp`)
    return runAgent(site, {
      driver: 'AMQP',
      broker: nameAmqp(given.host),
      subscribe: (push, signal) => subscribe(given, site, push, signal),
    })
  },
})

function checkHost({ host }: Options): Issue[] {
  const problem = findUrlProblem(host)
  if (problem === null) return []
  return [certainIssue('requests', 'invalid-host', ['host'], `"${host}" is no broker: ${problem}; no message is ever read`)]
}

function checkUnused({ prefetch_size: size }: Options): Issue[] {
  return size === 0 ? [] : [warningIssue('unused-option', ['prefetch_size'], 'RabbitMQ knows no such limit: ignored')]
}

async function subscribe(
  given: Options,
  site: AgentSite,
  push: (message: Message) => void,
  signal: AbortSignal,
): Promise<Opened<Subscription>> {
  const connection = await openAmqp(given.host, signal)
  try {
    const channel = await openChannel(connection.value, (own) => consume(own, given, site, push))
    return { ...endTogether(connection, channel), value: { pause: () => pauseConsumer(channel.value) } }
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function consume(channel: Channel, given: Options, site: AgentSite, push: (message: Message) => void): Promise<void> {
  const { agent, log } = site
  const prefetch = prefetchOf(given.prefetch_count, agent)
  await declareExchange(channel, given)
  const queue = await declareQueue(channel, given.name, given, prefetch)
  if (given.exchange !== '') await channel.bindQueue(queue, given.exchange, agent.topic)
  const tellDropped = (): void => log.debug(`[SERVICE: AsyncAgent][AMQP][${agent.name}] Nack: message discarded from queue "${queue}"`)
  const take = (message: ConsumeMessage | null): void => {
    // The queue was deleted: a new subscription declares it again.
    if (message === null) void channel.close()
    else push(messageOf(message, channel, given, tellDropped))
  }
  await channel.consume(queue, take, { consumerTag: CONSUMER_TAG, exclusive: given.exclusive, noLocal: given.no_local })
}

function messageOf(message: ConsumeMessage, channel: Channel, given: Options, tellDropped: () => void): Message {
  const { content: body, fields } = message
  if (given.auto_ack) {
    // The broker is told here, not asked to forget by itself: it would send the whole queue ahead.
    return { body, isRepeated: false, begin: () => channel.ack(message), succeed() {}, fail() {} }
  }
  return {
    body,
    isRepeated: fields.redelivered && !given.nack_discard,
    succeed: () => channel.ack(message),
    fail() {
      channel.nack(message, false, !given.nack_discard)
      if (given.nack_discard) tellDropped()
    },
  }
}

/** Neither is of use without the other. The channel is closed first: what was acknowledged has arrived then. */
function endTogether(connection: Opened<ChannelModel>, channel: Opened<Channel>): Omit<Opened<Channel>, 'value'> {
  async function close(): Promise<void> {
    await channel.close()
    await connection.close()
  }
  const ended = Promise.race([connection.ended, channel.ended]).then(async (reason) => {
    await close()
    return reason
  })
  return { ended, close }
}

async function pauseConsumer(channel: Channel): Promise<void> {
  await channel.cancel(CONSUMER_TAG).catch(() => {
    // A channel that is closed brings no more messages either.
  })
}
