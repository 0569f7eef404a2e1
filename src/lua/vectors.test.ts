// The recorded programs, where the folder with them is beside the project; everything else is tested without them.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run } from '../../scripts/vectors/lua.ts'

const FILE = fileURLToPath(new URL('../../../shared/vectors/lua.jsonl', import.meta.url))
/** The cases that are known to differ, with their reason in README.md. */
const KNOWN = new Set(['coroutines-023', 'errors-070'])

test('recorded programs', { skip: existsSync(FILE) ? false : `${FILE} is not there` }, () => {
  const outcomes = run(readFileSync(FILE, 'utf8').split('\n').filter(Boolean))
  const wrong = outcomes.filter(({ ok, textOk, id }) => !(ok && textOk) && !KNOWN.has(id))
  assert.deepEqual(
    wrong.map(({ id, note }) => `${id}: ${note}`),
    [],
  )
  assert.ok(outcomes.length > 1000)
})
