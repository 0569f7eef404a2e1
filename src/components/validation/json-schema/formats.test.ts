// What each format takes and what it refuses, by the rules of the original's library.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formats } from './formats.ts'

const CASES: Readonly<Record<string, readonly [valid: readonly string[], invalid: readonly string[]]>> = {
  email: [
    [
      'root@localhost',
      'a@b',
      '"john doe"@e.org',
      'joe@[127.0.0.1]',
      'joe@[IPv6:::1]',
      "o'hara+x@e.org",
      `${'a'.repeat(64)}@e.org`,
      '@b',
      '"@"@b',
    ],
    [
      'a@',
      'a',
      'a..b@e',
      '.a@e',
      'a.@e',
      'a b@e',
      'é@e',
      `${'é'.repeat(33)}@e`,
      '"a"b"@e',
      '"a\\b"@e',
      'a@-e',
      'a@[1.2.3]',
      'a@[::1]',
      `a@${'b.'.repeat(127)}`,
    ],
  ],
  hostname: [
    ['a', '1', 'a-b.c', 'e.org.', `${'a'.repeat(63)}.b`, `${'a.'.repeat(126)}b`],
    ['', '.', 'a..b', '-a', 'a-', 'a_b', 'é', 'a'.repeat(64), `${'a.'.repeat(127)}bb`],
  ],
  ipv4: [
    ['1.2.3.4', '0.0.0.0', '255.255.255.255', '+1.2.3.4'],
    ['1.2.3', '1.2.3.4.5', '01.2.3.4', '256.1.1.1', '-1.2.3.4', '1.2.3.', 'a.b.c.d'],
  ],
  ipv6: [
    ['::', '::1', '1::', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '::ffff:1.2.3.4', '1:2:3:4:5:6:1.2.3.4', 'FFFF::abcd'],
    [
      '',
      '1',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7:8::',
      '12345::',
      '::1%eth0',
      '1.2.3.4',
      '1.2.3.4::',
      '::01.2.3.4',
      '::+1.2.3.4',
      ':1:2:3:4:5:6:7',
    ],
  ],
  date: [
    ['2024-02-29', '0000-01-01', '0099-12-31'],
    ['2023-02-29', '2024-13-01', '2024-1-1', '24-01-01', '2024-00-10', '2024-01-00', ' 2024-01-01'],
  ],
  time: [
    ['00:00:00Z', '23:59:60z', '15:59:60.5-08:00', '12:00:00.123+23:59'],
    ['12:00:00', '24:00:00Z', '12:00:60Z', '12:00:00.Z', '1:00:00Z', '12:00:00+24:00'],
  ],
  'date-time': [
    ['2024-02-29T12:00:00Z', '2024-01-01t00:00:00.1+01:00'],
    ['2024-01-01 00:00:00Z', '2024-01-01T00:00:00', '2023-02-29T00:00:00Z'],
  ],
  duration: [
    ['P1Y', 'P1Y2M3DT4H5M6S', 'PT1S', 'P4W', 'P1YT1H', 'P1Y1D'],
    ['P', 'PT', 'P1', 'P1YT', '1Y', 'P1D1Y', 'P1Y2W', 'PT1D', 'P1H', 'PT1HT1M', 'P1.5D', 'PW'],
  ],
  period: [
    ['2024-01-01T00:00:00Z/2024-01-02T00:00:00Z', 'P1D/2024-01-02T00:00:00Z', '2024-01-01T00:00:00Z/PT1H'],
    ['2024-01-01T00:00:00Z', 'P1D/P1D', '/', '2024-01-01T00:00:00Z/', '2024-01-01/2024-01-02'],
  ],
  uuid: [
    ['00000000-0000-0000-0000-00000000000A'],
    ['urn:uuid:00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-00000000000', '00000000000000000000000000000000'],
  ],
  semver: [
    ['1.2.3', '0.0.0', '1.0.0-a.1', '1.0.0-0a', '1.0.0+01.b', '1.0.0-', '1.0.0-a+b'],
    ['1.2', '01.2.3', '1.2.3-01', '1.2.3+', '1.2.3+a..b', 'v1.2.3', '1.2.3-é'],
  ],
  'json-pointer': [
    ['', '/', '/a~0b~1c/\n'],
    ['a', '/~', '/~2', '#/a'],
  ],
  'relative-json-pointer': [
    ['0', '0#', '12/a~1', '1/'],
    ['', '01', '-1', '1a', '0##', '/a', '1#/a'],
  ],
  regex: [
    ['^a+$', '(?i)x'],
    ['(', '(?=a)', '[', 'a'.repeat(10_001)],
  ],
  uri: [
    ['http://e', 'http://e:80/a?b#c', 'mailto:a@b', 'urn:x:y', 'http://[::1]:8/', 'http://u:p@e/', 'a:', 'http://e/%41', 'http://e?%zz'],
    [
      '',
      '/a',
      'e',
      '//e/a',
      'http://e:x',
      'http://e/%zz',
      'http://e/a b',
      'http://é',
      'http://e/<',
      'http://[1::2::3]',
      'http://[::1',
      'http://a:b:80',
      '1http://e',
      ':a',
      'http://e/\n',
      'http://e#%z',
      'http://%20/',
    ],
  ],
  'uri-reference': [
    ['', 'a', '/a', '//e/a', '?q', '#f', 'a/b:c', './a:b'],
    ['a/b c', '1:b', 'a_b:c', '//e:x', '%', '\\', 'é'],
  ],
  iri: [
    ['http://é/ü', 'http://e/a b', 'http://e/<'],
    ['/é', 'http://e:é'],
  ],
  'iri-reference': [
    ['/é', 'é', ''],
    ['1:é', '%é'],
  ],
  'uri-template': [
    ['/{a}', 'http://e/{a}/b{c}', '/a', '/{a b}', '{a}'],
    ['/{a', '/a}', '/{{a}}', '/{a/b}', '/{?q}', '/%7b}}'],
  ],
}

for (const [name, [valid, invalid]] of Object.entries(CASES)) {
  test(`format ${name}`, () => {
    const isOfFormat = formats.get(name) as (text: string) => boolean
    for (const text of valid) assert.ok(isOfFormat(text), `${JSON.stringify(text)} is one`)
    for (const text of invalid) assert.ok(!isOfFormat(text), `${JSON.stringify(text)} is none`)
  })
}

test('every format has its cases, and takes time linear in the length of its text', () => {
  assert.deepEqual([...formats.keys()].sort(), Object.keys(CASES).sort())
  const start = performance.now()
  for (const isOfFormat of formats.values()) {
    for (const part of ['a', '1', '.', '-', ':', '/', '::', '@', '[', '"', '%7b', '{', '}', 'P1', '~0', '#', '?', '0.', 'a-', '1:']) {
      isOfFormat(part.repeat(30_000))
      isOfFormat(`http://${part.repeat(30_000)} !`)
      isOfFormat(`1.0.0-${part.repeat(30_000)}!`)
      isOfFormat(`P${part.repeat(30_000)}!`)
    }
  }
  assert.ok(performance.now() - start < 5000)
})
