// Scheme `kafka`: topics of Kafka, and consumer groups that read them.

import { encodeText } from '../../go/text.ts'
import { quote } from '../../go/quote.ts'
import { NOT_CONNECTED } from '../errors.ts'
import { type KafkaCluster, type KafkaProducer, openProducer, parseBrokers } from '../kafka.ts'
import { kafkaAccessOf } from '../kafka-access.ts'
import { openKafkaReader } from '../kafka-consumer.ts'
import { hashPartition } from '../kafka-partition.ts'
import type { Opened } from '../link.ts'
import { MessageQueue } from '../message-queue.ts'
import { type Address, parameterOf } from './address.ts'
import { readOnly } from './parameters.ts'
import { type Client, type IncomingMessage, OpenError, type OutgoingMessage, type Scheme, type Send, type Source } from './scheme.ts'

const VARIABLE = 'KAFKA_BROKERS'
/** Messages that wait for requests. security: they are in memory. */
const AHEAD = 100

export const kafka: Scheme = {
  connect(address, site, kind) {
    const { url } = address
    const list = site.environment[VARIABLE]
    if (list === undefined || list === '') throw new OpenError(`open ${kind} ${url}: ${VARIABLE} environment variable not set`)
    const brokers = parseBrokers(list)
    if (brokers === null) throw new OpenError(`open ${kind} ${url}: ${VARIABLE} is no list of host:port`)
    if (kind === 'topic') readOnly(address, 'key_name')
    else readStart(address)
    const access = kafkaAccessOf(site)
    const name = brokers.join()
    return { name, key: `${name} ${access.key}`, open: () => openClient({ brokers, access }) }
  },
}

/** The producer stands for the connection: what subscriptions need besides is theirs. */
async function openClient(cluster: KafkaCluster): Promise<Opened<Client>> {
  const opened = await openProducer(cluster)
  const client: Client = {
    topic: (address) => compileSend(opened.value, address.name, readOnly(address, 'key_name')),
    subscribe: (address, subscriber) => subscribe(cluster, subscriber, address),
  }
  return { ...opened, value: client }
}

function compileSend(producer: KafkaProducer, topic: string, keyName: string | null): Send {
  return async function sendToKafka({ body, metadata }: OutgoingMessage) {
    const key = keyName === null ? undefined : metadata.get(keyName)
    const headers = new Map(
      [...metadata].filter(([name]) => name !== keyName).map(([name, value]) => [Buffer.from(name), encodeText(value)]),
    )
    await producer.send({ topic, value: body, headers, ...(key === undefined ? null : await placeOf(producer, topic, encodeText(key))) })
  }
}

async function placeOf(producer: KafkaProducer, topic: string, key: Buffer): Promise<{ key: Buffer; partition: number }> {
  return { key, partition: hashPartition(key, await producer.countPartitions(topic)) }
}

async function subscribe(cluster: KafkaCluster, member: string, address: Address): Promise<Opened<Source>> {
  const queue = new MessageQueue<IncomingMessage>()
  const topics = address.parameters.get('topic') ?? []
  const settings = { cluster, group: address.name, member, topics, from: readStart(address), ahead: AHEAD } as const
  const reader = await openKafkaReader(settings, ({ body, settle, leave }) => queue.push({ body, ack: settle, leave }))
  const ended = reader.ended.then((reason) => {
    queue.lose(NOT_CONNECTED)
    return reason
  })
  return { value: queue, ended, close: () => reader.close() }
}

/** Where a group begins that has read nothing yet. Throws an OpenError. */
function readStart(address: Address): 'earliest' | 'latest' {
  const { url, parameters } = address
  if (!parameters.has('topic')) throw new OpenError(`open subscription ${url}: it names no topic; write ?topic=NAME`)
  const text = parameterOf(address, 'offset')
  if (text === 'oldest') return 'earliest'
  if (text === 'newest' || !parameters.has('offset')) return 'latest'
  throw new OpenError(`open subscription ${url}: invalid query parameter ${quote(text)}`)
}
