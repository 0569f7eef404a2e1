// The filter in the memory that all threads of the process share: the doors write to it, whoever verifies tokens reads it.

import { ConfigError } from '../../../engine/compile/component.ts'
import type { SiteBase } from '../../../engine/compile/component.ts'
import { bitCount, hashCount } from './bloom-filter.ts'
import type { FilterParameters } from './bloom-filter.ts'
import type { Options } from './options.ts'
import { RotatingFilter, sharedBytes } from './rotating-filter.ts'

/** The filter of these options. Others for N, P or the hash mean other memory: what was revoked before is forgotten then. */
export function openFilter({ N: n, P: p, hash_name: hashName }: Options, site: SiteBase): RotatingFilter {
  const parameters = { n, p, hashName: hashName as FilterParameters['hashName'] }
  const bytes = sharedBytes(parameters)
  try {
    return new RotatingFilter(parameters, site.shared.buffer(`auth/revoker ${n} ${p} ${hashName}`, bytes), site.clock.steady())
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ConfigError(`auth/revoker: no memory for ${bytes} bytes, as N ${n} and P ${p} ask for`)
  }
}

/** What it takes, for the log. */
export function describeFilter({ parameters: { n, p, hashName } }: RotatingFilter): string {
  const m = bitCount(n, p)
  return `${m} bits and ${hashCount(m, n)} hashes: ${sharedBytes({ n, p, hashName })} bytes of memory`
}
