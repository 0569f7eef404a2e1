// Looks up the names of backends. Knows nothing of connections.

import dns, { type LookupAddress, type LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'

type Callback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/**
 * Look-ups of the same name at the same time are one, as in Go. The system's resolver keeps a thread for each until it has an answer or gives
 * up: calls of one host whose name server is silent would take them all, and no other host could be found.
 */
export function shareLookups(lookup: LookupFunction): LookupFunction {
  const waiting = new Map<string, Callback[]>()
  return (hostname, options, callback) => {
    const key = `${hostname} ${String(options.family)} ${options.hints ?? 0} ${options.all === true}`
    const callbacks = waiting.get(key)
    if (callbacks !== undefined) {
      callbacks.push(callback)
      return
    }
    const own: Callback[] = [callback]
    waiting.set(key, own)
    lookup(hostname, options, (error, address, family) => {
      waiting.delete(key)
      for (const each of own) each(error, address, family)
    })
  }
}

/** Names may end with a dot, as SRV records give them: the system's hosts file knows them without it only, and Go looks there without it. */
function lookupOnce(hostname: string, options: LookupOptions, callback: Callback): void {
  dns.lookup(hostname, options, (error, address, family) => {
    if (error?.code === 'ENOTFOUND' && hostname.endsWith('.')) dns.lookup(hostname.slice(0, -1), options, callback)
    else callback(error, address, family)
  })
}

/** What all connections to backends use. */
export const lookupShared: LookupFunction = shareLookups(lookupOnce)
