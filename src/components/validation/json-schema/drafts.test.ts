// Schemas of every draft against values: verdicts, KrakenD's words, and what must not hang.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compileSchema, type DraftRules } from './drafts.ts'

function check(schema: unknown, value: unknown, rules: DraftRules = 'all'): string | null {
  return compileSchema(schema, rules).validate(value)
}

const D4 = 'http://json-schema.org/draft-04/schema#'
const D6 = 'http://json-schema.org/draft-06/schema'
const D7 = 'http://json-schema.org/draft-07/schema#'
const D2019 = 'https://json-schema.org/draft/2019-09/schema'

const TEXTS: readonly (readonly [schema: unknown, value: unknown, text: string])[] = [
  [{ type: ['string', 'null'] }, 1, "- at '': got number, want null or string"],
  [{ type: 'integer' }, 1.5, "- at '': got number, want integer"],
  [{ enum: ["it's", null, true, 1000] }, 'x', "- at '': value must be one of 'it\\'s', <nil>, true, 1000"],
  [{ enum: [[1]] }, 1, "- at '': 'enum' failed"],
  [{ const: { a: 1 } }, 1, "- at '': 'const' failed"],
  [{ minimum: 1_234_567.5 }, 1000, "- at '': minimum: got 1,000, want 1.2345675×10⁰⁶"],
  [{ minimum: 999_999.5 }, -0, "- at '': minimum: got 0, want 999,999.5"],
  [{ maximum: 0.0001 }, 1e20, "- at '': maximum: got 1×10²⁰, want 0.0001"],
  [{ exclusiveMinimum: 1 }, 0.00001, "- at '': exclusiveMinimum: got 1×10⁻⁰⁵, want 1"],
  [{ maximum: 1 }, Infinity, "- at '': maximum: got ∞, want 1"],
  [{ minLength: 2e6 }, 'x', "- at '': minLength: got 1, want 2,000,000"],
  [{ uniqueItems: true }, [...Array(1200).keys(), 1100], "- at '': items at 1,100 and 1,200 are equal"],
  [{ $schema: D4, minimum: 5, exclusiveMinimum: true }, 5, "- at '': exclusiveMinimum: got 5, want 5"],
  [{ multipleOf: 0.1 }, 0.35, "- at '': multipleOf: got 0.35, want 0.1"],
  [{ pattern: '^a\\d$' }, 'a\n"', `- at '': 'a\\n"' does not match pattern '^a\\\\d$'`],
  [{ contains: { type: 'string' } }, [1], "- at '': no items match contains schema\n  - at '/0': got number, want string"],
  [
    { contains: { const: 1 }, maxContains: 1 },
    [1, 2, 1],
    "- at '': max 1 items required to match contains schema, but matched 2 items at 0 2",
  ],
  [{ contains: { const: 1 }, minContains: 2 }, [1], "- at '': min 2 items required to match contains schema, but matched 1 items at 0"],
  [{ prefixItems: [{ type: 'string' }], items: false }, ['a', 1], "- at '/1': false schema"],
  [{ $schema: D7, items: [{}], additionalItems: false }, [1, 2, 3], "- at '': last 2 additionalItem(s) not allowed"],
  [{ dependentRequired: { a: ['b', 'c'] } }, { a: 1 }, "- at '': properties 'b', 'c' required, if 'a' exists"],
  [{ $schema: D6, dependencies: { a: ['b'] } }, { a: 1 }, "- at '': properties 'b' required, if 'a' exists"],
  [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, "- at '': invalid propertyName 'ab'\n  - at '': maxLength: got 2, want 1"],
  [
    { properties: { k: { propertyNames: { maxLength: 1 } } } },
    { k: { ab: 1 } },
    "- at '': invalid propertyName 'ab'\n  - at '': maxLength: got 2, want 1",
  ],
  [JSON.parse('{"if":{"type":"string"},"then":{"minLength":3},"unevaluatedProperties":false}'), 'ab', "- at '': minLength: got 2, want 3"],
  [{ $anchor: 'n', type: 'object', properties: { p: { $ref: '#n' } } }, { p: 5 }, "- at '/p': got number, want object"],
  [{ $dynamicAnchor: 'n', type: 'object', properties: { p: { $dynamicRef: '#n' } } }, { p: 5 }, "- at '/p': got number, want object"],
  [JSON.parse('{"if":{"required":["a"]},"then":{"required":["b"]},"else":false}'), { a: 1 }, "- at '': missing property 'b'"],
  [
    { properties: { u: { required: ['x'], properties: { y: { type: 'null' } } }, v: false } },
    { u: { y: 1 }, v: 1 },
    "- at '/u': validation failed\n  - at '/u': missing property 'x'\n  - at '/u/y': got number, want null\n- at '/v': false schema",
  ],
  [{ required: ['x'], properties: { 'a/b~c': false } }, { 'a/b~c': 1 }, "- at '': missing property 'x'\n- at '/a~1b~0c': false schema"],
  [
    { $defs: { n: { minimum: 5, multipleOf: 2 } }, properties: { a: { $ref: '#/$defs/n' } } },
    { a: 3 },
    "- at '/a': validation failed\n  - at '/a': minimum: got 3, want 5\n  - at '/a': multipleOf: got 3, want 2",
  ],
  [{ $defs: { n: { $anchor: 'n', type: 'null' } }, $ref: '#n' }, 1, "- at '': got number, want null"],
  [{ $schema: D7, $id: 'http://x/y', items: { $ref: '#/definitions/n' }, definitions: { n: false } }, [1], "- at '/0': false schema"],
]

