// What `check` says of the block `_gw/secrets`. What references become is tested in config/secrets.test.ts, masking in engine/secrets.test.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOptions } from '../../../testing/index.ts'
import { secrets } from './index.ts'

test('it names folders, nothing else', () => {
  assert.deepEqual(checkOptions(secrets, {}), [])
  assert.deepEqual(checkOptions(secrets, { allow_files: ['/run/secrets'] }), [])
  assert.deepEqual(checkOptions(secrets, { allow_files: '/run', files: [] }), [
    'error allow_files: must be a list, not the text "/run"',
    'error files: unknown option "files"',
  ])
})
