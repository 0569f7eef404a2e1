// Under which text a key is looked up: the same rule for the token and for the key. Knows nothing of sets and caches.

import type { Jwk } from './jwk.ts'
import type { Jws } from '../token/jws.ts'
import { memberOf } from '../token/strict-json.ts'

export interface KeyIds {
  readonly ofToken: (jws: Jws) => string
  readonly ofKey: (jwk: Jwk) => string
}

const strategies = {
  kid: { ofToken: (jws) => jws.kid, ofKey: (jwk) => jwk.kid },
  x5t: { ofToken: (jws) => thumbprint(jws, 'x5t'), ofKey: (jwk) => jwk.x5t },
  'x5t#S256': { ofToken: (jws) => thumbprint(jws, 'x5t#S256'), ofKey: (jwk) => jwk.x5tS256 },
  kid_x5t: { ofToken: (jws) => jws.kid + thumbprint(jws, 'x5t'), ofKey: (jwk) => jwk.kid + jwk.x5t },
} satisfies Record<string, KeyIds>

/** What `key_identify_strategy` may say. */
export const KEY_STRATEGIES = Object.keys(strategies) as (keyof typeof strategies)[]

/** The rule of a `key_identify_strategy`; unknown names count as `kid`, as in KrakenD. */
export function keyIdsOf(strategy: string): KeyIds {
  return strategies[KEY_STRATEGIES.find((name) => name === strategy) ?? 'kid']
}

function thumbprint(jws: Jws, name: string): string {
  const value = memberOf(jws.header, name)
  return typeof value === 'string' ? value : jws.kid
}
