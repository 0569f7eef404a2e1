// Go's ways to write values: formats, numbers, quotes, durations, times.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatDuration, parseNanoseconds } from './duration.ts'
import { sprintf } from './format.ts'
import { GoError } from './function.ts'
import { marshal } from './json.ts'
import { formatFloat, formatFloat32, formatNumber, parseFloat64, parseInt64 } from './number.ts'
import { baseName, cleanPath, directoryOf, extensionOf } from './path.ts'
import { quote, unquote } from './quote.ts'
import { compileRegexp } from './regexp.ts'
import { byteLength, decodeText, encodeText } from './text.ts'
import { formatTime } from './time-layout.ts'
import { parseTime } from './time-parse.ts'
import { loadZone, UTC } from './time-zone.ts'
import { basicCredentials, formatUrl, hostnameOf, parseUrl, withoutUserinfo } from './url-parts.ts'
import { fromJsonValue, GoComplex, GoInt, type GoValue, int, list } from './value.ts'

/** Format, arguments, text. */
const FORMATS: readonly (readonly [string, readonly GoValue[], string])[] = [
  ['%d|%5d|%-5d|%05d|%+d|%x|%X|%b|%o|%#x', [5, 5, 5, 5, 5, 255, 255, 5, 8, 255].map(int), '5|    5|5    |00005|+5|ff|FF|101|10|0xff'],
  ['%v %g %.2f %e %8.3f|', [1e6, 1e-7, 3.25159, 12_345.678, 2.5], '1e+06 1e-07 3.25 1.234568e+04    2.500|'],
  ['%s|%q|%5s|%-5s|%.2s|%x', ['a', 'é"', 'a', 'a', 'hello', 'hi'], 'a|"é\\""|    a|a    |he|6869'],
  ['%t %v %T %T %T', [true, null, int(1), 1, list([])], 'true <nil> int float64 []interface {}'],
  ['%d %d', [1, null], '%!d(float64=1) %!d(<nil>)'],
  ['%d %s %!', [int(1)], '1 %!s(MISSING) %!!(MISSING)'],
  ['%[2]d %[1]d %[5]d', [int(1), int(2)], '2 1 %!d(BADINDEX)'],
  ['x', [int(1), 'a'], 'x%!(EXTRA int=1, string=a)'],
  ['%*d|%-*d|%.*f', [int(4), int(7), int(4), int(7), int(1), 2.55], '   7|7   |2.5'],
  ['%U %#U %c', [int(0x41), int(0xe9), int(0x65e5)], "U+0041 U+00E9 'é' 日"],
  ['%#g %#g %#x %#X', [0.5, 0.05, 2.5, 2.5], '0.500000 0.0500000 0x1.4000p+01 0X1.4P+01'],
  ['%X %#x', [new GoComplex(0, 1), new GoComplex(0, 1)], '(0X0P+00+0X1P+00i) (0x0.0000p+00+0x1.0000p+00i)'],
  ['%0#8v %.0T %08v', [new GoInt('uint8', 195n), null, null], '0x000000c3 <nil> 000<nil>'],
  ['%+w %w %#w', [int(3), list([1, 'x']), 'a'], '%!w(int=3) %!w([]interface {}=[1 x]) %!w(string="a")'],
  ['%v %+v %#v', [fromJsonValue({ b: [1, 'x'], a: null }), 'x', fromJsonValue(['a'])], 'map[a:<nil> b:[1 x]] x []interface {}{"a"}'],
]

describe('formats', () => {
  for (const [format, args, expected] of FORMATS) test(JSON.stringify(format), () => assert.equal(sprintf(format, args), expected))
})

