// What each format takes and what it refuses, by the rules of the original's library.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formats } from './formats.ts'

function explain(name: string, text: string): string | null {
  return (formats.get(name) as (text: string) => string | null)(text)
}

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
    ['1.2.3', '0.0.0', '1.0.0-a.1', '1.0.0-0a', '1.0.0+01.b', '1.0.0-a+b'],
    ['1.2', '1.0.0-', '01.2.3', '1.2.3-01', '1.2.3+', '1.2.3+a..b', 'v1.2.3', '1.2.3-é'],
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
    [
      'http://e',
      'http://e:80/a?b#c',
      'mailto:a@b',
      'urn:x:y',
      'http://[::1]:8/',
      'http://u:p@e/',
      'a:',
      'http://e/%41',
      'http://e?%zz',
      'http://e/a b',
      'http://é',
      'http://e/<',
    ],
    [
      '',
      '/a',
      'e',
      '//e/a',
      'http://e:x',
      'http://e/%zz',
      'http://e b/',
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
    ['', 'a', '/a', '//e/a', '?q', '#f', 'a/b:c', './a:b', 'a/b c', 'é'],
    ['1:b', 'a_b:c', '//e:x', '%', '\\'],
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
    ['/{a', '/a}', '/{{a}}', '/{a/b}', '/{?q}', '/%7b}}', '/%7b', '//[::g]'],
  ],
}

for (const [name, [valid, invalid]] of Object.entries(CASES)) {
  test(`format ${name}`, () => {
    for (const text of valid) assert.equal(explain(name, text), null, `${JSON.stringify(text)} is one`)
    for (const text of invalid) assert.notEqual(explain(name, text), null, `${JSON.stringify(text)} is none`)
  })
}

