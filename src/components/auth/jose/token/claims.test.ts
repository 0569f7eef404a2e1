// Registered claims, roles, scopes, and the texts that claims become.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeSorted } from '../../../../json/write.ts'
import type { JsonValue } from '../../../../json/types.ts'
import { asHeaderValue, claimLines, claimText, hasControlCharacters, urlText } from './claim-text.ts'
import { checkRegistered, checkTimes, claimByDots, flatClaim, nestedClaim, rolesTest, scopesTest } from './claims.ts'
import type { Expected } from './claims.ts'
import { TokenError } from './jws.ts'

const ANY: Expected = { issuer: '', audience: [] }
const NOW = 1_700_000_000
const encode = (value: unknown): string => encodeSorted(value as JsonValue)

function isGood(claims: Record<string, unknown>, expected = ANY, leewayMs = 1000): boolean {
  try {
    checkTimes(checkRegistered(claims, expected), NOW * 1000 + 500, leewayMs)
    return true
  } catch (error) {
    assert.ok(error instanceof TokenError)
    return false
  }
}

test('types of registered claims', () => {
  for (const claims of [{}, { iss: null, sub: null, jti: null, exp: null, nbf: null, iat: null }, { iss: '', aud: [] }, { exp: 2e9 }]) {
    assert.equal(isGood(claims), true)
  }
  const typed = [{ iss: 1 }, { sub: 1 }, { sub: {} }, { jti: true }, { aud: null }, { aud: 1 }, { aud: ['a', 1] }, { aud: {} }]
  const dated = [{ exp: '2051882755' }, { exp: true }, { exp: 1e300 }, { exp: [] }, { nbf: '0' }, { iat: '0' }]
  for (const claims of [...typed, ...dated]) {
    assert.equal(isGood(claims), false, JSON.stringify(claims))
  }
})

test('dates are good as far as Go’s clock goes, and those behind it are none', () => {
  for (const exp of [2 ** 53, 2 ** 53 + 2, Number('99999999999999999'), 1e18, Number('9223371974719178752')])
    assert.equal(isGood({ exp }), true, String(exp))
  for (const exp of [Number('9223371974719179776'), 2 ** 63, 1e19, -1e18]) assert.equal(isGood({ exp }), false, String(exp))
  for (const date of [-1e18, -1e19]) assert.equal(isGood({ nbf: date, iat: date }), true)
  for (const date of [1e18, 1e19]) for (const name of ['nbf', 'iat']) assert.equal(isGood({ [name]: date }), false)
})

test('issuer and audience', () => {
  const expected = { issuer: 'i', audience: ['a', 'b'] }
  assert.equal(isGood({ iss: 'i', aud: ['b', 'x', 'a'] }, expected), true)
  for (const claims of [
    { iss: 'i/', aud: ['a', 'b'] },
    { aud: ['a', 'b'] },
    { iss: 'i', aud: 'a' },
    { iss: 'i', aud: 'a b' },
    { iss: 'i' },
  ]) {
    assert.equal(isGood(claims, expected), false, JSON.stringify(claims))
  }
})

test('times, with leeway and to the half second', () => {
  assert.equal(isGood({ exp: NOW }), true)
  assert.equal(isGood({ exp: NOW - 1 }), false)
  assert.equal(isGood({ exp: NOW - 1 }, ANY, 1500), true)
  assert.equal(isGood({ exp: NOW + 0.9 }, ANY, 0), false)
  assert.equal(isGood({ exp: 0 }), false)
  assert.equal(isGood({ exp: -5 }), false)
  assert.equal(isGood({ nbf: NOW + 1 }), true)
  assert.equal(isGood({ nbf: NOW + 2 }), false)
  assert.equal(isGood({ iat: NOW + 2 }), false)
})

test('claims of the prototype are no claims', () => {
  assert.equal(flatClaim('constructor')({}), undefined)
  assert.equal(nestedClaim('a.toString')({ a: {} }), undefined)
  assert.equal(claimByDots('a.b', nestedClaim)?.({ 'a.b': 1, a: { b: 2 } }), 2)
  assert.equal(claimByDots('http://x.y/z', nestedClaim)?.({ 'http://x.y/z': 1 }), 1)
  assert.equal(nestedClaim('a.b')({ a: [{ b: 1 }] }), undefined)
})

test('one role is enough; what is no text ends the list', () => {
  const test = rolesTest(flatClaim('roles'), ['a', 'c'])
  for (const roles of [['a'], ['x', 'c'], 'z c', ['c', 1]]) assert.equal(test({ roles }), true, JSON.stringify(roles))
  for (const roles of [[], '', null, undefined, 1, { a: true }, ['A'], 'a,c', [1, 'a'], ['ab']]) {
    assert.equal(test({ roles }), false, JSON.stringify(roles))
  }
})

test('any or all scopes', () => {
  const any = scopesTest(flatClaim('s'), ['a', 'b'], false)
  const all = scopesTest(flatClaim('s'), ['a', 'b'], true)
  for (const [s, isAny, isAll] of [
    ['a', true, false],
    ['b c a', true, true],
    [['b', 'a'], true, true],
    [['a', 'a'], true, false],
    [[], false, false],
    ['', false, false],
    [['a', 'b', 1], false, false],
    [{ a: 1 }, false, false],
    [undefined, false, false],
  ] as const) {
    assert.deepEqual([any({ s }), all({ s })], [isAny, isAll], JSON.stringify(s))
  }
})

test("claims as text, in Go's forms", () => {
  const texts: readonly (readonly [unknown, string])[] = [
    ['text', 'text'],
    [1651529725, '1651529725'],
    [4.0000001, '4'],
    [-0.0000001, '0'],
    [-42.42, '-42.420000'],
    [1e15, '1000000000000000'],
    [true, 'true'],
    [null, 'null'],
    [{ b: 1, a: '<é>', c: [1.5] }, '{"a":"\\u003cé\\u003e","b":1,"c":[1.5]}'],
    [[], ''],
    [['a', 'b'], 'a,b'],
    [[1_000_000, 1.5, null, 100_000, 0.00001, 0.0001, -1234567, 1e100], '1e+06,1.5,<nil>,100000,1e-05,0.0001,-1.234567e+06,1e+100'],
    [[[1, 'b'], { k: [null], a: true }], '[1 b],map[a:true k:[<nil>]]'],
  ]
  for (const [value, text] of texts) assert.equal(claimText(value, encode), text)
  assert.deepEqual(claimLines(['a', 1e6], encode), ['a', '1e+06'])
  assert.deepEqual(claimLines([], encode), [])
  assert.deepEqual(claimLines(1.5, encode), ['1.500000'])
})

test('header values are bytes, control characters are found', () => {
  assert.equal(asHeaderValue('aé'), 'a\u00c3\u00a9')
  for (const text of ['a\r\nb', 'a\nb', '\0', '\u007f']) assert.equal(hasControlCharacters(text), true)
  for (const text of ['', 'a\tb', 'é']) assert.equal(hasControlCharacters(text), false)
})

test('claims cannot leave their place in a URL', () => {
  assert.equal(urlText('../admin?x=1', false), '..%2Fadmin%3Fx%3D1')
  assert.equal(urlText('a#b|c', false), 'a%23b%7Cc')
  assert.equal(urlText('100%', false), '100%25')
  assert.equal(urlText('a,b=c|é', false), 'a,b=c|é')
  assert.equal(urlText('a&b=c', true), 'a%26b%3Dc')
  assert.equal(urlText('..', false), null)
  assert.equal(urlText('\ud800/', false), '%EF%BF%BD%2F')
})
