// Expressions that cel-go was recorded with, where the records are: beside the repository.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run } from '../../scripts/vectors/cel.ts'

const FILE = fileURLToPath(new URL('../../../shared/vectors/cel.jsonl', import.meta.url))
const skip = existsSync(FILE) ? false : `there are no recorded expressions at ${FILE}`

test('recorded expressions give the same values, types and stages of failure', { skip }, () => {
  const results = run(readFileSync(FILE, 'utf8').trimEnd().split('\n'))
  assert.ok(results.length > 0)
  assert.deepEqual(
    results.filter(({ ok }) => !ok).map(({ note }) => note),
    [],
  )
})

test('a record that differs is told', () => {
  const line = JSON.stringify({
    id: 'x',
    group: 'g',
    expr: '1 + 1',
    vars: {},
    type: 'int',
    type_error: null,
    value: { $int: '3' },
    error: null,
  })
  const [result] = run([line])
  assert.equal(result?.ok, false)
  assert.match(result?.note ?? '', /expected {2}int \{"\$int":"3"\}/)
})
