// Components `backend/amqp/consumer` and `backend/amqp/producer`: a request takes a message from a queue of RabbitMQ, or puts one into an exchange.

import type { Channel, ConsumeMessage } from 'amqplib'
import { Outlet } from '../../../brokers/amqp-outlet.ts'
import { declareExchange, declareQueue, openChannel, openConfirmChannel } from '../../../brokers/amqp.ts'
import { brokerError, NOT_CONNECTED } from '../../../brokers/errors.ts'
import { keepAmqp } from '../../../brokers/kept-amqp.ts'
import { keepOn } from '../../../brokers/kept.ts'
import { requirePeer } from '../../../brokers/peers.ts'
import { component, type Site } from '../../../engine/compile/component.ts'
import type { Pipe } from '../../../engine/types.ts'
import { answerWith, compileMessageDecoder, hostCredentials, TAKEN } from '../broker-answers.ts'
import { MessageQueue } from '../../../brokers/message-queue.ts'
import { compileMessage } from './message.ts'
import { checkConsumer, checkProducer, type ConsumerOptions, consumerOptions, type ProducerOptions, producerOptions } from './options.ts'

/** How many messages are held for requests to come: so many of the largest are in memory, and other consumers do not see them. */
const DEFAULT_PREFETCH = 10

/** One message for each request. */
export const amqpConsumer = component({
  stage: 'backend',
  namespace: 'backend/amqp/consumer',
  options: consumerOptions,
  reading: 'struct',
  answers: true,
  check: checkConsumer,
  build(given, site) {
    requirePeer('amqplib', `${site.label} backend/amqp/consumer`)
    const consume = compileConsumer(given, site)
    return () => consume
  },
})

/** One message out of each request. */
export const amqpProducer = component({
  stage: 'backend',
  namespace: 'backend/amqp/producer',
  options: producerOptions,
  reading: 'struct',
  answers: true,
  check: checkProducer,
  build(given, site) {
    requirePeer('amqplib', `${site.label} backend/amqp/producer`)
    const produce = compileProducer(given, site)
    return () => produce
  },
})

function connectionOptions({ max_retries: maxRetries, backoff_strategy: backOff }: ConsumerOptions | ProducerOptions, site: Site) {
  return { url: site.backend?.hosts[0] ?? '', tag: 'AMQP', maxRetries, backOff }
}

/** A message together with the channel that it came from: only there it can be acknowledged. */
interface Delivery {
  readonly message: ConsumeMessage
  readonly channel: Channel
}

function compileConsumer(given: ConsumerOptions, site: Site): Pipe {
  const queue = new MessageQueue<Delivery>()
  const own = connectionOptions(given, site)
  const connection = keepAmqp(site, { ...own, role: 'consumer' })
  const link = keepOn(site, connection, own, async (model) => {
    const opened = await openChannel(model, (channel) => attach(channel, given, site, queue))
    void opened.ended.then(() => queue.lose(NOT_CONNECTED))
    return opened
  })
  const decode = compileMessageDecoder(site)
  const manipulate = site.manipulate()
  site.log.debug(`${site.label}[AMQP] Consumer attached`)
  return async function consumeMessage(_request, scope) {
    if (link.value === null) {
      connection.wake()
      throw NOT_CONNECTED
    }
    const { message, channel } = await queue.take(scope)
    const { content } = message
    if (given.auto_ack) settle(() => channel.ack(message))
    let data
    try {
      data = decode(content)
    } catch (error) {
      if (!given.auto_ack) refuse(channel, message, given, site)
      throw error
    }
    if (!given.auto_ack) settle(() => channel.ack(message))
    return answerWith(data, manipulate)
  }
}

async function attach(channel: Channel, given: ConsumerOptions, site: Site, queue: MessageQueue<Delivery>): Promise<void> {
  await declareExchange(channel, given)
  const name = await declareQueue(channel, given.name, given, given.prefetch_count > 0 ? given.prefetch_count : DEFAULT_PREFETCH)
  if (given.exchange !== '') for (const key of given.routing_key) await channel.bindQueue(name, given.exchange, key)
  const take = (message: ConsumeMessage | null): void => {
    // The queue was deleted: a new channel declares it again.
    if (message === null) void channel.close()
    else queue.push({ message, channel })
  }
  await channel.consume(name, take, { exclusive: given.exclusive, noLocal: given.no_local })
  site.log.debug(`${site.label}[AMQP] consuming queue '${name}'`)
}

/** A channel that broke since: the broker gives the message out again. */
function settle(tell: () => void): void {
  try {
    tell()
  } catch {
    throw NOT_CONNECTED
  }
}

function refuse(channel: Channel, message: ConsumeMessage, { nack_discard: discards, name }: ConsumerOptions, site: Site): void {
  settle(() => channel.nack(message, false, !discards))
  if (discards) site.log.debug(`${site.label}[AMQP] Nack: message discarded from queue '${name}'`)
}

function compileProducer(given: ProducerOptions, site: Site): Pipe {
  const { exchange } = given
  const makeMessage = compileMessage(given, site.clock, hostCredentials(site))
  const own = connectionOptions(given, site)
  const connection = keepAmqp(site, { ...own, role: 'producer' })
  const link = keepOn(site, connection, own, async (model) => {
    const opened = await openConfirmChannel(model, (channel) => declareExchange(channel, given))
    return { ...opened, value: new Outlet(opened.value) }
  })
  site.log.debug(`${site.label}[AMQP] Producer attached`)
  return async function produceMessage(request, scope) {
    const content = await request.body.bytes()
    const outlet = link.value
    if (outlet === null) {
      connection.wake()
      throw NOT_CONNECTED
    }
    try {
      await outlet.publish(exchange, content, makeMessage(request), scope)
    } catch (error) {
      throw brokerError(error)
    }
    return TAKEN
  }
}
