// The two ways in which KrakenD reads a component's options.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOptions } from './read-options.ts'
import { Type } from './type.ts'

const schema = Type.Object({
  max_rate: Type.Number({ default: 0 }),
  capacity: Type.Optional(Type.Integer()),
  key: Type.String(),
  on: Type.Boolean({ default: true }),
  names: Type.Optional(Type.Array(Type.String())),
  headers: Type.Optional(Type.Record(Type.String(), Type.String())),
  inner: Type.Optional(Type.Object({ a: Type.Boolean({ default: true }), list: Type.Array(Type.Integer()) })),
  either: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
  mode: Type.Optional(Type.Union([Type.Literal('ip'), Type.Literal('header')])),
  data: Type.Optional(Type.Unknown()),
})

const defaults = { max_rate: 0, key: '', on: true }

/** What is said of the one option that has no default and is not optional. */
function missingKey(at: readonly string[]): object {
  return { severity: 'warning', code: 'missing-option', path: [...at, 'key'], message: '"key" is missing here', hint: '' }
}

function paths(issues: readonly { readonly path: readonly (string | number)[] }[]): string[] {
  return issues.map((issue) => issue.path.join('.'))
}

test('an absent block reads as defaults and zero values', () => {
  assert.deepEqual(readOptions(schema, undefined, 'map'), { value: defaults, issues: [] })
  assert.deepEqual(readOptions(schema, {}, 'struct'), { value: defaults, issues: [missingKey([])] })
})

test('null is an empty struct, but no map', () => {
  assert.deepEqual(readOptions(schema, null, 'struct').value, defaults)
  assert.equal(readOptions(schema, null, 'map').value, null)
})

test('a null option is an absent one', () => {
  for (const reading of ['struct', 'map'] as const) {
    assert.deepEqual(readOptions(schema, { on: null, capacity: null }, reading), { value: defaults, issues: [missingKey([])] })
  }
})

test('null is a value where anything may stand', () => {
  const open = Type.Object({
    any: Type.Record(Type.String(), Type.Unknown()),
    texts: Type.Record(Type.String(), Type.String()),
    list: Type.Array(Type.Unknown()),
  })
  const raw = { any: { a: null }, texts: { a: null }, list: [null] }
  assert.deepEqual(readOptions(open, raw, 'struct').value, { any: { a: null }, texts: { a: '' }, list: [null] })
})

test('struct: keys in any case, the exact one first', () => {
  assert.deepEqual(readOptions(schema, { Max_RATE: 5, INNER: { A: false } }, 'struct').value, {
    ...defaults,
    max_rate: 5,
    inner: { a: false, list: [] },
  })
  assert.equal(readOptions(schema, { KEY: 'a', key: 'b' }, 'struct').value?.key, 'b')
  assert.equal(readOptions(schema, { key: 'b', KEY: 'a' }, 'struct').value?.key, 'b')
})

test('struct: one wrong type anywhere makes the whole block wrong', () => {
  for (const raw of [{ max_rate: '5' }, { capacity: 5.5 }, { inner: { list: [1, 'x'] } }, { headers: { a: 1 } }, { on: 1 }, 'x', []]) {
    const { value, issues } = readOptions(schema, raw, 'struct')
    assert.equal(value, null, JSON.stringify(raw))
    assert.equal(issues[0]?.severity, 'error')
  }
  assert.equal(readOptions(schema, { capacity: 5 }, 'struct').value?.capacity, 5)
})

test('map: keys exactly, wrong types absent, integers truncated', () => {
  const { value, issues } = readOptions(schema, { Max_Rate: 5, capacity: -2.7, key: 7, names: ['a', 1, 'b'], on: 'no', either: 3 }, 'map')
  assert.deepEqual(value, { ...defaults, capacity: -2, names: ['a', 'b'] })
  assert.deepEqual(paths(issues), ['Max_Rate', 'capacity', 'key', 'names.1', 'on', 'either'])
  assert.equal(issues[0]?.severity, 'warning')
  assert.equal(issues[0]?.hint, 'did you mean "max_rate"?')
})

test('unknown options are left out with a warning, comments without', () => {
  const { value, issues } = readOptions(schema, { max_rte: 1, '@comment': 'x', $schema: 'y', '//': 'z' }, 'map', ['extra_config', 'x'])
  assert.deepEqual(value, defaults)
  assert.deepEqual(issues, [
    {
      severity: 'warning',
      code: 'unknown-option',
      path: ['extra_config', 'x', 'max_rte'],
      message: 'unknown option "max_rte", ignored',
      hint: 'did you mean "max_rate"?',
    },
    missingKey(['extra_config', 'x']),
  ])
})

test('choices take what fits and name what is missing', () => {
  assert.equal(readOptions(schema, { either: 'a' }, 'map').value?.either, 'a')
  assert.deepEqual(readOptions(schema, { either: ['a'] }, 'struct').value?.either, ['a'])
  const { issues } = readOptions(schema, { mode: 'heade' }, 'map')
  assert.equal(issues[0]?.message, 'must be "ip" or "header", not the text "heade"')
  assert.equal(issues[0]?.hint, 'did you mean "header"?')
})

test('hints name the usual mistake', () => {
  assert.equal(readOptions(schema, { max_rate: '5' }, 'map').issues[0]?.hint, 'write 5 without quotes')
  assert.equal(readOptions(schema, { key: 5 }, 'map').issues[0]?.hint, 'write "5" in quotes')
  assert.equal(readOptions(schema, { on: 'true' }, 'map').issues[0]?.hint, 'write true without quotes')
  assert.equal(readOptions(schema, { names: 'a' }, 'map').issues[0]?.hint, 'write ["a"]')
})

test('__proto__ is a key like any other', () => {
  const raw: unknown = JSON.parse('{"headers":{"__proto__":"x"},"__proto__":{"on":false}}')
  const { value } = readOptions(schema, raw, 'struct')
  assert.equal(value?.on, true)
  assert.deepEqual(Object.keys(value?.headers ?? {}), ['__proto__'])
  assert.equal(Object.getPrototypeOf(value?.headers), Object.prototype)
})

test('default objects are complete and never shared', () => {
  const withDefault = Type.Object({ list: Type.Array(Type.Object({ n: Type.Integer({ default: 3 }) }), { default: [{}] }) })
  const first = readOptions(withDefault, {}, 'map').value
  assert.deepEqual(first, { list: [{ n: 3 }] })
  first?.list.push({ n: 4 })
  assert.deepEqual(readOptions(withDefault, {}, 'map').value, { list: [{ n: 3 }] })
})

test('a type that options do not have is a bug of the schema', () => {
  assert.throws(() => readOptions(Type.Unsafe<unknown>({ type: 'date' }), 1, 'map'), /know no type date/)
})
