// Which client a request counts for: by address, header or URL parameter. Knows nothing of buckets.

import { isIPv4 } from 'node:net'
import type { Exchange } from '../../../engine/types.ts'
import { paramName } from '../../../go/param-name.ts'

/** The client's id; empty when there is none, and such requests are refused. */
export type ClientId = (exchange: Exchange) => string

/** compat: Go keeps this one apart from the header, so that nobody is told apart by it. */
const NOT_IN_HEADER = 'Host'

/** The strategy of that name (in any case), or null when there is no such one. `header` is the canonical form of `key`. */
export function findClientId(strategy: string, key: string, header: string, countsParams: boolean): ClientId | null {
  switch (strategy.toLowerCase()) {
    case 'ip':
      return key === '' || header === NOT_IN_HEADER ? clientIp : firstAddressOf(header)
    case 'header':
      return header === NOT_IN_HEADER ? nobody : headerValue(header)
    case 'param':
      return countsParams ? paramValue(key) : null
    default:
      return null
  }
}

function nobody(): string {
  return ''
}

function clientIp(exchange: Exchange): string {
  return exchange.clientIp
}

function firstAddressOf(name: string): ClientId {
  return function headerAddress(exchange) {
    const value = exchange.headers.get(name)
    if (value === undefined) return exchange.clientIp
    // compat: what follows a colon counts as a port, so that no IPv6 address survives.
    const address = (value.split(',', 1)[0] as string).trim().split(':', 1)[0] as string
    return isIPv4(address) ? address : exchange.clientIp
  }
}

function headerValue(name: string): ClientId {
  return function headerId(exchange) {
    return exchange.headers.get(name) ?? ''
  }
}

function paramValue(key: string): ClientId {
  const name = paramName(key)
  return function paramId(exchange) {
    return exchange.params.get(name) ?? ''
  }
}
