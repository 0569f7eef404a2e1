// Who the client is behind proxies, as gin finds it out. Knows nothing of sockets.

import { BlockList, isIP } from 'node:net'
import type { Quirks } from '../../config/dialect.ts'
import { step } from '../compile/component.ts'
import { canonicalName } from '../headers.ts'
import { addNetwork, hasAddress } from '../networks.ts'
import type { RouterOptions } from './router-options.ts'
import type { Exchange } from '../types.ts'

export const clientAddress = step({
  stage: 'server',
  name: 'client address',
  build({ config, router }) {
    const findClientIp = compileClientIp(router, config.quirks)
    return (next) =>
      function findClient(exchange) {
        exchange.clientIp = findClientIp(exchange)
        return next(exchange)
      }
  },
})

/** The address of whoever sent a request, from its peer and its header fields. */
export type FindClientIp = (exchange: Pick<Exchange, 'peerAddress' | 'headers'>) => string

const DEFAULT_HEADERS = ['X-Forwarded-For', 'X-Real-Ip']
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** Compiles the rules for a file's `router` options. */
export function compileClientIp(options: RouterOptions, quirks: Pick<Quirks, 'checksForwarders'>): FindClientIp {
  if (!quirks.checksForwarders) return firstForwarded
  const headerNames = options.remote_ip_headers.length > 0 ? options.remote_ip_headers : DEFAULT_HEADERS
  const headers = headerNames.map(canonicalName)
  const isTrusted = compileTrust(options.trusted_proxies)
  const forwardedByClientIp = options.forwarded_by_client_ip
  const find: FindClientIp = function findClientIp(exchange) {
    const peer = plainAddress(exchange.peerAddress)
    if (!forwardedByClientIp || !isTrusted(peer)) return peer
    for (const name of headers) {
      const values = exchange.headers.values(name)
      const found = values.length === 0 ? null : scanForwarded(values, isTrusted)
      if (found !== null) return found
    }
    return peer
  }
  return options.app_engine ? (exchange) => exchange.headers.get('X-Appengine-Remote-Addr') || find(exchange) : find
}

/** The same for who must not be deceived: without `trusted_proxies` nobody is believed, and it is the peer. */
export function compileVouchedIp(options: RouterOptions): FindClientIp {
  const isBelieved = options.forwarded_by_client_ip && options.trusted_proxies.length > 0
  return compileClientIp({ ...options, forwarded_by_client_ip: isBelieved }, { checksForwarders: true })
}

/** From the right: the first address that is no trusted proxy, or the leftmost; null when an item is no address. */
function scanForwarded(values: readonly string[], isTrusted: (address: string) => boolean): string | null {
  const items = values.join(',').split(',')
  for (let i = items.length - 1; i >= 0; i--) {
    const address = (items[i] as string).trim()
    if (isIP(address) === 0 || address.includes('%')) return null
    if (i === 0 || !isTrusted(plainAddress(address))) return address
  }
  return null
}

/** Without a list everybody is trusted. A bad entry cuts the list, as in gin. */
function compileTrust(proxies: readonly string[]): (address: string) => boolean {
  if (proxies.length === 0) return trustAll
  const list = new BlockList()
  for (const proxy of proxies) if (!addNetwork(list, proxy)) break
  return (address) => hasAddress(list, address)
}

function trustAll(): boolean {
  return true
}

/** An IPv4 peer of a dual-stack socket reads as IPv4; a zone is cut off. */
function plainAddress(address: string): string {
  if (!address.includes(':')) return address
  const mapped = MAPPED_IPV4.exec(address)
  return mapped?.[1] ?? address.replace(/%.*$/, '')
}

/** KrakenD 1.x: whatever stands leftmost, unchecked. */
function firstForwarded(exchange: Pick<Exchange, 'peerAddress' | 'headers'>): string {
  const forwarded = exchange.headers.get('X-Forwarded-For')?.split(',')[0]?.trim()
  return forwarded || exchange.headers.get('X-Real-Ip')?.trim() || plainAddress(exchange.peerAddress)
}
