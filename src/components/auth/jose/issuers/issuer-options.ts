// The options of `_gw/issuers`: what an issuer is, at the service, and whose tokens an endpoint takes.

import type { Static } from 'typebox'
import { Type } from '../../../../schema/type.ts'
import { KEY_STRATEGIES } from '../keys/key-ids.ts'
import { ALGORITHMS, keyOptions } from '../options.ts'

const ofValidator = 'Default: that of the endpoint’s `auth/validator`.'

const introspection = Type.Object({
  url: Type.String({ minLength: 1, description: 'Where tokens are asked about (RFC 7662).' }),
  client_id: Type.String({ default: '', description: 'Who asks.' }),
  client_secret: Type.String({ default: '', description: 'The proof.' }),
  cache_ttl: Type.String({
    default: '30s',
    format: 'duration',
    description: 'How long an answer counts, at most; `0s`: every request asks.',
  }),
  timeout: Type.String({ default: '2s', format: 'duration', description: 'How long the answer may take; then requests are answered 503.' }),
  token_type_hint: Type.String({ default: '', description: 'What tokens are, for the server: `access_token`.' }),
})

const issuer = Type.Object({
  issuer: Type.String({ default: '', description: 'Exact value of `iss`. Needed, unless there is nothing but `introspection`.' }),
  discovery: Type.Union([Type.Boolean(), Type.String()], {
    default: false,
    description: 'Keys are where the OpenID discovery document says: that of `issuer` (`true`), or the one at this URL.',
  }),
  ...keyOptions,
  jwk_local_path: Type.String({ default: '', description: 'File with a JWK Set, read when the gateway starts.' }),
  disable_jwk_security: Type.Boolean({
    default: false,
    description: 'Allow plain http, and servers with any certificate, for keys, discovery and introspection.',
  }),
  alg: Type.Array(Type.String(), {
    default: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    description: `Signature algorithms that tokens may have: ${ALGORITHMS}.`,
  }),
  cache_duration: Type.Integer({
    minimum: 0,
    default: 900,
    description: 'Seconds that keys are kept before they are fetched again; 0 for 900.',
  }),
  failed_jwk_key_cooldown: Type.String({
    default: '10s',
    format: 'duration',
    description: 'Unknown keys cause one download in that time; `100ms` at least.',
  }),
  key_identify_strategy: Type.Enum(KEY_STRATEGIES, { default: 'kid', description: 'What keys are found by.' }),
  audience: Type.Optional(Type.Array(Type.String(), { description: `Values that must all be in \`aud\`. ${ofValidator}` })),
  roles_key: Type.Optional(Type.String({ description: `Claim with the roles. ${ofValidator}` })),
  roles_key_is_nested: Type.Optional(Type.Boolean({ description: `Whether dots in \`roles_key\` lead into objects. ${ofValidator}` })),
  scopes_key: Type.Optional(Type.String({ description: `Claim with the scopes. ${ofValidator}` })),
  introspection: Type.Optional(introspection),
})

export const issuersOptions = Type.Record(Type.String(), issuer, { description: 'Issuers by the names that endpoints call them.' })

export const acceptedOptions = Type.Array(Type.String(), {
  description: 'Names of the issuers whose tokens are good here, besides that of `auth/validator`.',
})

export type IssuerOptions = Static<typeof issuer>

/** Whether it has keys to check signatures with. */
export function hasKeys({ discovery, jwk_url: url, jwk_local_path: path }: IssuerOptions): boolean {
  return (discovery !== false && discovery !== '') || url !== '' || path !== ''
}
