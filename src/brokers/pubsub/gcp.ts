// Scheme `gcppubsub`: topics and subscriptions of Google Cloud Pub/Sub. A request asks for its message itself: none waits here while its time
// at the broker runs out.

import { setTimeout } from 'node:timers/promises'
import type { v1 } from '@google-cloud/pubsub'
import type { Scope } from '../../engine/scope.ts'
import { timerMs } from '../../engine/timer-ms.ts'
import { openClientOf, type Opened } from '../link.ts'
import type { Address } from './address.ts'
import { readCount, readFlag } from './parameters.ts'
import { type Client, type IncomingMessage, OpenError, type Scheme, type Send, type Source } from './scheme.ts'

/** Where an emulator listens, in place of Google. */
const VARIABLE = 'PUBSUB_EMULATOR_HOST'
const HOST = 'pubsub.googleapis.com'
/** What Google takes and gives at once. */
const MOST_AT_ONCE = 1000
/** An answer without messages, which only servers give that do not wait. */
const EMPTY_MS = 100
/** A broker that was away is found again that fast; the library would wait for up to two minutes. */
const RECONNECT_MS = 1000
/** Calls outlive their request by this time: what they bring then goes back, and is not hidden from others. */
const LATE_MS = 500

const FIRST_RETRY_MS = 100
const RETRY_FACTOR = 1.3

interface Clients {
  readonly publisher: v1.PublisherClient
  readonly subscriber: v1.SubscriberClient
}

export const gcp: Scheme = {
  connect(address, { environment }, kind) {
    const emulator = environment[VARIABLE] ?? ''
    readCount(address, 'max_send_batch_size', MOST_AT_ONCE)
    readCount(address, 'max_recv_batch_size', MOST_AT_ONCE)
    readFlag(address, 'nacklazy')
    resourceOf(address, kind === 'topic' ? 'topics' : 'subscriptions')
    return { name: `pubsub ${emulator === '' ? HOST : emulator}`, key: emulator, open: () => openClient(emulator) }
  },
}

/** Credentials are found as Google's libraries do: a file that a variable names, or the machine's own. */
async function openClient(emulator: string): Promise<Opened<Client>> {
  const { PubSub, v1: sdk } = await import('@google-cloud/pubsub')
  const settings = new PubSub({
    // Only names without a project would have it: ours say theirs.
    projectId: 'unused',
    ...(emulator !== '' && { apiEndpoint: emulator, emulatorMode: true }),
  })
  const config = await settings.getClientConfig()
  const channel = { 'grpc.initial_reconnect_backoff_ms': RECONNECT_MS, 'grpc.max_reconnect_backoff_ms': RECONNECT_MS }
  const options = { ...config, ...channel } as ConstructorParameters<typeof sdk.PublisherClient>[0]
  const clients: Clients = { publisher: new sdk.PublisherClient(options), subscriber: new sdk.SubscriberClient(options) }
  const topic = (own: Address): Send => compileSend(clients.publisher, resourceOf(own, 'topics'))
  const subscribe = (own: Address): Promise<Opened<Source>> => {
    const source = new GcpSource(clients.subscriber, resourceOf(own, 'subscriptions'))
    return Promise.resolve(openClientOf(source, () => {}))
  }
  return openClientOf({ topic, subscribe }, () => closeAll(clients))
}

async function closeAll({ publisher, subscriber }: Clients): Promise<void> {
  await Promise.allSettled([publisher.close(), subscriber.close()])
}

function compileSend(publisher: v1.PublisherClient, topic: string): Send {
  return async function sendToGoogle({ body, metadata }, scope) {
    await publisher.publish({ topic, messages: [{ data: body, attributes: Object.fromEntries(metadata) }] }, callOptions(scope))
  }
}

class GcpSource implements Source {
  readonly #subscriber: v1.SubscriberClient
  readonly #subscription: string

  constructor(subscriber: v1.SubscriberClient, subscription: string) {
    this.#subscriber = subscriber
    this.#subscription = subscription
  }

  async take(scope: Scope): Promise<IncomingMessage> {
    for (;;) {
      const message = await scope.wait(this.#pull(scope))
      if (message !== null) return message
      await setTimeout(EMPTY_MS, undefined, { signal: scope.signal })
    }
  }

  /** Null where there is none. One that comes when the request is over goes back. */
  async #pull(scope: Scope): Promise<IncomingMessage | null> {
    const subscription = this.#subscription
    const [{ receivedMessages }] = await this.#subscriber.pull({ subscription, maxMessages: 1 }, callOptions(scope))
    const [received] = receivedMessages ?? []
    if (received === undefined) return null
    const ackIds = [received.ackId ?? '']
    if (scope.ended) {
      await this.#subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: 0 })
      return null
    }
    return {
      body: Buffer.from(received.message?.data ?? ''),
      ack: async () => void (await this.#subscriber.acknowledge({ subscription, ackIds })),
      leave() {},
    }
  }
}

/** As long as the scope goes on, attempts of which Google says that they may be repeated are. */
function callOptions(scope: Scope) {
  const leftMs = timerMs(Math.max(1, scope.deadline - performance.now()) + LATE_MS)
  const backoffSettings = {
    initialRetryDelayMillis: FIRST_RETRY_MS,
    retryDelayMultiplier: RETRY_FACTOR,
    maxRetryDelayMillis: RECONNECT_MS,
    initialRpcTimeoutMillis: leftMs,
    rpcTimeoutMultiplier: 1,
    maxRpcTimeoutMillis: leftMs,
    totalTimeoutMillis: leftMs,
  }
  return { timeout: leftMs, retry: { backoffSettings } }
}

/** `projects/P/topics/T`, also of the short form `P/T`. Throws an OpenError for what is neither. */
function resourceOf(address: Address, collection: 'topics' | 'subscriptions'): string {
  const { name } = address
  if (new RegExp(`^projects/.+/${collection}/.+$`).test(name)) return name
  const at = name.indexOf('/')
  if (at < 0) throw new OpenError(`open ${address.url}: it names no ${collection.slice(0, -1)}; write projects/PROJECT/${collection}/NAME`)
  return `projects/${name.slice(0, at)}/${collection}/${name.slice(at + 1)}`
}
