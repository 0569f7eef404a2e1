// Whoever decides about the tokens of one endpoint: its own keys, named issuers, or all of them. Knows nothing of requests.

import { type Site, StartGivenUp } from '../../../engine/compile/component.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { findBadPath, hasNestedRoles } from './claim-paths.ts'
import { IssuerSwitch } from './issuer-switch.ts'
import { ConfirmedTokens, IntrospectedTokens } from './issuers/introspected.ts'
import type { Issuer } from './issuers/open-issuer.ts'
import { JOSE_QUIRKS } from './jose-quirks.ts'
import { keyIdsOf } from './keys/key-ids.ts'
import { hasKeySource, supplyKeys } from './keys/key-supply.ts'
import type { ValidatorOptions } from './options.ts'
import { type Algorithm, findAlgorithm } from './token/algorithms.ts'
import { type ClaimUses, compileClaimUses } from './token/claim-uses.ts'
import { type ClaimTest, flatClaim, rolesTest, scopesTest } from './token/claims.ts'
import type { JsonRecord } from './token/strict-json.ts'
import { TokenVerifier, type Verifier } from './token/verified-token.ts'

/** What follows from the claims of a token at this endpoint. */
export interface Verdict {
  readonly hasRoles: boolean
  readonly hasScopes: boolean
  readonly uses: ClaimUses
}

/** Throws a StartGivenUp where KrakenD does not start, and where issuers cannot be told apart. */
export function createVerifier(options: ValidatorOptions, issuers: readonly Issuer[], site: Site): Verifier<Verdict> {
  try {
    return issuers.length === 0 ? createOwn(options, site) : createSwitch(options, issuers, site)
  } catch (error) {
    throw new StartGivenUp(`${site.label}[JWTValidator] Unable to create the validator: ${(error as Error).message}`)
  }
}

function createOwn(options: ValidatorOptions, site: Site): Verifier<Verdict> {
  const clock = site.clock.now
  const ids = keyIdsOf(options.key_identify_strategy)
  return new TokenVerifier({
    algorithms: [needAlgorithm(options.alg)],
    keys: supplyKeys(options, site, ids.ofKey, clock),
    ids,
    expected: { issuer: options.issuer, audience: options.audience },
    leewayMs: leewayOf(options, site),
    clock,
    derive: compileVerdict(options, site),
  })
}

function createSwitch(options: ValidatorOptions, issuers: readonly Issuer[], site: Site): Verifier<Verdict> {
  const own = hasKeySource(options) ? createOwn(options, site) : null
  const named = issuers.map((issuer) => ({ issuer, verifier: createNamed(options, issuer, site) }))
  const byIssuer = new Map(named.map(({ issuer, verifier }) => [issuer.options.issuer, verifier]))
  byIssuer.delete('')
  // What a named issuer demands is demanded of all its tokens, whoever else knows its keys.
  if (own !== null && options.issuer !== '' && !byIssuer.has(options.issuer)) byIssuer.set(options.issuer, own)
  const anyIssuer = options.issuer === '' ? own : null
  const nameless = [...named.filter(({ issuer }) => issuer.options.issuer === '').map(({ verifier }) => verifier), anyIssuer].filter(
    (verifier) => verifier !== null,
  )
  return new IssuerSwitch({
    byIssuer,
    anyIssuer,
    withoutIssuer: nameless.length === 1 ? (nameless[0] ?? null) : null,
    opaque: named.find(({ issuer }) => issuer.introspector !== null)?.verifier ?? null,
  })
}

/** What the definition does not say is as the endpoint's validator has it. */
function createNamed(options: ValidatorOptions, { options: given, keys, introspector }: Issuer, site: Site): Verifier<Verdict> {
  const { audience = options.audience, roles_key = options.roles_key, scopes_key = options.scopes_key } = given
  const { roles_key_is_nested = options.roles_key_is_nested } = given
  const merged = { ...options, roles_key, roles_key_is_nested, scopes_key }
  const badPath = findBadPath(merged, site.config.dialect)
  if (badPath !== null) throw new Error(`${badPath.option}: ${badPath.problem}`)
  const clock = site.clock.now
  const common = { expected: { issuer: given.issuer, audience }, leewayMs: leewayOf(options, site), clock }
  const derive = compileVerdict(merged, site)
  const signed = keys === null ? null : new TokenVerifier({ ...common, ...keys, keys: keys.source, derive })
  if (introspector === null) {
    if (signed === null) throw new Error('nothing says what a good token is')
    return signed
  }
  if (signed === null) return new IntrospectedTokens({ ...common, introspector, derive })
  return new ConfirmedTokens(signed, new IntrospectedTokens({ ...common, introspector, derive: () => null }))
}

function leewayOf({ leeway }: ValidatorOptions, site: Site): number {
  const ms = parseDurationMs(leeway)
  if (ms !== null && ms >= 1000) return ms
  return JOSE_QUIRKS[site.config.dialect].leewayMs
}

/** Throws KrakenD's message for a name that is none of the thirteen. */
export function needAlgorithm(name: string): Algorithm {
  const algorithm = findAlgorithm(name)
  if (algorithm === undefined) throw new Error(`JOSE: unknown algorithm ${name}`)
  return algorithm
}

function compileVerdict(options: ValidatorOptions, site: Site): (claims: JsonRecord) => Verdict {
  const { roles, roles_key: rolesKey, scopes, scopes_key: scopesKey } = options
  const { claimAt } = JOSE_QUIRKS[site.config.dialect]
  const readRoles = (hasNestedRoles(options) ? claimAt(rolesKey) : null) ?? flatClaim(rolesKey || 'roles')
  const readScopes = (scopesKey.includes('.') ? claimAt(scopesKey) : null) ?? flatClaim(scopesKey)
  const always: ClaimTest = () => true
  const hasRoles = roles.length === 0 ? always : rolesTest(readRoles, roles)
  const hasScopes = scopes.length === 0 || scopesKey === '' ? always : scopesTest(readScopes, scopes, options.scopes_matcher === 'all')
  const usesOf = compileClaimUses(options, site)
  return (claims) => ({ hasRoles: hasRoles(claims), hasScopes: hasScopes(claims), uses: usesOf(claims) })
}
