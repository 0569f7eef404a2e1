// Builds the layer of `auth/validator`: who has no good token does not get through. Knows nothing of signatures.

import type { EndpointConfig } from '../../../config/types.ts'
import { ConfigError } from '../../../engine/compile/component.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { GatewayError } from '../../../engine/errors.ts'
import { canonicalName } from '../../../engine/headers.ts'
import { ownRejecters, tokenRejecters, verifiedClaims } from '../../../engine/ports.ts'
import type { Exchange, Handler, Layer } from '../../../engine/types.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { findAlgorithm } from './token/algorithms.ts'
import type { Algorithm } from './token/algorithms.ts'
import { applyClaims, compileClaimUses } from './token/claim-uses.ts'
import type { ClaimUses } from './token/claim-uses.ts'
import { flatClaim, rolesTest, scopesTest } from './token/claims.ts'
import type { ClaimTest } from './token/claims.ts'
import { findBadPath, hasNestedRoles } from './claim-paths.ts'
import { JOSE_QUIRKS } from './jose-quirks.ts'
import { IssuerSwitch } from './issuer-switch.ts'
import type { Verifier } from './issuer-switch.ts'
import { MAX_TOKEN_LENGTH, TokenError } from './token/jws.ts'
import { keyIdsOf } from './keys/key-ids.ts'
import { hasKeySource, INSECURE, isInsecure, NO_KEY_SOURCE, supplyKeys } from './keys/key-supply.ts'
import type { IssuerOptions, ValidatorOptions } from './options.ts'
import type { JsonRecord } from './token/strict-json.ts'
import { compileFindToken } from './token/token-location.ts'
import { TokenVerifier } from './token/verified-token.ts'
import type { VerifiedToken } from './token/verified-token.ts'

const MISSING_TOKEN = new GatewayError('unauthorized', { code: 'ERR_UNAUTHORIZED', statusCode: 401, source: 'client', challenge: 'Bearer' })
export const UNAUTHORIZED = new GatewayError('unauthorized', {
  code: 'ERR_UNAUTHORIZED',
  statusCode: 401,
  source: 'client',
  challenge: 'Bearer error="invalid_token"',
})
export const FORBIDDEN = new GatewayError('forbidden', { code: 'ERR_FORBIDDEN', statusCode: 403, source: 'client' })

const NOT_FOUND = 'Unable to validate the token: Token not found'
const TOO_LONG = `Unable to validate the token: the token is longer than ${MAX_TOKEN_LENGTH} characters`
const REJECTED = 'Token sent by client rejected'
const NO_ROLES = 'Token sent by client does not have sufficient roles'
const NO_SCOPES = 'Token sent by client does not have the required scopes'
const MAX_CACHE_SECONDS = 2 ** 32 - 1

/** What follows from the claims of a token at this endpoint. */
interface Verdict {
  readonly hasRoles: boolean
  readonly hasScopes: boolean
  readonly uses: ClaimUses
}

/** Refuses everything with 401. */
export function deny(): never {
  throw UNAUTHORIZED
}

/** The layer for one endpoint. Throws a ConfigError where KrakenD does not start. */
export function buildValidator(options: ValidatorOptions, moreIssuers: readonly IssuerOptions[], site: Site): Layer<Handler> {
  const label = `${site.label}[JWTValidator]`
  if (!hasKeySource(options)) site.log.error(`${label} ${NO_KEY_SOURCE}: every request is refused`)
  const problem = findProblem(options)
  if (problem !== null) {
    site.log.warning(`${label} Unable to parse the configuration: ${problem}`)
    return () => deny
  }
  const badPath = findBadPath(options, site.config.dialect)
  if (badPath !== null) {
    site.log.warning(`${label} error preparing the claims: ${badPath.problem}`)
    return () => deny
  }
  const verifier = createVerifier(options, moreIssuers, site)
  const shared = site.ask(tokenRejecters).flatMap((create) => create(site.endpoint as EndpointConfig) ?? [])
  const rejecters = [...shared, ...ownRejecters(site)]
  const findToken = compileFindToken(
    canonicalName(options.auth_header_name || 'Authorization'),
    options.cookie_key || 'access_token',
    JOSE_QUIRKS[site.config.dialect].needsScheme,
  )
  const explain = options.operation_debug ? (reason: string): void => site.log.error(`${label} ${reason}`) : null
  logSetup(options, site, label)

  function refuse(error: unknown): never {
    if (!(error instanceof TokenError)) throw error
    explain?.(`Unable to validate the token: ${error.message}`)
    throw UNAUTHORIZED
  }

  function admit(exchange: Exchange, token: VerifiedToken<Verdict>): void {
    const { claims, result } = token
    for (const isRejected of rejecters) if (isRejected(claims)) throw refused(REJECTED, UNAUTHORIZED)
    if (!result.hasRoles) throw refused(NO_ROLES, FORBIDDEN)
    if (!result.hasScopes) throw refused(NO_SCOPES, FORBIDDEN)
    verifiedClaims.set(exchange.scope, claims)
    applyClaims(exchange, result.uses)
  }

  async function admitLater(exchange: Exchange, token: Promise<VerifiedToken<Verdict>>, next: Handler): Promise<void> {
    admit(exchange, await token.catch(refuse))
    await next(exchange)
  }

  function refused(reason: string, error: GatewayError): GatewayError {
    explain?.(reason)
    return error
  }

  return (next) =>
    function validateToken(exchange) {
      const token = findToken(exchange.headers)
      if (token === '') throw refused(NOT_FOUND, MISSING_TOKEN)
      if (token.length > MAX_TOKEN_LENGTH) throw refused(TOO_LONG, UNAUTHORIZED)
      let verified: VerifiedToken<Verdict> | Promise<VerifiedToken<Verdict>>
      try {
        verified = verifier.verify(token)
      } catch (error) {
        refuse(error)
      }
      if (verified instanceof Promise) return admitLater(exchange, verified, next)
      admit(exchange, verified)
      return next(exchange)
    }
}

