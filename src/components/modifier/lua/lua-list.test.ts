// What `luaList` makes of values that no list holds.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { postOf } from './test-support.ts'

test('a list grows by a value that is ignored', async () => {
  const post = 'local l = luaList.new() l:set(0, "a") l:set(0, nil) l:set(2, print) l:set(-1, nil) response.load():data():set("l", l)'
  assert.equal(await postOf(post), '{"l":["a",null,null]}')
})