describe('numbers', () => {
  test('the short way to %v agrees with the long one', () => {
    for (const value of [0, -0, 1e-4, 0.000_099, 999_999.9, 1e6, NaN, -Infinity])
      assert.equal(formatNumber(value), formatFloat(value, 'g', -1))
    fc.assert(fc.property(fc.double({ min: -1e7, max: 1e7 }), (value) => assert.equal(formatNumber(value), formatFloat(value, 'g', -1))))
    fc.assert(fc.property(fc.double(), (value) => assert.equal(formatNumber(value), formatFloat(value, 'g', -1))))
  })
  test('32 bits have fewer digits', () => {
    const table: [number, string][] = [
      [42, '4.2E+01'],
      [0.1, '1E-01'],
      [1 / 3, '3.3333334E-01'],
      [-16_777_217, '-1.6777216E+07'],
      [0, '0E+00'],
      [1e-46, '0E+00'],
      [1e39, '+Inf'],
    ]
    for (const [value, text] of table) assert.equal(formatFloat32(value), text)
  })
  test('halves go to the even neighbour', () => {
    assert.deepEqual(
      [0.5, 1.5, 2.5, 2.675].map((value) => formatFloat(value, 'f', 0)),
      ['0', '2', '2', '3'],
    )
    assert.equal(formatFloat(0.1, 'f', 25), '0.1000000000000000055511151')
    assert.equal(formatFloat(5e-324, 'g', -1), '5e-324')
    assert.equal(formatFloat(1.5, 'x', -1), '0x1.8p+00')
  })
  test('the shortest text reads back as the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        for (const format of ['e', 'g', 'f', 'x'] as const)
          assert.ok(Object.is(parseFloat64(formatFloat(value, format, -1)), value), format)
      }),
    )
  })
  test('prefixes and underscores count only in base 0', () => {
    assert.deepEqual(['1_23.50_0e+1_2', '0x_1_2p1', '1_e5', '1._5', '_1'].map(parseFloat64), [1.235e14, 36, null, null, null])
    assert.deepEqual(
      ['1e400', '-0x1p5000', '0x0p5000', '-0x1p-5000', '0x1p-1074', '0x.8p1024'].map(parseFloat64),
      [null, null, 0, -0, 5e-324, 2 ** 1023],
      'what is beyond a double is refused, what is below it is zero',
    )
    assert.deepEqual(
      ['0x1F', '010', '1_000', '0b11', '-5', '08', '1__0', ''].map((text) => parseInt64(text, 0)),
      [31n, 8n, 1000n, 3n, -5n, null, null, null],
    )
    assert.deepEqual(
      ['1_000', '0x1F', '9223372036854775808'].map((text) => parseInt64(text, 10)),
      [null, null, null],
    )
  })
})

describe('texts', () => {
  test('bytes that are no UTF-8 survive', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = decodeText(bytes)
        assert.deepEqual(encodeText(text), Buffer.from(bytes))
        assert.equal(byteLength(text), bytes.length)
      }),
    )
  })
  test('a quoted text is the same when it is unquoted', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = decodeText(bytes)
        assert.equal(unquote(quote(text)), text)
        assert.equal(unquote(quote(text, true)), text)
      }),
    )
  })
  test('JSON has sorted keys and escapes what HTML would read', () => {
    assert.equal(marshal(fromJsonValue({ b: '<&>', a: [1e21, 1e-7, null] })), '{"a":[1e+21,1e-7,null],"b":"\\u003c\\u0026\\u003e"}')
    assert.equal(marshal(fromJsonValue({ a: [], b: { c: 1 } }), { indent: '  ' }), '{\n  "a": [],\n  "b": {\n    "c": 1\n  }\n}')
    assert.throws(() => marshal(Number.NaN), GoError)
  })
  test('paths', () => {
    assert.deepEqual(['/a/../b//c/.', '', '../x', '/..'].map(cleanPath), ['/b/c', '.', '../x', '/'])
    assert.deepEqual([baseName('/a/b/'), directoryOf('/a/b'), directoryOf('x'), extensionOf('a.b/c.tar.gz')], ['b', '/a', '.', '.gz'])
  })
  test('patterns replace and split as Go does', () => {
    assert.equal(compileRegexp('a(x*)b').replaceAll('-ab-axxb-', '${1}W$1W$$'), '-W$-xxW$-')
    assert.equal(compileRegexp('(o)').replaceAll('foo', '$1é${1é}.'), 'f..')
    assert.equal(compileRegexp('').replaceAll('añ', '-'), '-a-ñ-')
    assert.deepEqual(compileRegexp('[,;]').split('a,b;c', -1), ['a', 'b', 'c'])
    assert.throws(() => compileRegexp('('), { message: 'error parsing regexp: missing closing ): `(`' })
  })
  test('addresses', () => {
    const url = parseUrl('https://u:p%40@h.com:80/a%20b?x=1#f')
    assert.deepEqual(
      [url.scheme, url.userinfo, url.host, url.path, url.query, url.fragment],
      ['https', 'u:p%40', 'h.com:80', '/a b', 'x=1', 'f'],
    )
    assert.equal(formatUrl(url), 'https://u:p%40@h.com:80/a%20b?x=1#f')
    assert.equal(hostnameOf('[::1]:80'), '::1')
    assert.equal(hostnameOf('[1]x]'), '1]x')
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
    assert.equal(basicCredentials('u%40:p'), basic('u@:p'))
    assert.equal(basicCredentials('us%er'), basic('us%er:'))
    assert.equal(withoutUserinfo('http://u:p@@h/a@b'), 'http://h/a@b')
    assert.equal(withoutUserinfo('http://h//a@b'), 'http://h//a@b')
    assert.throws(() => parseUrl('http://h/%zz'), { message: 'parse "http://h/%zz": invalid URL escape "%zz"' })
    assert.throws(() => parseUrl('%1é#f'), { message: String.raw`parse "%1é": invalid URL escape "%1\xc3"` })
    assert.throws(() => parseUrl('h#%z'), { message: 'parse "h#%z": invalid URL escape "%z"' })
  })
})

