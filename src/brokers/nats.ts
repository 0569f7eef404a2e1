// Connections to NATS as something that can be kept open. Knows no subject and no agent.

import type { NatsConnection } from '@nats-io/transport-node'
import { unescapeUserinfo } from '../go/url-parts.ts'
import { unlessAborted } from './amqp.ts'
import type { Opened } from './link.ts'

const CONNECT_MS = 3000
/** A server that is silent for two of them is gone. */
const PING_MS = 10_000

/** Connects to one of the servers of a comma-separated list. Whoever loses it connects again. */
export async function openNats(servers: string, signal: AbortSignal): Promise<Opened<NatsConnection>> {
  const { connect } = await import('@nats-io/transport-node')
  const options = { reconnect: false, timeout: CONNECT_MS, pingInterval: PING_MS }
  // security: whoever writes tls:// must not be connected without.
  const tls = /(?:^|,)\s*tls:\/\//i.test(servers) ? { tls: {} } : null
  const connecting = connect({ servers: addressesOf(servers), ...options, ...tls, ...credentialsOf(servers) })
  const connection = await unlessAborted(connecting, signal, (late) => late.close())
  const ended = connection.closed().then((error) => (error instanceof Error ? error.message : 'the connection was closed'))
  return { value: connection, ended, close: () => connection.close() }
}

/** The servers without user and password. security: for logs. */
export function nameNats(servers: string): string {
  return addressesOf(servers).join()
}

function addressesOf(servers: string): string[] {
  return servers.split(',').map((server) => server.trim().replace(/^(nats:\/\/|tls:\/\/)?[^@/]*@/i, '$1'))
}

/** User and password of the first server, or its token. */
function credentialsOf(servers: string): { user?: string; pass?: string; token?: string } {
  const [, userinfo] = /^(?:[a-z]+:\/\/)?([^@/]+)@/i.exec(servers.trim()) ?? []
  if (userinfo === undefined) return {}
  const [user = '', ...rest] = userinfo.split(':').map(unescapeUserinfo)
  return rest.length === 0 ? { token: user } : { user, pass: rest.join(':') }
}
