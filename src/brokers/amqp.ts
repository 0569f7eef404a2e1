// Connections and channels of AMQP 0-9-1 (RabbitMQ) as things that can be kept open. Knows no queue and no agent.

import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib'
import type { Opened } from './link.ts'

/** A broker that does not answer must not hold up a start for long. */
const CONNECT_MS = 3000
/** Seconds; what the Go client asks for. A broker that is silent for longer is gone. */
const HEARTBEAT_S = 10

/** What both kinds of blocks say about an exchange and a queue. */
export interface Declaration {
  readonly exchange: string
  readonly durable: boolean
  readonly delete: boolean
  readonly exclusive: boolean
}

/** Connects. Rejects with what went wrong, which names no password. */
export async function openAmqp(url: string, signal: AbortSignal): Promise<Opened<ChannelModel>> {
  const { connect } = await import('amqplib')
  const connecting = connect(withHeartbeat(url), { timeout: CONNECT_MS, noDelay: true, keepAlive: true })
  const model = await unlessAborted(connecting, signal, (late) => late.close())
  let reason = 'the connection was closed'
  model.on('error', (error) => (reason = error.message))
  const ended = new Promise<string>((resolve) => void model.once('close', () => resolve(reason)))
  return { value: model, ended, close: () => settled(model.close()) }
}

/** Opens a channel and sets it up; one that cannot be set up is closed. */
export function openChannel(model: ChannelModel, setUp: (channel: Channel) => Promise<void>): Promise<Opened<Channel>> {
  return openWith(() => model.createChannel(), setUp)
}

/** The same with a broker that confirms what it has taken. */
export function openConfirmChannel(model: ChannelModel, setUp: (channel: Channel) => Promise<void>): Promise<Opened<ConfirmChannel>> {
  return openWith(() => model.createConfirmChannel(), setUp)
}

async function openWith<C extends Channel>(create: () => Promise<C>, setUp: (channel: Channel) => Promise<void>): Promise<Opened<C>> {
  const channel = await create()
  let reason = 'the channel was closed'
  channel.on('error', (error) => (reason = error.message))
  const ended = new Promise<string>((resolve) => void channel.once('close', () => resolve(reason)))
  const close = (): Promise<void> => settled(channel.close())
  try {
    await setUp(channel)
  } catch (error) {
    await close()
    throw error
  }
  return { value: channel, ended, close }
}

/** compat: `exclusive` stands where AMQP has `internal`. An empty name is the exchange that every broker has. */
export async function declareExchange(channel: Channel, { exchange, durable, delete: autoDelete, exclusive }: Declaration): Promise<void> {
  if (exchange !== '') await channel.assertExchange(exchange, 'topic', { durable, autoDelete, internal: exclusive })
}

/** Declares a queue that the channel will take messages from, as many at once as `prefetch` says. Gives its name: an empty one is made up by the broker. */
export async function declareQueue(
  channel: Channel,
  name: string,
  { durable, delete: autoDelete, exclusive }: Declaration,
  prefetch: number,
): Promise<string> {
  const { queue } = await channel.assertQueue(name, { durable, autoDelete, exclusive })
  await channel.prefetch(prefetch, false)
  return queue
}

/** `amqp://host:5672/vhost`: an address for logs. security: without user and password. */
export function nameAmqp(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url)
    return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
  } catch {
    return 'an address that is no URL'
  }
}

/** Why no connection can be made to a text, whatever listens there; null for one that may do. */
export function findUrlProblem(url: string): string | null {
  try {
    return /^amqps?:$/.test(new URL(url).protocol) ? null : 'it begins with amqp:// or amqps://'
  } catch {
    return 'it is no URL'
  }
}

function withHeartbeat(url: string): string {
  if (findUrlProblem(url) !== null) throw new Error(`"${nameAmqp(url)}" cannot be connected to: ${findUrlProblem(url)}`)
  const parsed = new URL(url)
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(HEARTBEAT_S))
  return parsed.href
}

/** What a promise gives, or a rejection as soon as the signal is aborted; what comes later is let go of. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal, letGo: (late: T) => Promise<unknown>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new Error('not needed any more'))
      void promise.then(letGo).catch(ignore)
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** What is closed already cannot be closed, and need not be. */
async function settled(closing: Promise<void>): Promise<void> {
  await closing.catch(ignore)
}

function ignore(): void {}