describe('durations and times', () => {
  test('durations', () => {
    assert.deepEqual([0n, 1500n, 90_000_000_000n, -3_600_000_000_000n].map(formatDuration), ['0s', '1.5µs', '1m30s', '-1h0m0s'])
    assert.deepEqual(['1h30m', '-1.5s', '0', 'x', '5', '1y'].map(parseNanoseconds), [
      5_400_000_000_000n,
      -1_500_000_000n,
      0n,
      'time: invalid duration',
      'time: missing unit in duration',
      'time: unknown unit "y" in duration',
    ])
    fc.assert(fc.property(fc.bigInt(-(2n ** 62n), 2n ** 62n), (value) => assert.equal(parseNanoseconds(formatDuration(value)), value)))
  })
  test('layouts, zones and their letters', () => {
    const time = parseTime('2006-01-02T15:04:05.999Z07:00', '2024-07-31T23:30:05.25+02:00', UTC)
    assert.equal(formatTime(time.in(UTC), 'Mon Jan _2 3:04PM 06 .000 002'), 'Wed Jul 31 9:30PM 24 .250 213')
    const show = (zone: string): string => formatTime(time.in(loadZone(zone, UTC) ?? UTC), '15:04 MST -0700')
    assert.deepEqual(['Europe/Berlin', 'Asia/Tokyo', 'America/Sao_Paulo', 'Asia/Kathmandu'].map(show), [
      '23:30 CEST +0200',
      '06:30 JST +0900',
      '18:30 -03 -0300',
      '03:15 +0545 +0545',
    ])
    assert.equal(loadZone('no/where', UTC), null)
  })
  test('what does not fit the layout says where', () => {
    const fail = (layout: string, text: string): string => {
      try {
        return parseTime(layout, text, UTC).text()
      } catch (error) {
        return error instanceof GoError ? error.message : 'other'
      }
    }
    assert.equal(fail('2006-01-02', '2024-13-01'), 'parsing time "2024-13-01": month out of range')
    assert.equal(fail('2006-01-02', '2023-02-29'), 'parsing time "2023-02-29": day out of range')
    assert.equal(fail('2006', '2024x'), 'parsing time "2024x": extra text: "x"')
    assert.equal(fail('15:04', 'ab'), 'parsing time "ab" as "15:04": cannot parse "ab" as "15"')
    assert.equal(fail('2006', 'é"'), String.raw`parsing time "\xc3\xa9\"" as "2006": cannot parse "\xc3\xa9\"" as "2006"`)
    assert.equal(fail('15:04', '13:37'), '0000-01-01 13:37:00 +0000 UTC')
  })
})
