// Work in turns: all of it, in order, and others in between.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTurns } from './turns.ts'

test('all parts come in order, and others have a turn when one has lasted for long enough', async () => {
  const seen: string[] = []
  setImmediate(() => seen.push('other'))
  function* parts(): Generator<string> {
    for (const name of ['a', 'b', 'c']) {
      seen.push(name)
      const until = name === 'b' ? performance.now() + 15 : 0
      while (performance.now() < until);
      yield name
    }
  }
  assert.deepEqual(await inTurns(parts()), ['a', 'b', 'c'])
  assert.deepEqual(seen, ['a', 'b', 'other', 'c'])
})
