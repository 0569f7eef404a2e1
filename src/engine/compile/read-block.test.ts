// What becomes of a block that is there, but is none.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '../../schema/type.ts'
import { makeSite } from '../../testing/index.ts'
import { component } from './component.ts'
import { readBlock } from './read-block.ts'

test('null is no block where keys are read exactly, and an empty one where KrakenD decodes a struct', () => {
  const options = Type.Object({ value: Type.String({ default: 'x' }) })
  const read = (reading: 'map' | 'struct'): unknown => {
    const declaration = component({ stage: 'server', namespace: 'test/sign', options, reading, build: () => null })
    return readBlock(declaration, new Map([['test/sign', null]]), makeSite({}))
  }
  assert.equal(read('map'), 'skip')
  assert.deepEqual(read('struct'), { value: { value: 'x' }, extras: null })
})
