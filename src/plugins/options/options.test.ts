// Options of plugins: defaults, problems in words, and other libraries' schemas.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import Type from 'typebox'
import type { OptionsReading } from '../loaded.ts'
import { compileOptions } from './compile.ts'

async function read(schema: unknown, value: unknown): Promise<OptionsReading> {
  const compiled = await compileOptions(schema)
  assert.ok(typeof compiled !== 'string', JSON.stringify(compiled))
  return compiled.read(value)
}

async function problemsOf(schema: unknown, value: unknown): Promise<string[]> {
  const { problems } = await read(schema, value)
  return problems.map(({ path, message, hint }) => `${path.join('.')}: ${message}${hint === undefined || hint === '' ? '' : ` (${hint})`}`)
}

const PRICE = {
  type: 'object',
  required: ['currency'],
  additionalProperties: false,
  properties: {
    currency: { type: 'string', enum: ['EUR', 'USD'] },
    max: { type: 'integer', minimum: 1, default: 100 },
    list: { type: 'array', items: { type: 'object', properties: { on: { type: 'boolean', default: true } } } },
    deep: { type: 'object', default: {}, properties: { deeper: { $ref: '#/$defs/deeper', default: {} } } },
  },
  $defs: { deeper: { type: 'object', properties: { name: { type: 'string', default: 'x' } } } },
}

test('defaults are filled in at every depth, and what was given stays as it was', async () => {
  const given = Object.freeze({ currency: 'EUR', list: Object.freeze([Object.freeze({}), Object.freeze({ on: false })]) })
  const { value, problems } = await read(PRICE, given)
  assert.deepEqual(problems, [])
  assert.deepEqual(value, { currency: 'EUR', max: 100, list: [{ on: true }, { on: false }], deep: { deeper: { name: 'x' } } })
  assert.deepEqual(given, { currency: 'EUR', list: [{}, { on: false }] })
})

test('problems stand at their path, in words, and say what was meant', async () => {
  const wrong = { curency: 'EUR', max: 0, list: [{}, { on: 'yes' }], deep: { deeper: { name: 5 } } }
  assert.deepEqual(await problemsOf(PRICE, wrong), [
    ': "currency" is missing (what is written is "curency"?)',
    'curency: unknown option "curency" (did you mean "currency"?)',
    'max: must be at least 1',
    'list.1.on: must be true or false, not the text "yes"',
    'deep.deeper.name: must be a text, not the number 5',
  ])
  assert.deepEqual(await problemsOf(PRICE, { currency: 'EURO' }), [
    'currency: must be one of "EUR", "USD", not the text "EURO" (did you mean "EUR"?)',
  ])
  assert.deepEqual(await problemsOf(PRICE, 'text'), [': must be an object, not the text "text"'])
  assert.deepEqual(await problemsOf(PRICE, { currency: 'EUR', max: '5' }), ['max: must be a whole number, not the text "5"'])
})

test('choices are one problem', async () => {
  const union = Type.Object({
    level: Type.Union([Type.Literal('low'), Type.Literal('high')]),
    size: Type.Union([Type.Number(), Type.String()]),
  })
  assert.deepEqual(await problemsOf(union, { level: 'hihg', size: true }), [
    'level: must be one of "low", "high", not the text "hihg" (did you mean "high"?)',
    'size: must be a number or a text, not true',
  ])
  const objects = {
    anyOf: [
      { type: 'object', required: ['a'] },
      { type: 'object', required: ['b'] },
    ],
  }
  assert.deepEqual(await problemsOf(objects, {}), [': has none of the forms that are allowed here'])
})