test("what does not fit is told in KrakenD's words", () => {
  for (const [schema, value, text] of TEXTS) assert.equal(check(schema, value), text, JSON.stringify(schema))
})

const FITTING: readonly (readonly [schema: unknown, value: unknown])[] = [
  [true, 1],
  [{}, null],
  [{ type: 'integer' }, 1e300],
  [{ type: 'number' }, Infinity],
  [{ multipleOf: 0.1 }, 0.3],
  [{ multipleOf: 1e-8 }, 12.34],
  [{ maxLength: 2 }, '😀😀'],
  [{ pattern: '(?i)ABC' }, 'xabcx'],
  [{ format: 'email' }, 'x'],
  [{ $schema: D2019, format: 'ipv4' }, 'x'],
  [{ $schema: D7, format: 'int32' }, 1.5],
  [{ $schema: D7, format: 'unknown' }, 'x'],
  [{ $schema: D7, format: 'email' }, 'root@localhost'],
  [{ $schema: D7, definitions: { s: { type: 'string' } }, $ref: '#/definitions/s', type: 'number' }, 'x'],
  [{ const: { a: 1, b: [2] } }, { b: [2], a: 1 }],
  [{ uniqueItems: true }, [1, '1', [1], { a: 1, b: 2 }, { a: 2, b: 1 }]],
  [{ unknownKeyword: 1, id: 'x', $comment: 'y' }, 1],
]

test('what fits passes', () => {
  for (const [schema, value] of FITTING) assert.equal(check(schema, value), null, JSON.stringify(schema))
})

test('what only ajv or JavaScript knows has no say', () => {
  assert.equal(check({ type: 'string', nullable: true }, null), "- at '': got null, want string")
  assert.equal(check({ required: ['constructor'] }, {}), "- at '': missing property 'constructor'")
  assert.equal(check({ $async: true, type: 'null' }, 1), "- at '': got number, want null")
  assert.equal(check({ required: ['__proto__'] }, JSON.parse('{"__proto__":1}')), null)
  assert.equal(check({ required: ['__proto__'] }, {}), "- at '': missing property '__proto__'")
})

test('formats are asserted before 2019-09', () => {
  const formats = ['email', 'ipv4', 'ipv6', 'date', 'date-time', 'time', 'uri', 'uuid', 'hostname', 'json-pointer', 'regex']
  for (const format of formats) assert.match(check({ $schema: D7, format }, '(?<=x y') ?? 'fits', new RegExp(`is not valid ${format}: `))
  assert.equal(check({ $schema: D7, format: 'email' }, 'x'), "- at '': 'x' is not valid email: missing @")
  assert.equal(check({ $schema: D7, format: 'email' }, 5), null)
})