/** Recorded from the library, built with Go 1.25. */
const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  date: {
    '': 'parsing time "" as "2006-01-02": cannot parse "" as "2006"',
    '2020-1-1': 'parsing time "2020-1-1" as "2006-01-02": cannot parse "1-1" as "01"',
    '2021-02-29': 'parsing time "2021-02-29": day out of range',
    '2021-02-28é': String.raw`parsing time "2021-02-28\xc3\xa9": extra text: "\xc3\xa9"`,
  },
  time: {
    '10:00:00': 'less than 9 characters long',
    'é12:00:00Z': 'missing colon in correct place',
    '1x:00:00Z': 'invalid hour/min/sec',
    '1::00:00:Z': 'invalid hour/min/sec',
    '10:-1:00Z': 'non-positive hour/min/sec',
    '24:00:00Z': 'hour/min/sec out of range',
    '12:00:00.Z': 'no digits in second fraction',
    '12:00:00+1:00': 'offset must be 6 characters long',
    '12:00:00*01:00': 'offset must begin with plus/minus',
    '12:00:00+01-00': 'missing colon in offset in correct place',
    '12:00:00+x1:00': 'invalid hour/min in offset',
    '12:00:00+-1:00': 'non-positive hour/min in offset',
    '12:00:00+24:00': 'hour/min in offset out of range',
    '23:59:60+00:01': 'invalid leap second',
  },
  'date-time': {
    '2020-01-01': 'less than 20 characters long',
    '2020-01-01 00:00:00Z': '11th character must be t or T',
    '2020-01-éT00:00:00Z': String.raw`invalid date element: parsing time "2020-01-\xc3\xa9" as "2006-01-02": cannot parse "\xc3\xa9" as "02"`,
    '2020-01-01T25:00:00Z': 'invalid time element: hour/min/sec out of range',
  },
  duration: {
    '1D': 'must start with P',
    P: 'nothing after P',
    PW: 'no number in week',
    P1Y2W: 'invalid week',
    P1YT: 'no time elements',
    PT1HT1M: 'more than one T',
    PD: 'missing number',
    P1: 'missing unit',
    P1D1Y: "unit 'Y' out of order",
    P1é: "invalid unit 'Ã'",
  },
  period: {
    x: 'missing slash',
    'P/x': 'invalid start duration: nothing after P',
    'P1D/P1D': 'invalid end date-time: less than 20 characters long',
    'x/P1D': 'invalid start date-time: less than 20 characters long',
    '2020-01-01T00:00:00Z/P': 'invalid end duration: nothing after P',
  },
  email: {
    [`${'a'.repeat(254)}@`]: 'more than 255 characters long',
    a: 'missing @',
    [`${'a'.repeat(65)}@b`]: 'local part more than 64 characters long',
    '"a"b"@e': 'backslash and quote are not allowed within quoted local part',
    '.a@b': 'starts with dot',
    'a.@b': 'ends with dot',
    'a..b@c': 'consecutive dots',
    'a b@c': "invalid character ' '",
    'a@-x': 'invalid domain: label starts with hyphen',
    'a@[1.2]': 'invalid ipv4 address: expected four decimals',
    'a@[IPv6:1]': 'invalid ipv6 address: missing colon',
  },
  hostname: {
    ['a'.repeat(254)]: 'more than 253 characters long',
    '': 'label must be 1 to 63 characters long',
    ['é'.padEnd(63, 'a')]: 'label must be 1 to 63 characters long',
    '-a': 'label starts with hyphen',
    'a-': 'label ends with hyphen',
    a_b: "invalid character '_'",
  },
  ipv4: {
    '1.2.3': 'expected four decimals',
    '01.2.3.4': 'leading zeros',
    'a.b.c.d': 'strconv.Atoi: parsing "a": invalid syntax',
    '1.2.3.9223372036854775808': 'strconv.Atoi: parsing "9223372036854775808": value out of range',
    '1.2.3.256': 'decimal must be between 0 and 255',
  },
  ipv6: {
    '1.2.3.4': 'missing colon',
    '::g': 'ParseAddr("::g"): each colon-separated field must have at least one digit (at "g")',
    'fe80::1%eth0': 'zone id is not a part of ipv6 address',
  },
  'json-pointer': { a: 'not starting with /', '/a~': '~ must be followed by 0 or 1' },
  'relative-json-pointer': { a: 'must start with non-negative integer', '01': 'starts with zero', '1a': 'not starting with /' },
  uuid: {
    x: 'must have 5 elements',
    '1-2-3-4-5': 'element 1 must be 8 characters long',
    '0000000g-0000-0000-0000-000000000000': "non-hex character 'g'",
  },
  semver: {
    '1.2.3+': 'build is empty',
    '1.2.3+a.': 'build identifier is empty',
    '1.2.3+_': "invalid character '_' in build identifier",
    '1.2.3-': 'pre-release identifier is empty',
    '1.2.3-é': "invalid character 'é' in pre-release identifier",
    '1.2.3-01': 'pre-release numeric identifier starts with zero',
    '1.2': 'versionCore must have 3 numbers separated by dot',
    '1..3': 'minor is empty',
    '1.2.03': 'patch starts with zero',
    'v1.2.3': 'major contains non-digit',
  },
  regex: { '(?=x)': 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`' },
  uri: {
    'a/b': 'relative url',
    'http://a b/': 'parse "http://a b/": invalid character " " in host name',
    'http://a:b:80#c': 'ipv6 address not enclosed in brackets',
    'http://[::g]': 'invalid ipv6 address: ParseAddr("::g"): each colon-separated field must have at least one digit (at "g")',
  },
  'uri-reference': { 'a\\b': 'contains \\', '%zz#f': 'parse "%zz": invalid URL escape "%zz"' },
  'uri-template': { '/{{a}}': 'nested curly braces', '/%7b': 'no matching closing brace' },
}

test('why a text is none, in the words of the library', () => {
  for (const [name, reasons] of Object.entries(REASONS)) {
    for (const [text, reason] of Object.entries(reasons)) assert.equal(explain(name, text), reason, `${name} ${JSON.stringify(text)}`)
  }
})

test('every format has its cases, and takes time linear in the length of its text', () => {
  assert.deepEqual([...formats.keys()].sort(), Object.keys(CASES).sort())
  const start = performance.now()
  for (const explainText of formats.values()) {
    for (const part of ['a', '1', '.', '-', ':', '/', '::', '@', '[', '"', '%7b', '{', '}', 'P1', '~0', '#', '?', '0.', 'a-', '1:']) {
      explainText(part.repeat(30_000))
      explainText(`http://${part.repeat(30_000)} !`)
      explainText(`1.0.0-${part.repeat(30_000)}!`)
      explainText(`P${part.repeat(30_000)}!`)
    }
  }
  assert.ok(performance.now() - start < 5000)
})
