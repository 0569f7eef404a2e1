// A durable consumer of a stream of NATS JetStream: so many messages at once, each told about when it is decided.

import type { Consumer, JsMsg } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Opened } from './link.ts'
import { openNats } from './nats.ts'
import { Room } from './room.ts'

export interface StreamSettings {
  readonly servers: string
  readonly stream: string
  readonly consumer: string
  /** Which messages of the stream; empty: all. */
  readonly subject: string
  readonly offset: string
  /** Messages that are given out and not decided yet. */
  readonly ahead: number
  /** After that time the server gives a message out again. */
  readonly ackWaitMs: number
}

export interface StreamMessage {
  readonly body: Buffer
  /** `stream/sequence`, for logs. */
  readonly name: string
  /** How often it was given out, this time among them. */
  readonly attempt: number
  /** Its time to be handled begins. */
  readonly begin: () => void
  readonly settle: () => void
  /** It comes again, after those that wait now. */
  readonly giveBack: () => void
  /** It never comes again. */
  readonly pass: () => void
}

/** A request for messages stays open that long, and an end waits for the last one: what it brings would come again only much later. */
const EXPIRES_MS = 1000
const NANOSECONDS = 1_000_000
/** What JetStream answers where there is no such consumer. */
const NO_CONSUMER = 10_014

/** `pause`: takes no more; what was given out can still be decided. */
export async function openJetStream(
  settings: StreamSettings,
  take: (message: StreamMessage) => void,
  signal: AbortSignal,
): Promise<Opened<{ pause(): Promise<void> }>> {
  const opened = await openNats(settings.servers, signal)
  const connection = opened.value
  async function close(): Promise<void> {
    room.close()
    // What no worker has begun comes again at once, and need not wait for its time to end.
    for (const message of open) message.nak()
    // What was decided has arrived then.
    await connection.flush().catch(ignore)
    await opened.close()
  }
  const room = new Room(settings.ahead)
  const open = new Set<JsMsg>()
  try {
    const consumer = await findConsumer(connection, settings)
    const { promise: failed, resolve: fail } = Promise.withResolvers<string>()
    const reading = readAll(consumer, room, (message) => take(messageOf(message, room, open))).catch((error: unknown) => {
      fail((error as Error).message)
    })
    const ended = Promise.race([opened.ended, failed]).then(async (reason) => {
      await close()
      return reason
    })
    function pause(): Promise<void> {
      room.close()
      return reading
    }
    return { value: { pause }, ended, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function findConsumer(connection: NatsConnection, settings: StreamSettings): Promise<Consumer> {
  const { AckPolicy, DeliverPolicy, JetStreamApiError, jetstreamManager } = await import('@nats-io/jetstream')
  const manager = await jetstreamManager(connection)
  const { stream, consumer, subject, offset, ahead, ackWaitMs } = settings
  try {
    await manager.consumers.info(stream, consumer)
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== NO_CONSUMER) throw error
    await manager.consumers.add(stream, {
      durable_name: consumer,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: offset === 'newest' ? DeliverPolicy.New : DeliverPolicy.All,
      ack_wait: ackWaitMs * NANOSECONDS,
      // Several gateways may share it.
      max_ack_pending: Math.max(1000, ahead),
      ...(subject === '' ? null : { filter_subject: subject }),
    })
  }
  return manager.jetstream().consumers.get(stream, consumer)
}

/** Rejects when the server gives out no more. */
async function readAll(consumer: Consumer, room: Room, take: (message: JsMsg) => void): Promise<void> {
  for (;;) {
    // Asked for one by one, each message would cost a request.
    await room.whenLeft(Math.ceil(room.most / 2))
    if (room.isClosed) return
    for await (const message of await consumer.fetch({ max_messages: room.left, expires: EXPIRES_MS })) {
      if (room.isClosed) message.nak()
      else {
        room.take()
        take(message)
      }
    }
  }
}

function messageOf(message: JsMsg, room: Room, open: Set<JsMsg>): StreamMessage {
  const { data, info } = message
  open.add(message)
  const decide = (tell: () => void) => () => {
    open.delete(message)
    room.giveBack()
    tell()
  }
  return {
    body: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    name: `${info.stream}/${info.streamSequence}`,
    attempt: info.deliveryCount,
    begin: () => message.working(),
    settle: decide(() => message.ack()),
    giveBack: decide(() => message.nak()),
    pass: decide(() => message.term()),
  }
}

function ignore(): void {}
