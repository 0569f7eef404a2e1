// The options of `auth/validator` and `auth/signer`. Knows no key and no token.

import type { Static } from 'typebox'
import { Type } from '../../../schema/type.ts'
import { decodeBase64 } from './base64url.ts'
import { isSuiteNumber } from './keys/cipher-suites.ts'
import { ALGORITHM_NAMES } from './token/algorithms.ts'

export const ALGORITHMS = ALGORITHM_NAMES.map((name) => `\`${name}\``)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ')

const text = (description: string): ReturnType<typeof Type.String> => Type.String({ default: '', description })
const flag = (description: string): ReturnType<typeof Type.Boolean> => Type.Boolean({ default: false, description })
const texts = (description: string) => Type.Array(Type.String(), { default: [], description })

/** Where keys come from; the same for both components. */
export const keyOptions = {
  jwk_url: text('URL of a JWK Set. Needs https unless `disable_jwk_security` is set.'),
  jwk_local_path: text('File with a JWK Set, read when the gateway starts. Needs `disable_jwk_security`.'),
  secret_url: text('Keeper that decrypts `cypher_key`, for an encrypted file: `base64key://…` or `hashivault://…`.'),
  cypher_key: text('Encrypted data key of the file, in base64.'),
  disable_jwk_security: flag('Allow keys over plain http, from a file, or from a server with any certificate.'),
  jwk_fingerprints: texts('SHA-256 of public keys (padded URL-safe base64); the key server must present one of them.'),
  jwk_local_ca: text('PEM file with an authority that the key server is trusted by, in addition to those of the system.'),
  cipher_suites: Type.Array(Type.Integer(), { default: [], description: 'IANA numbers of the cipher suites up to TLS 1.2.' }),
}

export const validatorOptions = Type.Object({
  alg: text(`Signature algorithm that every token must have: ${ALGORITHMS}.`),
  ...keyOptions,
  cache: flag('Keep downloaded keys.'),
  cache_duration: Type.Integer({ minimum: 0, default: 0, description: 'Seconds to keep them; 0 for 900.' }),
  failed_jwk_key_cooldown: text('How long a key that was not found is refused without another download, `10s` for example.'),
  key_identify_strategy: text('What a key is found by: `kid` (default), `x5t`, `x5t#S256` or `kid_x5t`.'),
  issuer: text('Value that `iss` must have; empty: any.'),
  audience: texts('Values that must all be in `aud`.'),
  roles: texts('One of them must be in the claim `roles_key`.'),
  roles_key: Type.String({ default: 'roles', description: 'Claim with the roles.' }),
  roles_key_is_nested: flag('Whether dots in `roles_key` lead into objects.'),
  scopes: texts('One of them (or all, see `scopes_matcher`) must be in the claim `scopes_key`.'),
  scopes_key: text('Claim with the scopes; without it they are not checked.'),
  scopes_matcher: text('`all`: every scope is needed; anything else: one is enough.'),
  cookie_key: text('Cookie with the token when the header has none; empty for `access_token`.'),
  auth_header_name: text('Header with the token; empty for `Authorization`.'),
  propagate_claims: Type.Array(Type.Array(Type.String()), {
    default: [],
    description: 'Pairs of a claim and the request header that it is put into.',
  }),
  propagate_claims_preserve_array: flag('Whether a list becomes several header lines instead of one with commas.'),
  leeway: text('How much the clocks may differ; below one second: one second.'),
  operation_debug: flag('Log why tokens are refused.'),
})

export const signerOptions = Type.Object({
  alg: text(`Signature algorithm: ${ALGORITHMS}.`),
  kid: text('Key of the set to sign with.'),
  typ: text('`typ` of the token header; empty for `JWT`.'),
  ...keyOptions,
  keys_to_sign: texts('Fields of the answer whose objects become tokens.'),
  full: flag('JSON serialization instead of the compact form.'),
})

export const sharedCacheOptions = Type.Object({
  shared_cache_duration: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'Seconds that all endpoints with one `jwk_url` share its keys; 0 for 900.',
  }),
})

export type ValidatorOptions = Static<typeof validatorOptions>
export type SignerOptions = Static<typeof signerOptions>
export type KeyOptions = Omit<SignerOptions, 'alg' | 'kid' | 'typ' | 'keys_to_sign' | 'full'>

const MAX_CACHE_SECONDS = 2 ** 32 - 1

interface Undecoded<O> {
  readonly option: O
  readonly problem: string
}

/** What KrakenD cannot decode although its type is right; null when there is nothing. */
export function findUndecoded(options: ValidatorOptions): Undecoded<keyof ValidatorOptions> | null {
  const { cache_duration: seconds } = options
  if (seconds < 0 || seconds > MAX_CACHE_SECONDS) return { option: 'cache_duration', problem: 'cache_duration must be a number of seconds' }
  return findUndecodedKeys(options)
}

/** The same of what validator and signer say about their keys. */
export function findUndecodedKeys({ cipher_suites: suites, cypher_key: cypherKey }: KeyOptions): Undecoded<keyof KeyOptions> | null {
  if (!suites.every(isSuiteNumber)) return { option: 'cipher_suites', problem: 'cipher_suites must be IANA numbers' }
  if (decodeBase64(cypherKey) === null) return { option: 'cypher_key', problem: 'cypher_key must be base64' }
  return null
}
