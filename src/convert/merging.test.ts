import assert from 'node:assert/strict'
import { test } from 'node:test'
import { convert } from './convert.ts'
import type { FileVersion } from './convert-version.ts'

async function tellOf(validator: object, from: FileVersion, to: FileVersion): Promise<string[]> {
  const file = { version: from, endpoints: [{ endpoint: '/a', extra_config: { 'auth/validator': validator } }] }
  const { remarks } = await convert({ text: JSON.stringify(file, null, 1), extension: '.json', version: to, format: null })
  return remarks.map(({ line, kind, message }) => `${line} ${kind} ${message}`)
}

test('claims that the other version finds elsewhere are told with their line', async () => {
  const propagate_claims = [
    ['x.1', 'X-A'],
    ['.x', 'X-B'],
    ['http://a.1', 'X-C'],
    ['sub', 'X-D'],
    ['a.b', 'X-E'],
  ]
  const validator = { roles_key: 'a.*.b', roles_key_is_nested: true, scopes_key: 'a..b', propagate_claims }
  const places = 'to version 4 a number is a place in a list, too, and "*" is every member'
  const empty = 'which has an empty part: version'
  assert.deepEqual(await tellOf(validator, 3, 4), [
    `8 note "roles_key" names "a.*.b": ${places}`,
    `10 note "scopes_key" names "a..b", ${empty} 3 finds nothing (403), version 4 answers every request 401`,
    `13 note "propagate_claims" names "x.1": ${places}`,
    `17 note "propagate_claims" names ".x", ${empty} 3 empties the header, version 4 lets the client set it`,
  ])
  assert.deepEqual(await tellOf(validator, 4, 3), [
    '8 refused "roles_key" names "a.*.b": version 3 knows no places in lists and no "*" there',
    `10 note "scopes_key" names "a..b", ${empty} 4 answers every request 401, version 3 finds nothing (403)`,
    '13 refused "propagate_claims" names "x.1": version 3 knows no places in lists and no "*" there',
    `17 note "propagate_claims" names ".x", ${empty} 4 leaves it out, version 3 empties the header`,
  ])
})

test('names that are no paths are the same in both', async () => {
  for (const validator of [
    { roles_key: 'a.1.b', scopes_key: 's' },
    { roles_key: 'http://a.1', roles_key_is_nested: true },
  ]) {
    assert.deepEqual(await tellOf(validator, 3, 4), [])
    assert.deepEqual(await tellOf(validator, 4, 3), [])
  }
})
