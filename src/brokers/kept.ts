// Connections that the backends of a gateway share, and what each backend has open on them, all made again after they broke. Knows no protocol.

import type { Site } from '../engine/compile/component.ts'
import { connectionStates, connectionWatchers } from '../engine/ports.ts'
import { backOffOf } from './back-off.ts'
import { Link, type Opened } from './link.ts'

export interface KeptConnection<C> {
  /** What it is shared by: everything that makes it another connection, passwords too. */
  readonly key: string
  /** What logs and the health check call it. security: without a password. */
  readonly name: string
  /** How its lines begin: `AMQP`. */
  readonly tag: string
  readonly open: (signal: AbortSignal) => Promise<Opened<C>>
  /** 0 or less: any number. */
  readonly maxRetries: number
  readonly backOff: string
}

/** One per thread, whatever the number of backends, closed when no configuration needs it any more. */
export function keepConnection<C>(site: Site, { key, name, tag, open, maxRetries, backOff }: KeptConnection<C>): Link<C> {
  const { log } = site
  const link = site.pool.share(
    key,
    () =>
      new Link<C>({
        open,
        backOff: backOffOf(backOff),
        maxRetries: maxRetries > 0 ? maxRetries : Infinity,
        onState(isUp, reason) {
          if (isUp) log.info(`[${tag}] connected to ${name}`)
          else log.error(`[${tag}] no connection to ${name}: ${reason}`)
        },
      }),
    (own) => own.close(),
  )
  connectionStates(site).set(key, { name, state: () => link.state })
  site.once(`metrics of connection ${key}`, () => measureChanges(site, link, name))
  return link
}

/** What this gateway's telemetry counts of a connection that may outlive it. */
function measureChanges<C>(site: Site, link: Link<C>, name: string): void {
  for (const watcher of connectionWatchers(site, name)) site.onRetire(link.watch(watcher))
}

/** What one backend has open on a connection. Holds the start back until it is there, or cannot be had now. */
export function keepOn<C, V>(
  site: Site,
  connection: Link<C>,
  { tag, backOff }: Pick<KeptConnection<C>, 'tag' | 'backOff'>,
  open: (connection: C) => Promise<Opened<V>>,
): Link<V> {
  const link = new Link<V>({
    open: async (signal) => open(await connection.whenUp(signal)),
    backOff: backOffOf(backOff),
    maxRetries: Infinity,
    onState(isUp, reason) {
      // Of a lost connection the connection itself tells.
      if (!isUp && connection.value !== null) site.log.error(`${site.label}[${tag}] ${reason}`)
    },
  })
  site.waitFor(connection.attempted.then(() => (connection.value === null ? undefined : link.attempted)))
  site.onRetire(() => link.close())
  return link
}
