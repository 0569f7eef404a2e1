import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { formatUrl, parseUrl } from './url-parts.ts'
import { cleanPath, encodeQuery, encodeTarget, parseQuery, unescapePercent } from './url.ts'

test('a path that is validly encoded stays, any other is encoded as Go does', () => {
  assert.equal(encodeTarget('/a%2Fb/c'), '/a%2Fb/c')
  assert.equal(encodeTarget('/a b'), '/a%20b')
  assert.equal(encodeTarget('/é/"x"\\'), '/%C3%A9/%22x%22%5C')
  assert.equal(encodeTarget('/a+b&c=d;e,f~'), '/a+b&c=d;e,f~')
  assert.equal(encodeTarget('/{{.Resp0_x}}'), '/%7B%7B.Resp0_x%7D%7D')
  // With one unsafe character the whole path is decoded and encoded anew.
  assert.equal(encodeTarget('/%41%c3%bc c'), '/A%C3%BC%20c')
})

test('what was escaped on purpose reaches no other segment, whatever stands beside it', () => {
  for (const beside of ['x y', 'é', '"', '<', '{{.Resp0_x}}']) {
    const encoded = encodeURI(beside)
    assert.equal(encodeTarget(`/u/..%2Fadmin/${beside}`), `/u/..%2Fadmin/${encoded}`)
    assert.equal(encodeTarget(`/u/%2f%2F..%3Fq%23f%25%5C%252F/${beside}`), `/u/%2f%2F..%3Fq%23f%25%5C%252F/${encoded}`)
  }
  assert.equal(encodeTarget('/%2F é'), '/%2F%20%C3%A9')
  const text = fc.string({ unit: fc.constantFrom('.', '/', '%', '?', '#', 'a', '2', 'F', ' ', 'é', '\\', ';'), maxLength: 10 })
  fc.assert(
    fc.property(text, text, (claim, beside) => {
      const path = encodeTarget(`/u/${encodeURIComponent(claim)}/ ${encodeURIComponent(beside)}`)
      assert.deepEqual(path.split('/').slice(1, 3).map(unescapePercent), ['u', claim])
    }),
  )
})

test('the query part keeps its text, a fragment is cut', () => {
  assert.equal(encodeTarget('/b?x={{.Id}}#f'), '/b?x={{.Id}}')
  assert.equal(encodeTarget('/b?q=a b'), '/b?q=a%20b')
})

test('what Go does not parse is refused', () => {
  assert.throws(() => encodeTarget('/a%zz'), { message: 'invalid URL escape "%zz"' })
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

test('bytes that are no UTF-8 leave as they came, from paths and queries alike', () => {
  assert.equal(encodeTarget(`/b/${unescapePercent('caf%E9')}`), '/b/caf%E9')
  assert.equal(encodeTarget(`/b/${unescapePercent('%ff%C3%A9')}?x=${unescapePercent('%e9')}`), '/b/%FF%C3%A9?x=%E9')
  assert.equal(encodeQuery(parseQuery('q=caf%E9&%e9=1&u=%C3%A9')), 'q=caf%E9&u=%C3%A9&%E9=1')
})

test('a host has escapes beyond ASCII alone, the zone of an address has others', () => {
  assert.equal(parseUrl('http://%C3%A9.x:80/').host, 'é.x:80')
  assert.equal(parseUrl('http://[fe80::1%25en%20%25]:80/').host, '[fe80::1%en %]:80')
  assert.throws(() => parseUrl('http://%41'), { message: 'parse "http://%41": invalid URL escape "%41"' })
  assert.throws(() => parseUrl('http://[::1%41]'), { message: 'parse "http://[::1%41]": invalid URL escape "%41"' })
  assert.throws(() => parseUrl('http://[::1%25%2F]'), { message: 'parse "http://[::1%25%2F]": invalid URL escape "%2F"' })
  assert.throws(() => parseUrl('http://a{b'), { message: 'parse "http://a{b": invalid character "{" in host name' })
  assert.equal(formatUrl(parseUrl('http://u:p@h/a b?q#f')), 'http://u:p@h/a%20b?q#f')
})
