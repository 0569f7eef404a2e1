import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanPath, encodeQuery, encodeTarget, parseQuery, unescapePercent } from './url.ts'

test('a path that is validly encoded stays, any other is encoded as Go does', () => {
  assert.equal(encodeTarget('/a%2Fb/c'), '/a%2Fb/c')
  assert.equal(encodeTarget('/a b'), '/a%20b')
  assert.equal(encodeTarget('/é/"x"\\'), '/%C3%A9/%22x%22%5C')
  assert.equal(encodeTarget('/a+b&c=d;e,f~'), '/a+b&c=d;e,f~')
  assert.equal(encodeTarget('/{{.Resp0_x}}'), '/%7B%7B.Resp0_x%7D%7D')
  // With one unsafe character the whole path is decoded and encoded anew.
  assert.equal(encodeTarget('/a%2Fb c'), '/a/b%20c')
})

test('the query part keeps its text, a fragment is cut', () => {
  assert.equal(encodeTarget('/b?x={{.Id}}#f'), '/b?x={{.Id}}')
  assert.equal(encodeTarget('/b?q=a b'), '/b?q=a%20b')
})

test('what Go does not parse is refused', () => {
  assert.throws(() => encodeTarget('/a%zz'), { message: 'net/url: invalid URL escape "%zz"' })
  assert.throws(() => encodeTarget('/a\nb'), { message: 'net/url: invalid control character in URL' })
})

test('queries are parsed leniently and written sorted', () => {
  const query = parseQuery('b=2&a=1&a=3&A=4&bad=%zz&x;y&e')
  assert.deepEqual(
    [...query],
    [
      ['b', ['2']],
      ['a', ['1', '3']],
      ['A', ['4']],
      ['e', ['']],
    ],
  )
  assert.equal(encodeQuery(query), 'A=4&a=1&a=3&b=2&e=')
  assert.equal(encodeQuery(parseQuery('q=a+b%26%C3%A9')), 'q=a+b%26%C3%A9')
})

test('paths are cleaned as gin cleans them', () => {
  for (const [path, clean] of [
    ['//a', '/a'],
    ['/a//b/', '/a/b/'],
    ['/a/./b/..', '/a'],
    ['/../..', '/'],
    ['/a/.', '/a/'],
    ['', '/'],
  ] as const) {
    assert.equal(cleanPath(path), clean)
  }
})

test('a malformed escape is no text', () => {
  assert.equal(unescapePercent('a%2'), null)
  assert.equal(unescapePercent('%C3%A9'), 'é')
})
