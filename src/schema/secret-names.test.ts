import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOptions } from './read-options.ts'
import { hideSecrets } from './secret-names.ts'
import { Type } from './type.ts'

test('literal passwords and secrets become asterisks of the same length, in JSON, YAML and TOML', () => {
  const lines: [string, string][] = [
    [
      String.raw`{ "sasl": { "username": "me", "password": "a, \"b}", "x": 1 } }`,
      '{ "sasl": { "username": "me", "password": "*******", "x": 1 } }',
    ],
    ['"password": 12345, "x": 1', '"password": *****, "x": 1'],
    ['  client_secret: it is mine', '  client_secret: **********'],
    ["Client_Secret = 'mine'", "Client_Secret = '****'"],
  ]
  for (const [line, hidden] of lines) assert.equal(hideSecrets(line), hidden)
})

test('references, empty values, objects and other options stay as they are', () => {
  for (const line of ['"password": "${env:X}"', 'password: ${env:X}', '"password": ""', '"secret": {', '"secrets": "a"', 'no secret here'])
    assert.equal(hideSecrets(line), line)
})

test('a password of a wrong type is not told', () => {
  const { issues } = readOptions(Type.Object({ password: Type.String() }), { password: 12345 }, 'exact')
  assert.deepEqual(
    issues.map(({ message, hint }) => [message, hint]),
    [['must be a text', 'write it in quotes']],
  )
})
