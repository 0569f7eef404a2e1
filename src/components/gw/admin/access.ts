// Who may see what the gateway tells of itself: addresses of connections, and a token. Forwarded addresses say nothing.

import { createHash, timingSafeEqual } from 'node:crypto'
import { BlockList } from 'node:net'
import { addNetwork, hasAddress } from '../../../engine/networks.ts'
import type { Exchange } from '../../../engine/types.ts'

/** Whoever sends one of these came through a proxy. */
const OF_PROXIES = ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-Ip']
const BEARER = /^bearer +(.+)$/i

/** A list of addresses and networks (`10.0.0.0/8`); null for one that has anything else in it. */
export function readNetworks(written: readonly string[]): BlockList | null {
  const list = new BlockList()
  for (const network of written) if (!addNetwork(list, network)) return null
  return list
}

/** Who asks. */
export type Asker = Pick<Exchange, 'peerAddress' | 'headers'>

export interface Access {
  readonly mayEnter: (asker: Asker) => boolean
  /** `given`: what it sends with the request that is to be traced; `1` where there is no token. */
  readonly mayTrace: (asker: Asker, given: string) => boolean
}

/** Whether a request may be answered. An empty token is none: proxies are refused then, since their address is not that of whoever asks. */
export function compileAccess(networks: BlockList, token: string): Access {
  const expected = token === '' ? null : digest(token)
  const isNear = ({ peerAddress, headers }: Asker): boolean => {
    if (!hasAddress(networks, peerAddress)) return false
    return expected !== null || !OF_PROXIES.some((name) => headers.has(name))
  }
  // security: equal lengths, and no answer sooner for a token that begins well.
  const isToken = (given: string): boolean => expected === null || timingSafeEqual(digest(given), expected)
  return {
    mayEnter: (asker) => isNear(asker) && isToken(BEARER.exec(asker.headers.get('Authorization') ?? '')?.[1] ?? ''),
    mayTrace: (asker, given) => isNear(asker) && (expected === null ? given === '1' : isToken(given)),
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