test('every keyword has words', async () => {
  const cases: readonly (readonly [schema: object, value: unknown, message: string])[] = [
    [{ maximum: 5 }, 6, 'must be at most 5'],
    [{ exclusiveMinimum: 5 }, 5, 'must be more than 5'],
    [{ exclusiveMaximum: 5 }, 5, 'must be less than 5'],
    [{ multipleOf: 2 }, 3, 'must be a multiple of 2'],
    [{ minLength: 2 }, 'a', 'must have at least 2 characters'],
    [{ maxLength: 1 }, 'ab', 'must have at most 1 characters'],
    [{ pattern: '^a$' }, 'b', 'must match ^a$, not the text "b"'],
    [{ minItems: 1 }, [], 'must have at least 1 entries'],
    [{ uniqueItems: true }, [1, 1], 'must not have the same entry twice'],
    [{ const: 1 }, 2, 'must be 1, not the number 2'],
    [{ type: ['string', 'null'] }, 2, 'must be a text or null, not the number 2'],
  ]
  for (const [schema, value, message] of cases)
    assert.deepEqual(await problemsOf({ properties: { x: schema } }, { x: value }), [`x: ${message}`])
})

test('names that every object inherits are options like others', async () => {
  const value: unknown = JSON.parse('{ "__proto__": { "a": 1 }, "constructor": "c" }')
  const schema = { type: 'object', properties: { constructor: { type: 'string' } }, required: ['constructor'] }
  const reading = await read(schema, value)
  assert.deepEqual(reading.problems, [])
  assert.deepEqual(Object.keys(reading.value as object), ['__proto__', 'constructor'])
  assert.equal(({} as { a?: number }).a, undefined)
  assert.deepEqual(await problemsOf(schema, {}), [': "constructor" is missing'])
  assert.deepEqual(await problemsOf({ ...schema, additionalProperties: false }, value), ['__proto__: unknown option "__proto__"'])
})

test('a Standard Schema gives its own value and its own problems, also one that is a function and one that waits', async () => {
  const validate = async (value: unknown): Promise<object> =>
    (value as { max?: unknown }).max === 'five'
      ? { issues: [{ message: 'no number', path: ['list', { key: 0 }, 'max'] }, { message: 'as a whole' }] }
      : { value: { max: Number((value as { max: string }).max) } }
  const schema = Object.assign(() => {}, { '~standard': { version: 1, vendor: 'test', validate } })
  assert.deepEqual(await read(schema, { max: '5' }), { value: { max: 5 }, problems: [] })
  assert.deepEqual(await problemsOf(schema, { max: 'five' }), ['list.0.max: no number', ': as a whole'])
})

test('a Standard Schema that throws is a problem', async () => {
  const schema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate() {
        throw new Error('broken')
      },
    },
  }
  assert.deepEqual(await problemsOf(schema, {}), [': cannot be checked: broken'])
})

test('a schema that refers to itself without end is refused, or says so where it is met', async () => {
  const endless = 'refers to itself without end'
  for (const schema of [
    { $ref: '#' },
    { anyOf: [{ type: 'string' }, { $ref: '#' }] },
    { default: {}, properties: { a: { $ref: '#', default: {} } } },
  ])
    assert.equal(await compileOptions(schema), endless, JSON.stringify(schema))
  const inside = { properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { $ref: '#/$defs/a' } } }
  assert.equal(await compileOptions(inside), endless)
  const met = { properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { allOf: [{ $ref: '#/$defs/a' }] } } }
  assert.deepEqual(await problemsOf(met, {}), [])
  assert.match((await problemsOf(met, { a: 1 })).join(), new RegExp(`^: cannot be checked: .* ${endless}$`))
  const tree = { type: 'object', properties: { child: { $ref: '#' } }, additionalProperties: false }
  assert.deepEqual(await problemsOf(tree, { child: { child: {} } }), [])
})

test('what is no schema is refused', async () => {
  for (const schema of [null, 5, [], { type: 'nope' }, { minimum: 'x' }, { $ref: '#/nowhere' }, { '~standard': {}, type: 5 }])
    assert.equal(typeof (await compileOptions(schema)), 'string', JSON.stringify(schema))
})
