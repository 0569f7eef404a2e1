import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeTarget, parseTarget } from './target.ts'

test('a path and its query', () => {
  assert.deepEqual(parseTarget('/a%2Fb/%C3%A9?x=%zz&y?z'), { path: '/a/b/é', rawQuery: 'x=%zz&y?z', host: null })
  assert.deepEqual(parseTarget('/a?'), { path: '/a', rawQuery: '', host: null })
  assert.deepEqual(parseTarget('/a#b'), { path: '/a#b', rawQuery: '', host: null })
})

test('two slashes are no authority', () => {
  assert.deepEqual(parseTarget('//h/x'), { path: '//h/x', rawQuery: '', host: null })
})

test('an absolute target names the host', () => {
  assert.deepEqual(parseTarget('http://u:p@h:81/x%20y?z'), { path: '/x y', rawQuery: 'z', host: 'h:81' })
  assert.deepEqual(parseTarget('http://h'), { path: '/', rawQuery: '', host: 'h' })
})

test('what Go refuses', () => {
  for (const target of ['', 'x', 'h:80', '/%zz', '/%2', '/a%']) assert.equal(parseTarget(target), null, target)
  assert.equal(parseTarget('*')?.path, '*')
})

test('bytes beyond ASCII are UTF-8', () => {
  assert.equal(decodeTarget('/\u00c3\u00a9'), '/é')
  assert.equal(decodeTarget('/plain'), '/plain')
})