test('1.x: formats always count, and schemas without draft are a mixture of drafts 4 to 7', () => {
  assert.notEqual(check({ format: 'email' }, 'x', 'up-to-7'), null)
  assert.notEqual(check({ minimum: 5, exclusiveMinimum: true }, 5, 'up-to-7'), null)
  assert.notEqual(check({ exclusiveMinimum: 5 }, 5, 'up-to-7'), null)
  assert.equal(check({ $schema: 'http://somewhere', type: 'null' }, null, 'up-to-7'), null)
})

test('keywords of a later draft mean nothing in an earlier one', () => {
  const later: readonly (readonly [draft: string, keywords: object, value: unknown])[] = [
    [D4, { const: 1 }, 2],
    [D4, { contains: false }, [1]],
    [D4, { propertyNames: { maxLength: 1 } }, { ab: 1 }],
    [D4, JSON.parse('{"if":true,"then":{"type":"null"}}') as object, 1],
    [D6, JSON.parse('{"if":false,"else":{"type":"null"}}') as object, 1],
    [D7, { dependentRequired: { a: ['b'] }, dependentSchemas: { a: { required: ['c'] } } }, { a: 1 }],
    [D7, { unevaluatedProperties: false, $recursiveRef: '#/nowhere', $dynamicRef: '#/nowhere' }, { a: 1 }],
    [D7, { contains: { const: 1 }, maxContains: 0, prefixItems: [{ type: 'null' }] }, [1]],
    [D2019, { prefixItems: [{ type: 'null' }], $dynamicRef: '#/nowhere' }, [1]],
  ]
  for (const [draft, keywords, value] of later) {
    assert.equal(check({ $schema: draft, ...keywords }, value), null, JSON.stringify(keywords))
    // nor do they stand among the reasons
    const [given, text] = [{ a: 1, ab: 1, z: value }, "- at '': missing property 'x'"]
    if (!Array.isArray(value)) assert.equal(check({ $schema: draft, ...keywords, required: ['x'] }, given), text, JSON.stringify(keywords))
  }
  assert.throws(() => compileSchema({ $schema: D7, $ref: '#a', definitions: { x: { $anchor: 'a' } } }, 'all'))
  assert.notEqual(check({ const: 1, minimum: 0, exclusiveMinimum: true }, 2, 'up-to-7'), null, 'but in the mixture of 1.x')
})

test('what is no schema is refused', () => {
  const wrong = [
    { type: 'nope' },
    { minLength: -1 },
    { required: 'a' },
    { $ref: '#/$defs/missing' },
    { pattern: '(?=a)' },
    { pattern: '(' },
    { $schema: 'http://somewhere' },
    { $schema: '' },
    { $id: ':::' },
    { $schema: D7, enum: [] },
    { $schema: D7, exclusiveMinimum: true },
    [1],
    'text',
    null,
  ]
  for (const schema of wrong) assert.throws(() => compileSchema(schema, 'all'), JSON.stringify(schema))
})

test('an empty array does not get past `contains` beside a list of item schemas', () => {
  const text = "- at '': no items match contains schema"
  assert.equal(check({ prefixItems: [{ required: ['a'] }], contains: true }, []), text)
  assert.equal(check({ $schema: D7, items: [{ required: ['a'] }], contains: {} }, []), text)
  assert.equal(check({ prefixItems: [{ required: ['a'] }], contains: true, minContains: 0 }, []), null)
})

test('schemas of different endpoints may share an $id', () => {
  assert.equal(check({ $id: 'http://x/y', type: 'null' }, null), null)
  assert.notEqual(check({ $id: 'http://x/y', type: 'string' }, null), null)
})

test('conditions with a name are left as they are', () => {
  const schema = { if: { $anchor: 'a', properties: { x: true } }, else: false, unevaluatedProperties: { const: 1 } }
  assert.equal(check(schema, { y: 1 }), null)
  assert.notEqual(check(schema, { y: 2 }), null)
  assert.equal(check({ contains: { $anchor: 'b', const: 1 }, unevaluatedItems: { const: 1 } }, [1]), null)
})

