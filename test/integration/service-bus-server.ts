// A server of AMQP 1.0 that speaks as Azure Service Bus does: claims, topics that copy messages into subscriptions, locks that are settled.
// Service Bus itself runs nowhere else. Its messages outlive its connections, as those of a real one.

import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import rhea, { type Connection, type EventContext, type Sender } from 'rhea'
import { freePort } from '../../src/testing/backend.ts'
import type { TestServer } from './servers.ts'

interface Stored {
  readonly message: rhea.Message
  isLocked: boolean
}

export interface ServiceBusServer extends TestServer {
  /** Makes a subscription of a topic. */
  subscribe(topic: string, subscription: string): void
  /** As if somebody had sent them. */
  publish(topic: string, bodies: readonly string[]): void
  /** Bodies and properties that wait in a subscription, locked ones among them. */
  waiting(topic: string, subscription: string): { readonly body: string; readonly properties: Readonly<Record<string, unknown>> }[]
}

const ACCEPTED = (rhea.message as unknown as { accepted(): { described(): never } }).accepted().described()
const CLAIMS = '$cbs'
const LOCK_BYTES = 16
/** What senders may send ahead. */
const CREDIT = 100

export async function startServiceBus(): Promise<ServiceBusServer> {
  const port = await freePort()
  const bus = new Bus()
  let listener: ReturnType<rhea.Container['listen']> | null = null
  const server: ServiceBusServer = {
    port,
    subscribe: (topic, subscription) => void bus.queues.set(addressOf(topic, subscription), []),
    publish(topic, bodies) {
      for (const body of bodies) bus.spread(topic, { body: rhea.message.data_section(Buffer.from(body)) })
    },
    waiting(topic, subscription) {
      const queue = bus.queues.get(addressOf(topic, subscription)) ?? []
      return queue.map(({ message }) => ({ body: textOf(message), properties: message.application_properties ?? {} }))
    },
    async start() {
      const { promise, resolve } = Promise.withResolvers<void>()
      listener = bus.listen(port)
      listener.once('listening', () => resolve())
      await promise
    },
    async stop() {
      const { promise, resolve } = Promise.withResolvers<void>()
      listener?.close(() => resolve())
      bus.cut()
      await promise
    },
    remove: () => server.stop(),
  }
  await server.start()
  return server
}

class Bus {
  /** Of subscriptions, by their address. */
  readonly queues = new Map<string, Stored[]>()
  readonly #container = rhea.create_container({ receiver_options: { credit_window: CREDIT, autoaccept: false } })
  readonly #connections = new Set<Connection>()
  readonly #readers = new Map<Sender, Map<string, Stored>>()

