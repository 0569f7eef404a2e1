// Reading all of a stream, up to a bound.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { readUpTo } from './body.ts'

test('all bytes of a stream, up to the bound', async () => {
  assert.equal(String(await readUpTo(Readable.from([]), 0)), '')
  assert.equal(String(await readUpTo(Readable.from(['ä', Buffer.from('b')]), 3)), 'äb')
})

test('of a longer stream the rest is left to the caller', async () => {
  const stream = Readable.from(['a', 'bc', 'd'])
  assert.equal(await readUpTo(stream, 2), null)
  assert.equal(stream.destroyed, false)
  assert.equal(stream.read(), 'd')
})

test('a stream that breaks off rejects', async () => {
  const stream = new Readable({ read() {} })
  stream.push('a')
  setImmediate(() => stream.destroy(new Error('broken')))
  await assert.rejects(readUpTo(stream, 9), /broken/)
})
