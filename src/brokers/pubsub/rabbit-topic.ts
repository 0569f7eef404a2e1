// Publishes to an exchange of RabbitMQ, and hears of messages that no queue took: they are errors of their requests.

import { isDeepStrictEqual } from 'node:util'
import type { ChannelModel, ConfirmChannel, Message, MessageFields } from 'amqplib'
import { openConfirmChannel } from '../amqp.ts'
import { Outlet } from '../amqp-outlet.ts'
import type { Opened } from '../link.ts'
import type { OutgoingMessage, Send } from './scheme.ts'

/** One message on its way. */
interface Pending {
  readonly body: Buffer
  readonly routingKey: string
  readonly headers: Readonly<Record<string, string>>
  /** What the broker says that has no queue for it. */
  returned: string | null
}

interface Exit {
  readonly outlet: Outlet
  readonly pending: Set<Pending>
  /** Why the channel has ended; null while it has not. */
  reason: string | null
}

/** `keyName`: the metadata that is the routing key, and no header then. Opens its channel with the first message, and again after an error. */
export function compileSend(connection: ChannelModel, exchange: string, keyName: string): Send {
  let opening: Promise<Exit> | null = null
  function open(): Promise<Exit> {
    const own = openConfirmChannel(connection, () => Promise.resolve()).then((channel) => exitOf(channel, forget))
    function forget(): void {
      if (opening === own) opening = null
    }
    own.catch(forget)
    return own
  }
  return async function sendToRabbit(message, scope) {
    const exit = await scope.wait((opening ??= open()))
    const sent = pendingOf(message, keyName)
    const properties = { headers: sent.headers, mandatory: true }
    exit.pending.add(sent)
    try {
      await exit.outlet.publish(exchange, sent.body, { routingKey: sent.routingKey, properties }, scope)
    } catch (error) {
      throw exit.reason === null ? error : new Error(`rabbit: ${exit.reason}`)
    } finally {
      exit.pending.delete(sent)
    }
    if (sent.returned !== null) throw new Error(sent.returned)
  }
}

function exitOf({ value: channel, ended }: Opened<ConfirmChannel>, forget: () => void): Exit {
  const exit: Exit = { outlet: new Outlet(channel), pending: new Set(), reason: null }
  channel.on('error', (error: Error) => (exit.reason = error.message))
  channel.on('return', (message: Message) => markReturned(exit.pending, message))
  void ended.then(forget)
  return exit
}

/** The broker does not say which message it returns: of equal ones it is the first, because it returns them in their order. */
function markReturned(pending: ReadonlySet<Pending>, { content, fields, properties }: Message): void {
  // The types know only the fields of messages that are delivered.
  const { replyCode, replyText, exchange, routingKey } = fields as MessageFields & { replyCode: number; replyText: string }
  for (const one of pending) {
    if (one.returned !== null || one.routingKey !== routingKey || !one.body.equals(content)) continue
    if (!isDeepStrictEqual({ ...properties.headers }, one.headers)) continue
    // compat: gocloud's text.
    one.returned = `rabbitpubsub: message returned from ${exchange}: ${replyText} (code ${replyCode})`
    return
  }
}

function pendingOf({ body, metadata }: OutgoingMessage, keyName: string): Pending {
  // What is no UTF-8 cannot be written, and comes back as what was written in its place.
  const headers = Object.fromEntries([...metadata].flatMap(([name, value]) => (name === keyName ? [] : [[name, value.toWellFormed()]])))
  return { body, routingKey: metadata.get(keyName) ?? '', headers, returned: null }
}
