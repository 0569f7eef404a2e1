// What is promised about our own keys: their names, and that nothing wrong in them is let pass.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { component } from '../engine/compile/component.ts'
import { checkOptions, buildFor, makeSite } from '../testing/index.ts'
import { isInOwnBlock, isSwitchedOff } from './own-keys.ts'
import { Type } from './type.ts'

const own = component({
  stage: 'endpoint',
  namespace: '_gw/test',
  options: Type.Object({
    after: Type.String({ format: 'duration', default: '1s' }),
    most: Type.Integer({ default: 1, minimum: 1, maximum: 9 }),
  }),
  build: () => null,
})

test('whatever is not understood is an error, and stops the start', () => {
  assert.deepEqual(checkOptions(own, {}), [])
  assert.deepEqual(checkOptions(own, { after: '250ms', most: 9, $comment: 1 }), [])
  for (const [block, text] of [
    [{ aftr: '1s' }, 'error aftr: unknown option "aftr"'],
    [{ After: '1s' }, 'error After: unknown option "After"'],
    [{ after: 3 }, 'error after: must be a text, not the number 3'],
    [{ after: '3' }, 'error after: "3" is no duration'],
    [{ after: '-3s' }, 'error after: "-3s" is no duration'],
    [{ most: 10 }, 'error most: must be at most 9, not 10'],
    [{ most: 1.5 }, 'error most: must be a whole number: 1.5 is read as 1'],
    [true, 'error : must be an object, not true'],
  ] as const) {
    assert.deepEqual(checkOptions(own, block), [text])
    assert.throws(() => buildFor(own, block, makeSite()), { name: 'ConfigError' })
  }
})

test('only blocks of ours are ours', () => {
  assert.equal(isInOwnBlock(['endpoints', 0, 'extra_config', '_gw/x', 'a']), true)
  assert.equal(isInOwnBlock(['endpoints', 0, 'extra_config', 'proxy', '_gw/x']), false)
  assert.equal(isSwitchedOff('_gw/x', false), true)
  assert.equal(isSwitchedOff('_gw/x', {}), false)
  assert.equal(isSwitchedOff('auth/validator', false), false)
})
