// Connections to RabbitMQ that the backends of a gateway share, and channels on them, all made again after they broke.

import type { ChannelModel } from 'amqplib'
import type { Site } from '../engine/compile/component.ts'
import { connectionStates } from '../engine/ports.ts'
import { nameAmqp, openAmqp } from './amqp.ts'
import { backOffOf } from './back-off.ts'
import { Link, type Opened } from './link.ts'

export interface ConnectionOptions {
  readonly url: string
  /** What uses it. A broker that slows down who publishes too fast stops the whole connection: consumers have their own. */
  readonly role: 'consumer' | 'producer'
  readonly maxRetries: number
  readonly backOff: string
}

/** The connection of these options: one per thread, whatever the number of backends, closed when no configuration needs it any more. */
export function keepConnection(site: Site, { url, role, maxRetries, backOff }: ConnectionOptions): Link<ChannelModel> {
  const name = `${nameAmqp(url)} (${role})`
  const { log } = site
  const link = site.pool.share(
    `amqp ${role} ${maxRetries} ${backOff} ${url}`,
    () =>
      new Link<ChannelModel>({
        open: (signal) => openAmqp(url, signal),
        backOff: backOffOf(backOff),
        maxRetries: maxRetries > 0 ? maxRetries : Infinity,
        onState(isUp, reason) {
          if (isUp) log.info(`[AMQP] connected to ${name}`)
          else log.error(`[AMQP] no connection to ${name}: ${reason}`)
        },
      }),
    (own) => own.close(),
  )
  connectionStates(site).set(name, () => link.state)
  return link
}

/** A channel of one backend on a connection. Holds the start back until it is there, or cannot be had now. */
export function keepChannel<C>(
  site: Site,
  connection: Link<ChannelModel>,
  { backOff }: Pick<ConnectionOptions, 'backOff'>,
  open: (model: ChannelModel) => Promise<Opened<C>>,
): Link<C> {
  const link = new Link<C>({
    open: async (signal) => open(await connection.whenUp(signal)),
    backOff: backOffOf(backOff),
    maxRetries: Infinity,
    onState(isUp, reason) {
      // Of a lost connection the connection itself tells.
      if (!isUp && connection.value !== null) site.log.error(`${site.label}[AMQP] ${reason}`)
    },
  })
  site.waitFor(connection.attempted.then(() => (connection.value === null ? undefined : link.attempted)))
  site.onRetire(() => link.close())
  return link
}
