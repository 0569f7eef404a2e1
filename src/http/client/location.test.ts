// A Location leads where Go's net/url says.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveLocation } from './location.ts'

const FROM = { origin: 'http://a:81', path: '/d/e/f?q=1' }

function resolve(location: string): string {
  const { origin, path } = resolveLocation(Buffer.from(location).toString('latin1'), FROM)
  return origin + path
}

test('references are resolved from where the request went', () => {
  const cases: Record<string, string> = {
    '/x': 'http://a:81/x',
    x: 'http://a:81/d/e/x',
    './x/.': 'http://a:81/d/e/x/',
    '../../../x/../y': 'http://a:81/y',
    '..': 'http://a:81/d/',
    '?z=2': 'http://a:81/d/e/f?z=2',
    '?': 'http://a:81/d/e/f?',
    '#top': 'http://a:81/d/e/f?q=1',
    '//b/x//y': 'http://b/x//y',
    '///b/x': 'http://a:81///b/x',
    'HTTPS://B:443': 'https://b/',
    'http://b:80/x?y#z': 'http://b/x?y',
    'http://[::1]:82/x': 'http://[::1]:82/x',
    'mailto:x@y': 'mailto:///x@y',
  }
  for (const [location, expected] of Object.entries(cases)) assert.equal(resolve(location), expected, location)
})

test('no browser reads it', () => {
  assert.equal(resolve('/x\\y'), 'http://a:81/x%5Cy')
  assert.equal(resolve('/t/%2e%2e/y'), 'http://a:81/t/%2e%2e/y')
  assert.equal(resolve('/a b?c d'), 'http://a:81/a%20b?c%20d')
  assert.equal(resolve('/straße?ü=é'), 'http://a:81/stra%C3%9Fe?%C3%BC=%C3%A9')
  assert.equal(resolve('http://bücher.example/'), 'http://xn--bcher-kva.example/')
  assert.equal(resolveLocation('/caf\xe9?q=\xe9', FROM).path, '/caf%E9?q=%E9')
})

test('user and password become credentials', () => {
  const basic = (location: string): string | null => resolveLocation(location, FROM).authorization
  assert.equal(basic('http://user:pw@b/'), `Basic ${btoa('user:pw')}`)
  assert.equal(basic('//us%40er@b/'), `Basic ${btoa('us@er:')}`)
  assert.equal(basic('http://b/@x'), null)
  assert.equal(resolve('http://user:pw@b/x'), 'http://b/x')
})

test('what is no URL says why', () => {
  const cases: Record<string, string> = {
    '/%zz': 'invalid URL escape "%zz"',
    '/x#%zz': 'invalid URL escape "%zz"',
    '/x\ty': 'net/url: invalid control character in URL',
    ':x': 'missing protocol scheme',
    '1:b/c:d': 'first path segment in URL cannot contain colon',
    'http://[': "missing ']' in host",
    'http://b:x/': 'invalid port ":x" after host',
    'http://b c/': 'invalid character " " in host name',
    'http://b%41/': 'invalid URL escape "%41"',
    'http://u^@b/': 'net/url: invalid userinfo',
  }
  for (const [location, detail] of Object.entries(cases)) {
    const quoted = JSON.stringify(location)
    assert.throws(() => resolve(location), { message: `failed to parse Location header ${quoted}: parse ${quoted}: ${detail}` }, location)
  }
  for (const location of ['http:x', 'http:///x', 'http:/x']) {
    assert.throws(() => resolve(location), { message: 'http: no Host in request URL' }, location)
  }
})