  constructor() {
    const on = (name: string, react: (context: EventContext) => void): void => void this.#container.on(name, react)
    on('connection_open', ({ connection }) => this.#connections.add(connection))
    on('sender_open', (context) => this.#openSender(context))
    on('receiver_open', ({ receiver }) => receiver?.set_target({ address: receiver.target.address }))
    on('message', (context) => this.#take(context))
    on('sendable', ({ sender }) => this.#pump(sender))
    on('sender_draining', ({ sender }) => this.#drain(sender))
    on('accepted', (context) => this.#settle(context, true))
    for (const name of ['released', 'rejected', 'modified']) on(name, (context) => this.#settle(context, false))
    on('sender_close', ({ sender }) => this.#leave(sender))
    on('disconnected', ({ connection }) => this.#forget(connection))
    on('connection_close', ({ connection }) => this.#forget(connection))
  }

  listen(port: number): ReturnType<rhea.Container['listen']> {
    return this.#container.listen({ port, host: '127.0.0.1' })
  }

  /** Ends all connections without a word; rhea goes on to send signs of life to those that it knows as open. */
  cut(): void {
    for (const connection of this.#connections) {
      const { socket, heartbeat_out: beat } = connection as unknown as { socket: Socket; heartbeat_out: NodeJS.Timeout | undefined }
      socket.destroy()
      clearTimeout(beat)
    }
    this.#connections.clear()
  }

  #openSender({ sender }: EventContext): void {
    if (sender === undefined) return
    const { address } = sender.source
    sender.set_source({ address })
    if (address === CLAIMS) return
    if (!this.queues.has(address)) {
      sender.close({ condition: 'amqp:not-found', description: `The messaging entity '${address}' could not be found.` })
      return
    }
    this.#readers.set(sender, new Map())
  }

  #take({ receiver, delivery, message, connection }: EventContext): void {
    if (receiver === undefined || delivery === undefined || message === undefined) return
    const { address } = receiver.target
    if (address === CLAIMS) {
      delivery.accept()
      const to = message.reply_to ?? ''
      const answer = { to, correlation_id: message.message_id, application_properties: { 'status-code': 202, 'status-description': 'OK' } }
      connection.find_sender((sender: Sender) => sender.source.address === CLAIMS)?.send({ ...answer, body: '' } as rhea.Message)
      return
    }
    if (this.spread(address, message)) delivery.accept()
    else delivery.reject({ condition: 'amqp:not-found', description: `no topic ${address}` })
  }

  /** Puts a message into all subscriptions of a topic; says whether there is one. */
  spread(topic: string, message: rhea.Message): boolean {
    const queues = [...this.queues].filter(([name]) => name.startsWith(`${topic}/`))
    for (const [, queue] of queues) queue.push({ message, isLocked: false })
    for (const sender of this.#readers.keys()) this.#pump(sender)
    return queues.length > 0
  }

  #pump(sender: Sender | undefined): void {
    const locks = sender === undefined ? undefined : this.#readers.get(sender)
    if (sender === undefined || locks === undefined) return
    for (const stored of this.queues.get(sender.source.address) ?? []) {
      if (!sender.sendable()) return
      if (stored.isLocked) continue
      stored.isLocked = true
      const lock = randomBytes(LOCK_BYTES)
      locks.set(lock.toString('hex'), stored)
      sender.send(stored.message, lock)
    }
  }

  /** Also who has used up its credit meanwhile is told so: rhea says nothing then, and Service Bus does. */
  #drain(sender: Sender | undefined): void {
    this.#pump(sender)
    if (sender === undefined) return
    const counted = sender as unknown as { credit: number; delivery_count: number }
    if (counted.credit === 0) Object.assign(counted, { credit: 1, delivery_count: counted.delivery_count - 1 })
    sender.set_drained(true)
  }

  #settle({ sender, delivery }: EventContext, isDone: boolean): void {
    if (sender === undefined || delivery === undefined) return
    const lock = Buffer.from(delivery.tag as unknown as Uint8Array).toString('hex')
    const stored = this.#readers.get(sender)?.get(lock)
    const queue = this.queues.get(sender.source.address)
    if (stored === undefined || queue === undefined) return
    this.#readers.get(sender)?.delete(lock)
    // Whoever reads asks to be told that this has been heard.
    delivery.update(true, ACCEPTED)
    if (isDone) queue.splice(queue.indexOf(stored), 1)
    else stored.isLocked = false
    for (const other of this.#readers.keys()) this.#pump(other)
  }

  #leave(sender: Sender | undefined): void {
    if (sender === undefined) return
    for (const stored of this.#readers.get(sender)?.values() ?? []) stored.isLocked = false
    this.#readers.delete(sender)
  }

  #forget(connection: Connection): void {
    for (const sender of this.#readers.keys()) if (sender.connection === connection) this.#leave(sender)
  }
}

const addressOf = (topic: string, subscription: string): string => `${topic}/Subscriptions/${subscription}`

/** Of a body in a section of bytes. */
function textOf({ body }: rhea.Message): string {
  const { content } = body as { content?: Uint8Array }
  return content === undefined ? String(body) : Buffer.from(content).toString()
}
