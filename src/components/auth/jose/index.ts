// Components `auth/validator` (checks JSON Web Tokens) and `auth/signer` (makes them). Knows nothing of how either works.

import { component, service } from '../../../engine/compile/component.ts'
import { checkSharedCache, checkSigner, checkValidator } from './check-options.ts'
import { DEFAULT_CACHE_MS, sharedCacheMs } from './keys/key-supply.ts'
import { moreIssuersOptions, sharedCacheOptions, signerOptions, validatorOptions } from './options.ts'
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
  check: checkValidator,
  extras: { namespace: '_gw/jwt-issuers', options: moreIssuersOptions, reading: 'struct', whenInvalid: 'stop' },
  build: (options, site, more) => buildValidator(options, more?.issuers ?? [], site),
})

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
