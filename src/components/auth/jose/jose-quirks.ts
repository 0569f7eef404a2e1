// What the versions of KrakenD do differently with tokens.

import { perDialect } from '../../../config/dialect.ts'
import { type ClaimReader, nestedClaim } from './token/claims.ts'
import { dottedClaim } from './token/dotted-claim.ts'

interface JoseQuirks {
  /** A header without `Bearer` holds no token; else it is the token itself. */
  readonly needsScheme: boolean
  /** How far clocks may differ where `leeway` does not say. */
  readonly leewayMs: number
  /** `typ` of signed tokens where the block has none; empty: no such field. */
  readonly tokenType: string
  /** The claim at a path with dots; null when the path is none. */
  readonly claimAt: (path: string) => ClaimReader | null
}

const VERSION_3: JoseQuirks = { needsScheme: false, leewayMs: 1000, tokenType: 'JWT', claimAt: nestedClaim }

export const JOSE_QUIRKS = perDialect(VERSION_3, {
  2: { needsScheme: true, leewayMs: 60_000, tokenType: '' },
  4: { claimAt: dottedClaim },
})