test('members that are not evaluated are told without their tree', () => {
  assert.notEqual(check({ properties: { a: true }, unevaluatedProperties: false }, { b: 1 }), null)
})

/** What takes exponential time, or much more than the sizes here, never ends: the runner's limit is its failure. */
test('neither patterns nor lists nor formats nor depth hang it', () => {
  assert.notEqual(check({ pattern: '^(a+)+$' }, `${'a'.repeat(100_000)}!`), null)
  const lists = JSON.parse(`[${'[1],'.repeat(50_000)}[2]]`) as unknown
  assert.notEqual(check({ uniqueItems: true }, lists), null)
  for (const format of ['email', 'uri', 'uri-reference', 'uri-template', 'hostname', 'date-time', 'duration', 'ipv6', 'json-pointer']) {
    const schema = { $schema: D7, format }
    for (const part of ['a', '1', '%', ':', '/', 'a.', '@', 'a@', '{a}', '//a', '~', 'P1Y', 'http://a']) {
      const isGood = (count: number): boolean => check(schema, `${part.repeat(count)} !`) === null
      assert.equal(isGood(20_000), isGood(10_000), `${format} ${part}`)
    }
  }
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown
  assert.throws(() => check({ items: { $ref: '#' } }, deep), RangeError)
  assert.match(
    check({ items: { type: 'null' } }, Array.from({ length: 100_000 }).fill(1)) ?? '',
    /^(- at '\/\d+': got number, want null\n?){90,110}$/,
  )
})

const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    true,
    false,
    {},
    { type: 'string' },
    { type: ['number', 'null'] },
    { minimum: 2 },
    { maxLength: 1 },
    { minItems: 2 },
  ),
  fc.constantFrom<unknown>(
    { required: ['a'] },
    { enum: [1, 'a', null] },
    { const: [1] },
    { uniqueItems: true },
    { multipleOf: 0.5 },
    { pattern: 'a' },
  ),
  fc.constantFrom<unknown>(
    { type: 'integer' },
    { maxProperties: 1 },
    { dependentRequired: { a: ['b'] } },
    { exclusiveMaximum: 1 },
    { $ref: '#/$defs/x' },
  ),
)

/** `then` is written like this because an object with such a member would pass for a promise. */
const CONDITIONS = ['if', 'then', 'else', 'not', 'items', 'contains', 'additionalProperties', 'propertyNames']

const { schema: schemas } = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    leaf,
    fc.record(
      {
        ...Object.fromEntries(CONDITIONS.map((keyword) => [keyword, tie('schema')])),
        anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
        allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
        prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('schema'), { maxKeys: 2 }),
        patternProperties: fc.dictionary(fc.constantFrom('^a', '.'), tie('schema'), { maxKeys: 1 }),
        dependentSchemas: fc.dictionary(fc.constantFrom('a', 'b'), tie('schema'), { maxKeys: 1 }),
      },
      { requiredKeys: [] },
    ),
  ),
}))

const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, true, 0, 1, 1.5, 2, -3, 'a', 'b', 'ab', ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
  ),
}))

test('reasons are found exactly where ajv refuses', () => {
  fc.assert(
    fc.property(schemas, fc.array(values, { minLength: 20, maxLength: 40 }), (part, samples) => {
      const $defs = { x: { type: ['string', 'object'] } }
      const straight = compileSchema({ $defs, allOf: [part] }, 'all')
      const reversed = compileSchema({ $defs, not: { allOf: [part] } }, 'all')
      for (const value of samples) {
        const text = straight.validate(value)
        // Without a reason ajv's own message would stand there, which never begins like this.
        if (text !== null) assert.match(text, /^- at '': 'allOf' failed\n {2}- at /)
        assert.equal(reversed.validate(value), text === null ? "- at '': 'not' failed" : null)
      }
    }),
    { numRuns: 40, seed: 1 },
  )
})
