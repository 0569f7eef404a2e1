// Which format the name of a file asks for.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatOfName } from './write-tree.ts'

test('the extension of a file names its format, and no other word does', () => {
  const names = ['a.json', 'a.yml', 'a.yaml', 'a.toml', 'a.constructor', 'a.txt', 'json', '']
  assert.deepEqual(names.map(formatOfName), ['json', 'yaml', 'yaml', 'toml', null, null, null, null])
})
