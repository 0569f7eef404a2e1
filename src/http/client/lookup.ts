// Looks up names that end with a dot, as SRV records give them. Knows nothing of connections.

import dns from 'node:dns'
import type { LookupFunction } from 'node:net'

/** First as it is; the system's hosts file knows names without the dot only, and Go looks there without it. */
export const lookupRooted: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, options, (error, address, family) => {
    if (error?.code === 'ENOTFOUND') dns.lookup(hostname.slice(0, -1), options, callback)
    else callback(error, address, family)
  })
}
