import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RouteTree } from './route-tree.ts'

function treeOf(...patterns: string[]): RouteTree<string> {
  const tree = new RouteTree<string>()
  for (const pattern of patterns) tree.add(pattern, pattern)
  return tree
}

const found = (tree: RouteTree<string>, path: string) => {
  const match = tree.find(path)
  return match === null ? null : [match.route.pattern, ...match.values]
}

test('static wins over parameter, parameter over catch-all, with backtracking', () => {
  const tree = treeOf('/u/me', '/u/:id', '/u/:id/posts', '/u/me/:what/x', '/:a/:b/:c', '/f/*rest')
  assert.deepEqual(found(tree, '/u/me'), ['/u/me'])
  assert.deepEqual(found(tree, '/u/you'), ['/u/:id', 'you'])
  assert.deepEqual(found(tree, '/u/me/posts'), ['/u/:id/posts', 'me'])
  assert.deepEqual(found(tree, '/u/me/other'), ['/:a/:b/:c', 'u', 'me', 'other'])
  assert.deepEqual(found(tree, '/f/a/b'), ['/f/*rest', '/a/b'])
  assert.deepEqual(found(tree, '/f/'), ['/f/*rest', '/'])
  assert.equal(found(tree, '/f'), null)
})

test('a parameter may be empty in the middle, never at the end', () => {
  const tree = treeOf('/x/:id/y', '/x/:id')
  assert.deepEqual(found(tree, '/x//y'), ['/x/:id/y', ''])
  assert.equal(found(tree, '/x/'), null)
})

test('a parameter may begin within a segment; the longest prefix wins', () => {
  const tree = treeOf('/f/file.:ext', '/f/:name')
  assert.deepEqual(found(tree, '/f/file.txt'), ['/f/file.:ext', 'txt'])
  assert.deepEqual(found(tree, '/f/other'), ['/f/:name', 'other'])
  assert.deepEqual(found(tree, '/f/file.'), ['/f/:name', 'file.'])
})

test('names of objects are ordinary segments', () => {
  const tree = treeOf('/constructor', '/__proto__/:id')
  assert.deepEqual(found(tree, '/constructor'), ['/constructor'])
  assert.deepEqual(found(tree, '/__proto__/1'), ['/__proto__/:id', '1'])
  assert.equal(found(tree, '/toString'), null)
})

test('conflicts are refused in the words of gin', () => {
  assert.throws(() => treeOf('/foo', '/foo'), { message: "handlers are already registered for path '/foo'" })
  assert.throws(() => treeOf('/user/:userid', '/user/:iduser/some'), {
    message: "':iduser' in new path '/user/:iduser/some' conflicts with existing wildcard ':userid' in existing prefix '/user/:userid'",
  })
  assert.throws(() => treeOf('/x/:a:b'), { message: "only one wildcard per path segment is allowed, has: ':a:b' in path '/x/:a:b'" })
  assert.throws(() => treeOf('/foo/*'), { message: "wildcards must be named with a non-empty name in path '/foo/*'" })
})

test('a path of another case is found as it is registered', () => {
  const tree = treeOf('/static/Path', '/p/:id/End')
  assert.equal(tree.findIgnoringCase('/STATIC/path'), '/static/Path')
  assert.equal(tree.findIgnoringCase('/P/AbC/end'), '/p/AbC/End')
  assert.equal(tree.findIgnoringCase('/static/patha'), null)
})

test('a last slash is taken away where the tree of gin has a node for it', () => {
  assert.equal(treeOf('/u/:id', '/:a/:b/:c').isTrailingSlashWrong('/u/'), true)
  assert.equal(treeOf('/u/:id', '/us').isTrailingSlashWrong('/u/'), true)
  assert.equal(treeOf('/u/:id').isTrailingSlashWrong('/u/'), false)
  assert.equal(treeOf('/:id/more').isTrailingSlashWrong('/x/'), true)
  assert.equal(treeOf('/:id/more').isTrailingSlashWrong('/x/y/'), false)
  assert.equal(treeOf('/u/a', '/us').isTrailingSlashWrong('/u/'), true)
  assert.equal(treeOf('/u/a', '/u/b').isTrailingSlashWrong('/u/'), false)
  assert.equal(treeOf('/u').isTrailingSlashWrong('/u/'), true)
  assert.equal(treeOf('/u/').isTrailingSlashWrong('/u'), true)
})

test('a colon behind a backslash is a colon; other escapes are refused', () => {
  const tree = new RouteTree<string>()
  for (const pattern of ['/v1\\:batch', '/v1:id', '/x\\:y/:z', '/end\\']) tree.add(pattern, pattern)
  const found = (path: string): unknown => tree.find(path)?.route.value
  assert.equal(found('/v1:batch'), '/v1\\:batch')
  assert.deepEqual(tree.find('/v1zz')?.values, ['zz'])
  assert.deepEqual(tree.find('/x:y/1')?.values, ['1'])
  assert.equal(found('/x\\:y/1'), undefined)
  assert.equal(found('/end\\'), '/end\\')
  for (const pattern of ['/a\\b', '/a\\\\:b', '/a\\/b', '/a\\*b'])
    assert.throws(() => tree.add(pattern, ''), { message: `invalid escape string in path '${pattern}'` })
})
