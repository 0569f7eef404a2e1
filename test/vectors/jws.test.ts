// Public vectors of JSON Web Signatures against the token verifier: which signatures count, and why some verdicts differ on purpose.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findAlgorithm } from '../../src/components/auth/jose/token/algorithms.ts'
import { parseJwk } from '../../src/components/auth/jose/keys/jwk.ts'
import { TokenError } from '../../src/components/auth/jose/token/jws.ts'
import { keyIdsOf } from '../../src/components/auth/jose/keys/key-ids.ts'
import { FixedKeys } from '../../src/components/auth/jose/keys/key-sources.ts'
import type { KeySource } from '../../src/components/auth/jose/keys/key-sources.ts'
import { TokenVerifier } from '../../src/components/auth/jose/token/verified-token.ts'
import { readLines } from './read-lines.ts'

interface Group {
  readonly set: string
  readonly group: string
  readonly keys: readonly (Readonly<Record<string, string>> & { readonly alg?: string })[]
  readonly tests: readonly (readonly [id: number | string, comment: string, jws: string, isValid: boolean])[]
}

/** Signatures that the vectors call good and that are refused. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "the token's algorithm is not the one that is configured (the vector's key names another)": [
    'wycheproof signature 346',
    'wycheproof signature 350',
  ],
  'characters outside the alphabet of base64url': ['wycheproof signature 372', 'wycheproof signature 373'],
  'the JSON serialization': [
    'cookbook curve25519/jws json_flat',
    'cookbook curve25519/jws json',
    'cookbook jws/4_1.rsa_v15_signature json_flat',
    'cookbook jws/4_1.rsa_v15_signature json',
    'cookbook jws/4_2.rsa-pss_signature json_flat',
    'cookbook jws/4_2.rsa-pss_signature json',
    'cookbook jws/4_3.ecdsa_signature json_flat',
    'cookbook jws/4_3.ecdsa_signature json',
    'cookbook jws/4_4.hmac-sha2_integrity_protection json_flat',
    'cookbook jws/4_4.hmac-sha2_integrity_protection json',
    'cookbook jws/4_5.signature_with_detached_content json_flat',
    'cookbook jws/4_5.signature_with_detached_content json',
    'cookbook jws/4_6.protecting_specific_header_fields json_flat',
    'cookbook jws/4_6.protecting_specific_header_fields json',
    'cookbook jws/4_7.protecting_content_only json_flat',
    'cookbook jws/4_7.protecting_content_only json',
    'cookbook jws/4_8.multiple_signatures json',
    'cookbook rfc7797/4.2.hmac-sha2_b64_false json_flat',
    'cookbook rfc7797/4.2.hmac-sha2_b64_false json',
    'cookbook rfc7797/hmac-sha2_b64_false json_flat',
    'cookbook rfc7797/hmac-sha2_b64_false json',
  ],
  'a payload that is elsewhere': ['cookbook jws/4_5.signature_with_detached_content compact'],
  'a payload that is not encoded (`b64`)': ['cookbook rfc7797/hmac-sha2_b64_false compact'],
}

/** Signatures that the vectors call bad and that count, as in KrakenD. None can be made without the key. */
const ACCEPTED: Readonly<Record<string, readonly string[]>> = {
  'PSS with a salt of any length': [281, 282, 283, 284, 285, 286].map((id) => `wycheproof signature ${id}`),
  '`use`, `key_ops` and `alg` of a key are not looked at: the configuration says what it is for': [
    ...[353, 354, 355, 356].map((id) => `wycheproof signature ${id}`),
    ...[6, 19, 20, 21, 25, 26].map((id) => `wycheproof key ${id}`),
  ],
  'white space, padding and unused bits, of which only the decoded bytes count': [360, 367, 370, 374].map(
    (id) => `wycheproof signature ${id}`,
  ),
  'a key set with keys of several types: the configured algorithm decides': ['wycheproof key 1'],
  'RSA keys of 1024 bits': ['wycheproof key 8'],
  'an RSA key whose primes were badly chosen (ROCA), which its modulus shows': ['wycheproof key 7'],
  'short HMAC secrets': ['wycheproof key 10', 'wycheproof key 11', 'wycheproof key 12'],
}

/** Whether the signature counts: the payloads of the vectors are no claims, so a good token ends with that complaint. */
async function isAccepted({ keys: raw }: Group, jws: string): Promise<boolean> {
  const named = raw.map(({ alg }) => findAlgorithm(alg ?? '')).find((algorithm) => algorithm !== undefined)
  const algorithm = named ?? findAlgorithm(algorithmOf(jws))
  if (algorithm === undefined) return false
  try {
    const ids = keyIdsOf('kid')
    const parsed = raw.flatMap((key) => parseJwk(key) ?? [])
    const fixed = new FixedKeys(parsed, ids.ofKey)
    // Without a key at hand the verifier would look at the payload first.
    const keys: KeySource = { get: (id) => fixed.get(id), peek: () => parsed[0] ?? null }
    const expected = { audience: [], issuer: '' }
    const verifier = new TokenVerifier({ algorithms: [algorithm], keys, ids, expected, leewayMs: 0, clock: () => 0, derive: () => null })
    await verifier.verify(jws)
  } catch (error) {
    return error instanceof TokenError && error.message.endsWith('the payload is not a JSON object')
  }
  return true
}

/** What the header claims; a vector whose key names no algorithm leaves the choice to it. */
function algorithmOf(jws: string): string {
  try {
    const header = JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()) as { alg?: unknown }
    return typeof header.alg === 'string' ? header.alg : ''
  } catch {
    return ''
  }
}

const groups = readLines<Group>('jws.jsonl')

test('signatures count exactly when the vectors say so, with the exceptions above', async () => {
  const refused: string[] = []
  const accepted: string[] = []
  let count = 0
  for (const group of groups) {
    for (const [id, , jws, isValid] of group.tests) {
      count++
      const result = await isAccepted(group, jws)
      const name = group.set === 'cookbook' ? `cookbook ${group.group} ${id}` : `${group.set} ${id}`
      if (result !== isValid) (isValid ? refused : accepted).push(name)
    }
  }
  assert.ok(count > 400)
  assert.deepEqual(refused.sort(), Object.values(REFUSED).flat().sort())
  assert.deepEqual(accepted.sort(), Object.values(ACCEPTED).flat().sort())
})

test('a set in which an id is there twice is read as its last key', async () => {
  const group = groups.find(({ group: name }) => name === 'jws_duplicate_kid')
  assert.ok(group !== undefined)
  const [, , jws] = group.tests[0] ?? assert.fail()
  assert.equal(await isAccepted(group, jws), false)
  assert.equal(await isAccepted({ ...group, keys: group.keys.toReversed() }, jws), true)
})
