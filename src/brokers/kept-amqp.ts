// Connections to RabbitMQ that the backends of a gateway share.

import type { ChannelModel } from 'amqplib'
import type { Site } from '../engine/compile/component.ts'
import { nameAmqp, openAmqp } from './amqp.ts'
import { keepConnection } from './kept.ts'
import type { Link } from './link.ts'

export interface ConnectionOptions {
  readonly url: string
  /** What uses it. A broker that slows down who publishes too fast stops the whole connection: consumers have their own. */
  readonly role: 'consumer' | 'producer'
  readonly maxRetries: number
  readonly backOff: string
}

/** The connection of these options. */
export function keepAmqp(site: Site, { url, role, maxRetries, backOff }: ConnectionOptions): Link<ChannelModel> {
  const key = `amqp ${role} ${maxRetries} ${backOff} ${url}`
  return keepConnection(site, {
    key,
    name: `${nameAmqp(url)} (${role})`,
    tag: 'AMQP',
    open: (signal) => openAmqp(url, signal),
    maxRetries,
    backOff,
  })
}
