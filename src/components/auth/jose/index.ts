// Components `auth/validator` (checks JSON Web Tokens), `_gw/issuers` (those of several issuers, and tokens that are none) and
// `auth/signer` (makes them). Knows nothing of how they work.

import { component, service, type CheckedPlace, type Site } from '../../../engine/compile/component.ts'
import { optionsOf } from '../../../engine/compile/read-block.ts'
import { checkSharedCache, checkSigner, checkValidator } from './check-options.ts'
import { checkDefinitions, checkNames, warnOfOthers } from './issuers/check-issuers.ts'
import { acceptedOptions, issuersOptions, type IssuerOptions } from './issuers/issuer-options.ts'
import { type Issuer, namedIssuers, nameIssuers, openAccepted } from './issuers/open-issuer.ts'
import { DEFAULT_CACHE_MS, sharedCacheMs } from './keys/key-supply.ts'
import { sharedCacheOptions, signerOptions, validatorOptions } from './options.ts'
import { buildSigner } from './signer.ts'
import { buildValidator } from './validator.ts'

/** At service level the block protects nothing, as in KrakenD: it lets endpoints share the keys of one URL. */
export const sharedKeyCache = service({
  namespace: 'auth/validator',
  options: sharedCacheOptions,
  reading: 'struct',
  whenInvalid: 'skip',
  check: checkSharedCache,
  build({ shared_cache_duration: seconds }, site) {
    if (seconds <= 0) site.log.info('[SERVICE: JOSE] Empty shared_cache_duration, using default (15m)')
    site.provide(sharedCacheMs, seconds > 0 ? seconds * 1000 : DEFAULT_CACHE_MS)
  },
})

/** Outside the signer: who may not enter gets no token. */
export const validator = component({
  stage: 'endpoint',
  namespace: 'auth/validator',
  options: validatorOptions,
  reading: 'struct',
  whenInvalid: 'deny',
  explainInvalid: (label, detail) => `${label}[JWTValidator] Unable to parse the configuration: ${detail}`,
  restricting: true,
  identityHeaders: ({ propagate_claims: pairs, auth_header_name: own }) =>
    [own, ...pairs.map(([, header = '']) => header)].filter((name) => name !== ''),
  check: checkValidator,
  build: (options, site) => buildValidator(options, issuersAt(site), site),
})

/** Issuers that endpoints may name. */
export const issuers = service({
  namespace: '_gw/issuers',
  options: issuersOptions,
  restricting: true,
  check: checkDefinitions,
  build(definitions, site) {
    site.provide(namedIssuers, nameIssuers(definitions, site))
  },
})

/** Before the validator, which asks whom the endpoint names; where there is none, this is one that demands nothing else. */
export const acceptedIssuers = component({
  stage: 'endpoint',
  namespace: '_gw/issuers',
  options: acceptedOptions,
  restricting: true,
  check: (names, block) => [...checkNames(names, definitionsIn(block.place)), ...warnOfOthers(block)],
  build(names, site) {
    const accepted = openAccepted(names, site)
    issuersAt(site).push(...accepted)
    return site.has(validator.namespace) ? null : buildValidator(optionsOf(validator, new Map()), accepted, site)
  },
})

/** Those that the block of this place names. */
function issuersAt({ once, id }: Site): Issuer[] {
  return once(`accepted issuers ${id}`, () => [])
}

/** Null where they are wrong themselves, which is told there. */
function definitionsIn(place: CheckedPlace | null): Readonly<Record<string, IssuerOptions>> | null {
  if (place === null) return null
  const { extraConfig } = place.config
  const definitions = optionsOf(issuers, extraConfig)
  return Object.keys(definitions).length === 0 && extraConfig.has(issuers.namespace) ? null : definitions
}

export const signer = component({
  stage: 'endpoint',
  namespace: 'auth/signer',
  options: signerOptions,
  reading: 'struct',
  whenInvalid: 'deny',
  explainInvalid: (label, detail) => `${label}[JWTSigner] Unable to create the signer: ${detail}`,
  restricting: true,
  check: checkSigner,
  build: (options, site) => buildSigner(options, site),
})
