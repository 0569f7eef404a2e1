// Clients of Kafka as things that can be kept open. Knows no topic and no group.

import type { Base, MessageToProduce } from '@platformatic/kafka'
import type { KafkaAccess } from './kafka-access.ts'
import { attendConnections } from './kafka-connections.ts'
import type { Opened } from './link.ts'
import { timerMs } from '../engine/timer-ms.ts'

const TIMEOUT_MS = 5000
/** Kafka closes connections that are silent for ten minutes, and a broker that does not answer is found out. */
const ASK_MS = 10_000
const SOON_MS = 100
/** A client with several brokers tries one after the other. */
const ANSWER_MS = 10_000
const CLOSE_MS = 2000
const SILENT = new Error('no broker answers')
/** A message is tried that often again: a topic that is made by its first message has no leader at once. */
const RETRIES = 5
const RETRY_MS = 200
const DEFAULT_PORT = 9092

export interface KafkaCluster {
  /** `host:port` of each that is asked where the others are. */
  readonly brokers: readonly string[]
  readonly access: KafkaAccess
}

/** What all clients of a cluster are made with. */
export function clientOptions({ brokers, access }: KafkaCluster) {
  return {
    clientId: 'krakend',
    bootstrapBrokers: [...brokers],
    connectTimeout: TIMEOUT_MS,
    timeout: TIMEOUT_MS,
    retries: RETRIES,
    retryDelay: RETRY_MS,
    // compat: a topic is made by whoever first speaks of it, where the brokers allow that.
    autocreateTopics: true,
    ...access.options,
  }
}

/** `host:port` of each broker of a list with commas; null where one is none. */
export function parseBrokers(list: string): string[] | null {
  const brokers: string[] = []
  for (const text of list.split(',')) {
    const [, host, port = String(DEFAULT_PORT)] = /^\s*(\[[0-9a-f:.]+\]|[^\s:@/[\]]+)(?::(\d{1,5}))?\s*$/i.exec(text) ?? []
    if (host === undefined || Number(port) > 65_535) return null
    brokers.push(`${host}:${port}`)
  }
  return brokers
}

/** Publishes. Rejects with what the brokers say, or when none has answered for long. */
export interface KafkaProducer {
  send(message: MessageToProduce): Promise<void>
  /** How many partitions a topic has; it is made where it is not there and the brokers allow that. */
  countPartitions(topic: string): Promise<number>
}

/** A producer that has found its brokers. Rejects with why not. */
export async function openProducer(cluster: KafkaCluster): Promise<Opened<KafkaProducer>> {
  const { Producer: Client } = await import('@platformatic/kafka')
  // compat: the leader of a partition has the message, its followers may not.
  const client = new Client({ ...clientOptions(cluster), acks: 1 })
  const { fail, ...opened } = await watch(client, () => client.close())
  /** What never answers would be waited for by all that come after: another client answers. */
  async function answered<T>(promise: Promise<T>): Promise<T> {
    try {
      return await atMost(ANSWER_MS, promise)
    } catch (error) {
      if (error === SILENT) fail(SILENT.message)
      throw new Error(`kafka: ${kafkaReason(error)}`, { cause: error })
    }
  }
  const producer: KafkaProducer = {
    send: async (message) => void (await answered(client.send({ messages: [message] }))),
    async countPartitions(topic) {
      const { topics } = await answered(client.metadata({ topics: [topic], autocreateTopics: true }))
      return topics.get(topic)?.partitionsCount ?? 1
    },
  }
  return { ...opened, value: producer }
}

export interface Watched<C> extends Opened<C> {
  /** Ends it, with why. */
  readonly fail: (reason: string) => void
}

/** A client whose brokers answer; it has ended when none does. Rejects, and closes it, where none answers now. `shut` closes it. */
export async function watch<C extends Pick<Base, 'metadata' | 'close' | 'on' | 'instanceId'>>(
  client: C,
  shut: () => Promise<void>,
): Promise<Watched<C>> {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>()
  const connections = attendConnections(client)
  const reasonOf = (error: unknown): string => kafkaReason(isClosed(error) ? (connections.lastError ?? error) : error)
  const ask = (): Promise<unknown> => atMost(ANSWER_MS, client.metadata({ topics: [], forceUpdate: true, retries: 0 }))
  let soon: NodeJS.Timeout | null = null
  const close = async (): Promise<void> => {
    clearInterval(timer)
    if (soon !== null) clearTimeout(soon)
    await atMost(CLOSE_MS, shut()).catch(ignore)
    connections.end()
    end('the client was closed')
  }
  function check(): void {
    soon = null
    ask().catch((error: unknown) => fail(reasonOf(error)))
  }
  function fail(reason: string): void {
    end(reason)
    void close()
  }
  const timer = setInterval(check, ASK_MS).unref()
  try {
    await ask()
  } catch (error) {
    await close()
    throw new Error(reasonOf(error), { cause: error })
  }
  // One connection of several, or one that was idle: the others say whether that means anything. What is asked while a connection is being closed
  // gets no answer from this client, so it is asked a little later.
  client.on('client:broker:disconnect', () => (soon ??= setTimeout(check, SOON_MS)))
  return { value: client, ended, close, fail }
}

/** What a promise gives, or a rejection with SILENT after that time. */
function atMost<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(SILENT), timerMs(ms))
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** What really went wrong: the innermost of the last errors, in the words of the broker or of OpenSSL where there are any. */
export function kafkaReason(error: unknown): string {
  const { errors, cause, message, serverErrorMessage, reason } = error as KafkaError
  if (errors !== undefined && errors.length > 0) return kafkaReason(errors.at(-1))
  if (cause instanceof Error) return kafkaReason(cause)
  return serverErrorMessage ?? reason ?? message.replace(NODE_TIP, '')
}

interface KafkaError extends Error {
  readonly errors?: readonly unknown[]
  readonly serverErrorMessage?: string | null
  readonly reason?: string
}

/** About an option of Node.js; the gateway trusts the authorities of the system without it. */
const NODE_TIP = /; if the root CA is installed locally, .*/s

/** Whether an error says only that the connection is gone. */
function isClosed(error: unknown): boolean {
  return kafkaReason(error) === 'Connection closed'
}

function ignore(): void {}
