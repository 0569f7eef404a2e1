// Builds the layer of `auth/validator`: who has no good token does not get through. Knows nothing of signatures.

import type { EndpointConfig } from '../../../config/types.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { GatewayError } from '../../../engine/errors.ts'
import { canonicalName } from '../../../engine/headers.ts'
import { ownRejecters, tokenRejecters, verifiedClaims } from '../../../engine/ports.ts'
import type { Exchange, Handler, Layer } from '../../../engine/types.ts'
import { findBadPath, hasNestedRoles } from './claim-paths.ts'
import type { Issuer } from './issuers/open-issuer.ts'
import { JOSE_QUIRKS } from './jose-quirks.ts'
import { hasKeySource, INSECURE, isInsecure, NO_KEY_SOURCE } from './keys/key-supply.ts'
import { findUndecoded, type ValidatorOptions } from './options.ts'
import { applyClaims } from './token/claim-uses.ts'
import { MAX_TOKEN_LENGTH, TokenError } from './token/jws.ts'
import { compileFindToken } from './token/token-location.ts'
import type { GoodToken } from './token/verified-token.ts'
import { createVerifier, type Verdict } from './verifiers.ts'

const REFUSAL = { code: 'ERR_UNAUTHORIZED', statusCode: 401, source: 'client', isTold: true } as const
const MISSING_TOKEN = new GatewayError('unauthorized', { ...REFUSAL, challenge: 'Bearer' })
export const UNAUTHORIZED = new GatewayError('unauthorized', { ...REFUSAL, challenge: 'Bearer error="invalid_token"' })
export const FORBIDDEN = new GatewayError('forbidden', { ...REFUSAL, code: 'ERR_FORBIDDEN', statusCode: 403 })

const NOT_FOUND = 'Unable to validate the token: Token not found'
const TOO_LONG = `Unable to validate the token: the token is longer than ${MAX_TOKEN_LENGTH} characters`
const REJECTED = 'Token sent by client rejected'
const NO_ROLES = 'Token sent by client does not have sufficient roles'
const NO_SCOPES = 'Token sent by client does not have the required scopes'

/** Refuses everything with 401. */
export function deny(): never {
  throw UNAUTHORIZED
}

/** The layer for one endpoint, whose tokens may be those of named issuers as well. Throws a ConfigError where KrakenD does not start. */
export function buildValidator(options: ValidatorOptions, issuers: readonly Issuer[], site: Site): Layer<Handler> {
  const label = `${site.label}[JWTValidator]`
  const hasOwnKeys = hasKeySource(options)
  if (!hasOwnKeys && issuers.length === 0) site.log.error(`${label} ${NO_KEY_SOURCE}: every request is refused`)
  const problem = findProblem(options, hasOwnKeys || issuers.length === 0)
  if (problem !== null) {
    site.log.warning(`${label} Unable to parse the configuration: ${problem}`)
    return () => deny
  }
  const badPath = findBadPath(options, site.config.dialect)
  if (badPath !== null) {
    site.log.warning(`${label} error preparing the claims: ${badPath.problem}`)
    return () => deny
  }
  const verifier = createVerifier(options, issuers, site)
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

  function admit(exchange: Exchange, token: GoodToken<Verdict>): void {
    const { claims, result } = token
    for (const isRejected of rejecters) if (isRejected(claims)) throw refused(REJECTED, UNAUTHORIZED)
    if (!result.hasRoles) throw refused(NO_ROLES, FORBIDDEN)
    if (!result.hasScopes) throw refused(NO_SCOPES, FORBIDDEN)
    verifiedClaims.set(exchange.scope, claims)
    applyClaims(exchange, result.uses)
  }

  async function admitLater(exchange: Exchange, token: Promise<GoodToken<Verdict>>, next: Handler): Promise<void> {
    // Keys are fetched for all who wait for them; who has left waits no longer.
    admit(exchange, await exchange.scope.wait(token).catch(refuse))
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
      let verified: GoodToken<Verdict> | Promise<GoodToken<Verdict>>
      try {
        verified = verifier.verify(token, exchange.scope)
      } catch (error) {
        refuse(error)
      }
      if (verified instanceof Promise) return admitLater(exchange, verified, next)
      admit(exchange, verified)
      return next(exchange)
    }
}

/** What KrakenD finds wrong when it decodes the block; the endpoint is closed then. */
function findProblem(options: ValidatorOptions, needsKeys: boolean): string | null {
  const undecoded = findUndecoded(options)
  if (undecoded !== null) return undecoded.problem
  return needsKeys && isInsecure(options) ? INSECURE : null
}

function logSetup(options: ValidatorOptions, site: Site, label: string): void {
  const { scopes, scopes_key: scopesKey, roles_key: rolesKey } = options
  // compat: told without roles, too.
  site.log.debug(`${label} Roles will be matched against the ${hasNestedRoles(options) ? 'nested ' : ''}key: '${rolesKey || 'roles'}'`)
  if (scopes.length > 0 && scopesKey !== '') {
    const amount = options.scopes_matcher === 'all' ? 'all these' : 'any of these'
    site.log.debug(`${label} Constraint added: tokens must contain a claim '${scopesKey}' with ${amount} scopes: [${scopes.join(' ')}]`)
  } else site.log.debug(`${label} No scope validation required`)
  site.log.debug(`${label} Validator enabled for this endpoint${options.operation_debug ? '. Operation debug is enabled' : ''}`)
}
