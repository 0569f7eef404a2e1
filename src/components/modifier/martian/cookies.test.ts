// How cookies are written and read, compared with Go's net/http.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTime, readCookies, readSetCookies, writeCookie, writeSetCookie, type SetCookie } from './cookies.ts'

const PLAIN: SetCookie = { name: 'a', value: '1', path: '', domain: '', expires: null, maxAge: 0, secure: false, httpOnly: false }

test('values lose what cannot stand in them, and are quoted for blanks and commas', () => {
  assert.equal(writeCookie({ name: 'a\nb', value: 'x"y;z\\é' }), 'a-b=xyz')
  assert.equal(writeCookie({ name: 'a', value: 'x, y' }), 'a="x, y"')
})

test('attributes stand in the order of Go, those that are wrong are left out', () => {
  const expires = parseTime('2025-04-12T23:20:50.52+02:00')
  const all = { ...PLAIN, path: '/p;q', domain: '.example.com', expires, maxAge: 5, secure: true, httpOnly: true }
  const written = 'a=1; Path=/pq; Domain=example.com; Expires=Sat, 12 Apr 2025 21:20:50 GMT; Max-Age=5; HttpOnly; Secure'
  assert.equal(writeSetCookie(all), written)
  assert.equal(writeSetCookie({ ...PLAIN, domain: 'a b', expires: parseTime('1500-01-01T00:00:00Z'), maxAge: -3 }), 'a=1; Max-Age=0')
  assert.equal(writeSetCookie({ ...PLAIN, name: 'a b' }), '')
})

test('what is no cookie is not read', () => {
  const cookies = readCookies(['a=1;  b ="2 3" ;c; d=x"y; e= "1"', 'e f=1; =2; a=3'])
  assert.deepEqual(
    cookies.map(({ name, value }) => `${name}=${value}`),
    ['a=1', 'b=2 3', 'c=', 'a=3'],
  )
  assert.deepEqual(readSetCookies(['a="1"; Path=/', 'nothing', 'b=2']), [
    { name: 'a', value: '1' },
    { name: 'b', value: '2' },
  ])
})

test('times are those of RFC 3339', () => {
  for (const text of [
    'tomorrow',
    '2024-02-30T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01 00:00:00Z',
    '2024-01-01',
  ])
    assert.equal(parseTime(text), null, text)
  assert.equal(parseTime('2024-02-29T23:59:59-01:30')?.toISOString(), '2024-03-01T01:29:59.000Z')
})