/** What KrakenD finds wrong when it decodes the block; the endpoint is closed then. */
function findProblem(options: ValidatorOptions): string | null {
  if (options.cache_duration < 0 || options.cache_duration > MAX_CACHE_SECONDS) return 'cache_duration must be a number of seconds'
  if (options.cipher_suites.some((suite) => suite < 0 || suite > 0xffff)) return 'cipher_suites must be IANA numbers'
  return isInsecure(options) ? INSECURE : null
}

function createVerifier(options: ValidatorOptions, moreIssuers: readonly IssuerOptions[], site: Site): Verifier<Verdict> {
  const clock = site.clock.now
  const derive = compileVerdict(options, site)
  const create = (own: ValidatorOptions): TokenVerifier<Verdict> => {
    const ids = keyIdsOf(own.key_identify_strategy)
    return new TokenVerifier({
      algorithm: needAlgorithm(own.alg),
      keys: supplyKeys(own, site, ids.ofKey, clock),
      ids,
      expected: { issuer: own.issuer, audience: own.audience },
      leewayMs: leewayOf(options, site),
      clock,
      derive,
    })
  }
  try {
    const main = create(options)
    const others = moreIssuers.map((own) => completeIssuer(options, own))
    if (others.length === 0) return main
    return new IssuerSwitch(main, new Map(others.map((own) => [own.issuer, create(own)])))
  } catch (error) {
    throw new ConfigError(`${site.label}[JWTValidator] Unable to create the validator: ${(error as Error).message}`)
  }
}

function leewayOf({ leeway }: ValidatorOptions, site: Site): number {
  const ms = parseDurationMs(leeway)
  if (ms !== null && ms >= 1000) return ms
  return JOSE_QUIRKS[site.config.dialect].leewayMs
}

/** With the options of the main one where it has none of its own; where keys come from is never taken over. */
function completeIssuer(options: ValidatorOptions, own: IssuerOptions): ValidatorOptions {
  const merged = { ...options, ...own }
  const problem =
    own.issuer === '' ? 'an issuer needs a name' : hasKeySource(own) ? findProblem(merged) : `${own.issuer} has ${NO_KEY_SOURCE}`
  if (problem !== null) throw new Error(`_gw/jwt-issuers: ${problem}`)
  return merged
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

function logSetup(options: ValidatorOptions, site: Site, label: string): void {
  const { roles, scopes, scopes_key: scopesKey } = options
  if (roles.length > 0) {
    site.log.debug(`${label} Roles will be matched against the ${options.roles_key_is_nested ? 'nested ' : ''}key: '${options.roles_key}'`)
  }
  if (scopes.length > 0 && scopesKey !== '') {
    const amount = options.scopes_matcher === 'all' ? 'all these' : 'any of these'
    site.log.debug(`${label} Constraint added: tokens must contain a claim '${scopesKey}' with ${amount} scopes: [${scopes.join(' ')}]`)
  } else site.log.debug(`${label} No scope validation required`)
  site.log.debug(`${label} Validator enabled for this endpoint${options.operation_debug ? '. Operation debug is enabled' : ''}`)
}
