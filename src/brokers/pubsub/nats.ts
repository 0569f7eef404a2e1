// Scheme `nats`: subjects of a NATS server, which keeps nothing: a message that nobody waits for is gone.

import type { Msg, MsgHdrs, NatsConnection, Subscription } from '@nats-io/transport-node'
import type { Opened } from '../link.ts'
import { nameNats, openNats } from '../nats.ts'
import { escapeQueryComponent } from '../../go/url.ts'
import { MessageQueue } from '../message-queue.ts'
import { NOT_CONNECTED } from '../errors.ts'
import { type Address, parameterOf } from './address.ts'
import { type Client, type IncomingMessage, OpenError, type OutgoingMessage, type Scheme, type Send, type Source } from './scheme.ts'
import { decodeGob, encodeGob } from './gob.ts'
import { readFlag } from './parameters.ts'

const VARIABLE = 'NATS_SERVER_URL'
/** Messages that wait for requests; the oldest of more is dropped, as a server drops what nobody reads. security: they are in memory. */
const MAX_WAITING = 1000

export const nats: Scheme = {
  connect(address, { environment }) {
    const { url } = address
    hasHeaders(address)
    if ((address.parameters.get('queue')?.length ?? 0) > 1) throw new OpenError(`open subscription ${url}: invalid query parameter queue`)
    const server = environment[VARIABLE]
    if (server === undefined || server === '') throw new OpenError(`open ${url}: ${VARIABLE} environment variable not set`)
    return { name: nameNats(server), key: server, open: (signal) => openClient(server, signal) }
  },
}

async function openClient(server: string, signal: AbortSignal): Promise<Opened<Client>> {
  const library = await import('@nats-io/transport-node')
  const opened = await openNats(server, signal)
  const { value: connection } = opened
  const client: Client = {
    topic: (address) => compileSend(connection, address.name, hasHeaders(address) ? () => library.headers() : null),
    subscribe: (address) => Promise.resolve(subscribe(connection, address)),
  }
  return { ...opened, value: client }
}

/** Each message makes a round trip, so that the server has it when its client is told so. */
function compileSend(connection: NatsConnection, subject: string, makeHeaders: (() => MsgHdrs) | null): Send {
  return async function sendToNats(message) {
    if (makeHeaders === null) connection.publish(subject, payloadOf(message))
    else {
      const own = makeHeaders()
      for (const [name, value] of message.metadata) own.set(escapeQueryComponent(name), escapeQueryComponent(value))
      connection.publish(subject, message.body, { headers: own })
    }
    await connection.flush()
  }
}

/** compat: without metadata the body alone. */
function payloadOf({ metadata, body }: OutgoingMessage): Uint8Array {
  return metadata.size === 0 ? body : encodeGob(metadata, body)
}

function subscribe(connection: NatsConnection, address: Address): Opened<Source> {
  const queue = new MessageQueue<IncomingMessage>(MAX_WAITING)
  const isRaw = hasHeaders(address)
  const group = parameterOf(address, 'queue')
  const subscription: Subscription = connection.subscribe(address.name, {
    ...(group === '' ? null : { queue: group }),
    callback(error, message) {
      if (error === null) queue.push(messageOf(message, isRaw))
    },
  })
  const ended = subscription.closed.then((error) => {
    queue.lose(NOT_CONNECTED)
    return error instanceof Error ? error.message : 'the subscription was closed'
  })
  return {
    value: queue,
    ended,
    close() {
      subscription.unsubscribe()
      return Promise.resolve()
    },
  }
}

function messageOf({ data }: Msg, isRaw: boolean): IncomingMessage {
  const payload = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const body = isRaw ? payload : (decodeGob(payload) ?? payload)
  // NATS knows no acknowledgement.
  return { body, ack() {}, leave() {} }
}

/** Whether metadata travel as headers of NATS; `?natsv2` alone says so. Throws an OpenError for what is neither true nor false. */
function hasHeaders(address: Address): boolean {
  return readFlag(address, 'natsv2', true)
}
