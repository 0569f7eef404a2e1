// What becomes of claims in a request: header fields and URL parameters. Knows nothing of how tokens are verified.

import type { Site } from '../../../../engine/compile/component.ts'
import { withFallbacks } from '../../../../engine/compile/order.ts'
import { GatewayError } from '../../../../engine/errors.ts'
import { canonicalName } from '../../../../engine/headers.ts'
import { encodeSorted } from '../../../../json/write.ts'
import type { JsonValue } from '../../../../json/types.ts'
import type { Exchange } from '../../../../engine/types.ts'
import { asHeaderValue, claimLines, claimText, hasControlCharacters, urlText } from './claim-text.ts'
import type { EncodeObject } from './claim-text.ts'
import { claimByDots } from './claims.ts'
import type { ClaimReader } from './claims.ts'
import { JOSE_QUIRKS } from '../jose-quirks.ts'
import type { ValidatorOptions } from '../options.ts'
import { memberOf } from './strict-json.ts'
import type { JsonRecord } from './strict-json.ts'

/** What one token changes in a request of one endpoint. */
export interface ClaimUses {
  /** A header and all its values; an empty list takes the header away. */
  readonly headers: readonly { readonly name: string; readonly values: readonly string[] }[]
  /** `JWT.sub` and its text. */
  readonly params: readonly (readonly [string, string])[]
  /** Set when a claim cannot go where it is wanted: the request fails. */
  readonly error: GatewayError | null
}

const INVALID_HEADER = new GatewayError('net/http: invalid header field value', { code: 'ERR_CLAIM_IN_HEADER' })
const INVALID_PATH = new GatewayError('a claim does not fit into the URL of the backend', { code: 'ERR_CLAIM_IN_URL' })
const NO_USES: ClaimUses = { headers: [], params: [], error: null }
const PLACEHOLDER = /\{\{\.JWT\.([^{}]+)\}\}/g

const encodeClaim: EncodeObject = (value) => encodeSorted((value ?? null) as JsonValue)

/** Makes the changes. Throws when a claim cannot be forwarded. */
export function applyClaims(exchange: Exchange, uses: ClaimUses): void {
  if (uses.error !== null) throw uses.error
  for (const { name, values } of uses.headers) {
    if (values.length === 1) exchange.headers.set(name, values[0] as string)
    else {
      exchange.headers.delete(name)
      for (const value of values) exchange.headers.add(name, value)
    }
  }
  for (const [name, value] of uses.params) exchange.params.set(name, value)
}

/** Finds out for a token, once, what `applyClaims` does for its requests. */
export function compileClaimUses(options: ValidatorOptions, site: Site): (claims: JsonRecord) => ClaimUses {
  const propagations = compilePropagations(options, site)
  const places = findPlaces(site)
  if (propagations.length === 0 && places.length === 0) return () => NO_USES
  const toLines = options.propagate_claims_preserve_array ? claimLines : (value: unknown) => [claimText(value, encodeClaim)]
  return function deriveUses(claims) {
    let error: GatewayError | null = null
    const headers = propagations.map(({ name, read, isForwarded }) => {
      const value = read(claims)
      // security: a missing claim empties the header, so that the client cannot set it itself.
      const lines = value === undefined ? [''] : toLines(value, encodeClaim)
      if (isForwarded && lines.some(hasControlCharacters)) error = INVALID_HEADER
      return { name, values: lines.map(asHeaderValue) }
    })
    const params: [string, string][] = []
    for (const { claim, isInQuery } of places) {
      const value = memberOf(claims, claim)
      if (value === undefined) continue
      const text = urlText(claimText(value, encodeClaim), isInQuery)
      if (text === null) error ??= INVALID_PATH
      else params.push([`JWT.${claim}`, text])
    }
    return { headers, params, error }
  }
}

interface Propagation {
  readonly name: string
  readonly read: ClaimReader
  /** Whether backends get the header at all. */
  readonly isForwarded: boolean
}

function compilePropagations(options: ValidatorOptions, site: Site): Propagation[] {
  const { claimAt } = JOSE_QUIRKS[site.config.dialect]
  const listed = new Set((site.endpoint?.inputHeaders ?? []).map(canonicalName))
  return options.propagate_claims.flatMap((entry) => {
    const [claim, header] = entry
    if (claim === undefined || header === undefined || entry.length !== 2) {
      site.log.warning(`${site.label}[PropagateHeaders] invalid number of claims to propagate: [${entry.join(' ')}]`)
      return []
    }
    const read = claimByDots(claim, claimAt)
    if (read === null) {
      site.log.warning(`${site.label}[PropagateHeaders] no claim can stand at "${claim}": ${header} is not set`)
      return []
    }
    const name = canonicalName(header)
    return [{ name, read, isForwarded: listed.has(name) || listed.has('*') }]
  })
}

/** Claims that url_patterns of the endpoint name, and whether one of them does so in its query. */
function findPlaces(site: Site): { claim: string; isInQuery: boolean }[] {
  const places = new Map<string, boolean>()
  for (const { urlPattern } of withFallbacks(site.endpoint?.backends ?? [])) {
    const query = urlPattern.indexOf('?')
    for (const match of urlPattern.matchAll(PLACEHOLDER)) {
      const claim = match[1] as string
      const isInQuery = query >= 0 && match.index > query
      places.set(claim, isInQuery || places.get(claim) === true)
    }
  }
  return [...places].map(([claim, isInQuery]) => ({ claim, isInQuery }))
}
