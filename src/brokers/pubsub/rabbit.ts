// Scheme `rabbit`: exchanges and queues of RabbitMQ, which must be there already.

import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import { quote } from '../../go/quote.ts'
import { findUrlProblem, nameAmqp, openAmqp, openChannel } from '../amqp.ts'
import { NOT_CONNECTED } from '../errors.ts'
import type { Opened } from '../link.ts'
import { MessageQueue } from '../message-queue.ts'
import type { Address } from './address.ts'
import { HeldMessages } from './held-messages.ts'
import { readOnly } from './parameters.ts'
import { compileSend } from './rabbit-topic.ts'
import { type Client, type IncomingMessage, OpenError, type Scheme, type Source } from './scheme.ts'

const VARIABLE = 'RABBIT_SERVER_URL'
/** Messages that the broker sends ahead where the URL does not say. security: they are in memory, and gocloud asks for all there are. */
const DEFAULT_PREFETCH = 10
/** Messages that could not be decoded and wait to be given back. */
const MOST_HELD = 10_000

export const rabbit: Scheme = {
  connect(address, { environment }, kind) {
    const server = environment[VARIABLE]
    if (server === undefined || server === '') throw new OpenError(`open ${address.url}: ${VARIABLE} environment variable not set`)
    const problem = findUrlProblem(server)
    if (problem !== null) throw new OpenError(`open ${address.url}: ${VARIABLE} is no broker: ${problem}`)
    readKeyName(address)
    readPrefetch(address)
    return {
      // A broker that slows down who publishes too fast stops the whole connection: subscriptions have their own.
      name: `${nameAmqp(server)} (${kind})`,
      key: `${kind} ${server}`,
      async open(signal) {
        const opened = await openAmqp(server, signal)
        return { ...opened, value: clientOf(opened.value) }
      },
    }
  },
}

function clientOf(connection: ChannelModel): Client {
  return {
    topic: (address) => compileSend(connection, address.name, readKeyName(address)),
    subscribe: (address) => subscribe(connection, address.name, readPrefetch(address)),
  }
}

async function subscribe(connection: ChannelModel, name: string, prefetch: number): Promise<Opened<Source>> {
  const queue = new MessageQueue<IncomingMessage>()
  const held = new HeldMessages(MOST_HELD)
  const opened = await openChannel(connection, async (channel) => {
    const window = new Window(channel, name, Math.ceil(prefetch / 2), (message) => {
      queue.push({
        body: message.content,
        ack: () => settle(() => channel.ack(message)),
        leave() {
          held.add(() => channel.nack(message))
          window.lose()
        },
      })
    })
    await channel.prefetch(prefetch, false)
    await window.open()
  })
  const ended = opened.ended.then((reason) => {
    held.forget()
    queue.lose(NOT_CONNECTED)
    return reason
  })
  return { value: queue, ended, close: () => opened.close() }
}

/**
 * The consumer of a queue. What was left counts against what the broker sends ahead to a consumer, not to a channel: a new one takes its place
 * when too much was, and messages that cannot be decoded never stop the others.
 */
class Window {
  readonly #channel: Channel
  readonly #queue: string
  readonly #most: number
  readonly #take: (message: ConsumeMessage) => void
  #consumers = 0
  #lost = 0

  constructor(channel: Channel, queue: string, most: number, take: (message: ConsumeMessage) => void) {
    this.#channel = channel
    this.#queue = queue
    this.#most = most
    this.#take = take
  }

  async open(): Promise<void> {
    const take = (message: ConsumeMessage | null): void => {
      // The queue was deleted: a new channel finds out whether it is there again.
      if (message === null) void this.#channel.close()
      else this.#take(message)
    }
    // compat: the names that gocloud's consumers have in the broker's lists.
    await this.#channel.consume(this.#queue, take, { consumerTag: `c${++this.#consumers}` })
  }

  /** One message of it was left. */
  lose(): void {
    if (++this.#lost < this.#most) return
    this.#lost = 0
    void this.#renew().catch(() => {
      // The channel has ended, and so has everything on it.
    })
  }

  async #renew(): Promise<void> {
    await this.#channel.cancel(`c${this.#consumers}`)
    await this.open()
  }
}

/** A channel that broke since: the broker gives the message out again. */
function settle(tell: () => void): void {
  try {
    tell()
  } catch {
    throw NOT_CONNECTED
  }
}

/** The metadata that is the routing key; empty for none. Throws an OpenError. */
function readKeyName(address: Address): string {
  return readOnly(address, 'key_name') ?? ''
}

/** Throws an OpenError. compat: of a number the sixteen bits that AMQP has for it. */
function readPrefetch(address: Address): number {
  const text = readOnly(address, 'prefetch_count')
  if (text === null) return DEFAULT_PREFETCH
  if (!/^[+-]?\d{1,18}$/.test(text))
    throw new OpenError(`open ${address.url}: invalid value of prefetch_count: ${quote(text)} is no number`)
  return Number(BigInt.asUintN(16, BigInt(text))) || DEFAULT_PREFETCH
}
