// Scheme `azuresb`: topics of Azure Service Bus and their subscriptions.

import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus'
import { parseDurationMs } from '../../go/duration.ts'
import { quote } from '../../go/quote.ts'
import type { Scope } from '../../engine/scope.ts'
import { timerMs } from '../../engine/timer-ms.ts'
import { openClientOf, type Opened } from '../link.ts'
import { MessageQueue } from '../message-queue.ts'
import { type Address, parameterOf } from './address.ts'
import { readCount } from './parameters.ts'
import { type Client, type IncomingMessage, OpenError, type Scheme, type Send, type Source } from './scheme.ts'

const VARIABLE = 'SERVICEBUS_CONNECTION_STRING'
const HOST_VARIABLE = 'AZURE_SERVICEBUS_HOSTNAME'
/** gocloud's. */
const DEFAULT_LISTEN_MS = 2000
const MOST_AT_ONCE = 1_000_000
/** A broker that was away is found again that fast; how long a call may take is its request's to say. */
const RETRIES = { maxRetries: 1, retryDelayInMs: 500, timeoutInMs: 5000 }

export const azure: Scheme = {
  connect(address, { environment }, kind) {
    const text = environment[VARIABLE] ?? ''
    if (text === '') throw new OpenError(`open ${address.url}: ${findMissing(environment)}`)
    const [, host] = /(?:^|;)\s*Endpoint\s*=\s*(?:sb|amqps?):\/\/([^/;\s]+)/i.exec(text) ?? []
    if (host === undefined) throw new OpenError(`open ${address.url}: ${VARIABLE} has no "Endpoint=sb://…"`)
    if (address.name === '') throw new OpenError(`open ${address.url}: it names no topic`)
    if (kind === 'subscription') readSubscription(address)
    return { name: `servicebus ${host}`, key: text, open: () => openClient(text) }
  },
}

/** compat: KrakenD finds Azure's default credentials for a host name alone. */
function findMissing(environment: Readonly<Record<string, string | undefined>>): string {
  if ((environment[HOST_VARIABLE] ?? '') === '') return `${VARIABLE} environment variable not set`
  return `${HOST_VARIABLE} needs Azure's default credentials, which are not looked for: set ${VARIABLE}`
}

async function openClient(connectionString: string): Promise<Opened<Client>> {
  const { ServiceBusClient: Sdk } = await import('@azure/service-bus')
  const client = new Sdk(connectionString, { retryOptions: RETRIES })
  const topic = (address: Address): Send => compileSend(client, address.name)
  const subscribe = (address: Address): Promise<Opened<Source>> => Promise.resolve(openSource(client, address))
  return openClientOf({ topic, subscribe }, () => client.close())
}

function compileSend(client: ServiceBusClient, topic: string): Send {
  const sender = client.createSender(topic)
  return async function sendToAzure({ body, metadata }, scope) {
    await sender.sendMessages({ body, applicationProperties: Object.fromEntries(metadata) }, { abortSignal: scope.signal })
  }
}

function openSource(client: ServiceBusClient, address: Address): Opened<Source> {
  const { subscription, listenMs } = readSubscription(address)
  const receiver = client.createReceiver(address.name, subscription, {
    receiveMode: 'peekLock',
    // Bodies are bytes: what they mean is for the backend's encoding to say.
    skipParsingBodyAsJson: true,
    // A message is settled as soon as it is decoded; and whoever renews locks can settle none that came without an id.
    maxAutoLockRenewalDurationInMs: 0,
  })
  return openClientOf(new AzureSource(receiver, listenMs), () => receiver.close())
}

/**
 * Messages for requests that wait. A receiver has one question open at a time, so all of them ask together; a message that comes when its request
 * is over goes back.
 */
class AzureSource implements Source {
  readonly #receiver: ServiceBusReceiver
  readonly #listenMs: number
  readonly #queue = new MessageQueue<IncomingMessage>()
  #isAsking = false

  constructor(receiver: ServiceBusReceiver, listenMs: number) {
    this.#receiver = receiver
    this.#listenMs = listenMs
  }

  take(scope: Scope): Promise<IncomingMessage> {
    const taken = this.#queue.take(scope)
    if (!this.#isAsking) void this.#ask()
    return taken
  }

  async #ask(): Promise<void> {
    this.#isAsking = true
    try {
      while (this.#queue.wanted > 0) {
        const messages = await this.#receiver.receiveMessages(this.#queue.wanted, { maxWaitTimeInMs: timerMs(this.#listenMs) })
        for (const message of messages) await this.#give(message)
      }
    } catch (error) {
      this.#queue.lose(error as Error)
    } finally {
      this.#isAsking = false
    }
  }

  async #give(message: ServiceBusReceivedMessage): Promise<void> {
    if (this.#queue.wanted === 0) return this.#receiver.abandonMessage(message)
    this.#queue.push({ body: bodyOf(message), ack: () => this.#receiver.completeMessage(message), leave() {} })
  }
}

/** Bytes as they were sent; senders of other kinds of bodies (texts, numbers, lists) mean JSON. */
function bodyOf({ body }: { readonly body: unknown }): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (body === undefined || body === null) return Buffer.alloc(0)
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

/** Throws an OpenError. */
function readSubscription(address: Address): { subscription: string; listenMs: number } {
  const subscription = parameterOf(address, 'subscription')
  if (subscription === '') throw new OpenError(`open subscription ${address.url}: missing required query parameter subscription`)
  readCount(address, 'max_recv_batch_size', MOST_AT_ONCE)
  if (!address.parameters.has('listener_timeout')) return { subscription, listenMs: DEFAULT_LISTEN_MS }
  const text = parameterOf(address, 'listener_timeout')
  const listenMs = parseDurationMs(text)
  if (listenMs === null || listenMs <= 0) throw new OpenError(`open ${address.url}: invalid value of listener_timeout: ${quote(text)}`)
  return { subscription, listenMs }
}
