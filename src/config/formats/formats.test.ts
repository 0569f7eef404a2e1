// Every other format becomes the value that KrakenD would see.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FormatError } from './format-error.ts'
import { parseHcl } from './hcl.ts'
import { parseEnv, parseIni, parseProperties } from './properties.ts'
import { parseToml } from './toml.ts'
import { parseYaml } from './yaml.ts'

test('YAML: numbers and words as in Go', () => {
  const text = 'a: 017\nb: 0o17\nc: 1_000\nd: yes\ne: on\nf: 0x1F\ng: 1e3\nh: 1.10.0\ni: ~\nj: true\nk: 089\nl: "007"\nm: -1_0.5\nn: 0b11\n'
  const expected = {
    a: 15,
    b: 15,
    c: 1000,
    d: 'yes',
    e: 'on',
    f: 31,
    g: 1000,
    h: '1.10.0',
    i: null,
    j: true,
    k: 89,
    l: '007',
    m: -10.5,
    n: 3,
  }
  assert.deepEqual(parseYaml(text), expected)
  assert.deepEqual(parseYaml('a: _\nb: a_1\nc: 1_a\n'), { a: '_', b: 'a_1', c: '1_a' })
  const list = (...items: string[]): unknown => (parseYaml(`l: [${items.join(', ')}]`) as { l: unknown }).l
  assert.deepEqual(list('_1', '_7', '1e400', '0x', '1.2.3', '.', '-.iNf', '10.0.0.1:80'), [
    '_1',
    '_7',
    '1e400',
    '0x',
    '1.2.3',
    '.',
    '-.iNf',
    '10.0.0.1:80',
  ])
  assert.deepEqual(list('-0x1F', '+0x1', '0X1F', '0B1', '0O17', '-012', '1_', '.5', '5.', '-.5e1'), [-31, 1, 31, 1, 15, -10, 1, 0.5, 5, -5])
  assert.deepEqual(list('18446744073709551615', '18446744073709551616', '.inf', '-.Inf'), [2n ** 64n - 1n, 2 ** 64, Infinity, -Infinity])
})

test('YAML: the lines of a quoted text begin anywhere', () => {
  assert.deepEqual(parseYaml('k:\n  - "a\\\n  b"\n  - \'c\n\n it\'\'s\'\nz:\n  - y: "d\n\\"e"\n    x: 1\n'), {
    k: ['ab', "c\nit's"],
    z: [{ y: 'd "e', x: 1 }],
  })
  assert.throws(
    () => parseYaml('k:\n  - "a\n  b\nc: [1\n'),
    (error) => error instanceof FormatError && /Missing closing/.test(error.message),
  )
  assert.throws(
    () => parseYaml('k:\n  - "a\nb"\nc: 1\nc: 2\n'),
    (error) => error instanceof FormatError && error.position?.line === 5,
  )
})

test('YAML: dates are texts', () => {
  const lines = [
    'a: 2024-01-02',
    'b: 2024-1-2T03:04:05Z',
    'c: 2001-12-14 21:59:43.10 -5',
    'd: 2001-12-14 21:59:43.10',
    'e: 2024-01-02T03:04:05+02:00',
    'f: "2024-01-02"',
    'g: 2024-13-40',
    'h: 2020-02-30',
    'i: 2024-01-02t03:04:05.10Z',
  ]
  assert.deepEqual(parseYaml(lines.join('\n')), {
    a: '2024-01-02T00:00:00Z',
    b: '2024-01-02T03:04:05Z',
    c: '2001-12-14 21:59:43.10 -5',
    d: '2001-12-14T21:59:43.1Z',
    e: '2024-01-02T03:04:05+02:00',
    f: '2024-01-02',
    g: '2024-13-40',
    h: '2020-02-30',
    i: '2024-01-02T03:04:05.1Z',
  })
})

test('YAML: anchors, merges, keys that are no texts, the first document', () => {
  assert.deepEqual(parseYaml('x: &a {p: 1, q: 2}\ny:\n  <<: *a\n  q: 3\n404: z\n'), { x: { p: 1, q: 2 }, y: { p: 1, q: 3 }, 404: 'z' })
  assert.deepEqual(parseYaml('a: 1\n---\nb: 2\n'), { a: 1 })
  assert.deepEqual(parseYaml(''), {})
})

test('YAML: errors have a place', () => {
  assert.throws(
    () => parseYaml('a: 1\nb: [1\n'),
    (error) => error instanceof FormatError && error.message.startsWith('yaml: ') && error.position !== null,
  )
  assert.throws(() => parseYaml('- 1\n'), FormatError)
  assert.throws(() => parseYaml('a: 1\na: 2\n'), FormatError)
})

test('YAML: aliases of aliases do not blow up', () => {
  let text = 'a0: &a0 [x,x,x,x,x,x,x,x,x]\n'
  for (let depth = 1; depth < 10; depth++)
    text += `a${depth}: &a${depth} [${Array.from({ length: 9 }, () => `*a${depth - 1}`).join(',')}]\n`
  assert.throws(() => parseYaml(text), FormatError)
})

test('TOML: dates are texts, large integers keep their digits', () => {
  assert.deepEqual(parseToml('a = 2024-01-02T03:04:05Z\nb = 2024-01-02\nc = 9223372036854775807\n[d.e]\nf = [1]\n'), {
    a: '2024-01-02T03:04:05Z',
    b: '2024-01-02',
    c: 2n ** 63n - 1n,
    d: { e: { f: [1] } },
  })
  assert.throws(
    () => parseToml('a = 1\nb = \n'),
    (error) => error instanceof FormatError && error.position?.line === 2,
  )
})

test('properties: dotted keys nest, numbers count a list', () => {
  const lines = [
    '# c',
    '! c',
    'version=2',
    'name : my gateway',
    'host.0=a',
    'host.1 b',
    'tls.disabled = true',
    'long = x\\',
    '  y',
    'key\\ with=\\u00e9',
    'list=["a",1]',
    'empty',
  ]
  assert.deepEqual(parseProperties(lines.join('\n')), {
    version: 2,
    name: 'my gateway',
    host: ['a', 'b'],
    tls: { disabled: true },
    long: 'xy',
    'key with': 'é',
    list: ['a', 1],
    empty: '',
  })
})

test('INI: sections nest', () => {
  assert.deepEqual(parseIni('version = 2\n; c\n[tls]\ndisabled = true ; c\npublic_key = "a;b"\n[tls.keys.0]\nx = 1\n'), {
    version: 2,
    tls: { disabled: true, public_key: 'a;b', keys: [{ x: 1 }] },
  })
  assert.throws(() => parseIni('nonsense'), FormatError)
})

test('dotenv: lower case, with or without the prefix', () => {
  assert.deepEqual(parseEnv('VERSION=2\nexport KRAKEND_PORT=8080\nNAME=\'a b\'\nTEXT="a\\nb" # c\nTLS.DISABLED=1\n'), {
    version: 2,
    port: 8080,
    name: 'a b',
    text: 'a\nb',
    tls: { disabled: 1 },
  })
  assert.throws(() => parseEnv('no pair'), FormatError)
})

test('HCL: blocks, labels, lists, heredocs, comments', () => {
  const lines = [
    'version = 2 # a',
    '"port": 0x10',
    'name = "x${var.a}" // b',
    '/* c */ big = -1_000.5e1',
    'extra_config { "github_com/x/cors" { origins = ["*", "b",] } }',
    'extra_config { "other" { on = true } }',
    'endpoints = [{ endpoint = "/x", backend = [{ host = ["h:80"] }] }]',
    'async_agent { name = "a" }',
    'async_agent { name = "b" }',
    'async_agent { name = "c" }',
    'text = <<-E',
    '    a',
    '      b',
    '    E',
    'raw = <<E',
    ' a',
    'E',
  ]
  assert.deepEqual(parseHcl(lines.join('\n')), {
    version: 2,
    port: 16,
    name: 'x${var.a}',
    big: -10_005,
    extra_config: { 'github_com/x/cors': { origins: ['*', 'b'] }, other: { on: true } },
    endpoints: [{ endpoint: '/x', backend: [{ host: ['h:80'] }] }],
    async_agent: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    text: 'a\n  b\n',
    raw: ' a\n',
  })
})

test('HCL: errors have a place', () => {
  for (const text of ['a', 'a =', 'a = [1 2]', 'a = {', 'a = 1 }', 'a = "x', 'a = <<E\nx', 'a = ?']) {
    assert.throws(
      () => parseHcl(text),
      (error) => error instanceof FormatError && error.position !== null,
      text,
    )
  }
})

test('HCL: what is wrong behind many blanks, comments and placeholders is found at once', () => {
  for (const text of [`a = 1\n${' '.repeat(60)}'`, `${'#'.repeat(60)}\n'`, `${'/'.repeat(60)}\n'`, `a = "${'${b}'.repeat(60)}`])
    assert.throws(() => parseHcl(text), FormatError)
  assert.deepEqual(parseHcl('a = "$ $$ ${b "\n'), { a: '$ $$ ${b ' })
})
