import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { quirksOf } from '../../config/dialect.ts'
import type { Dialect } from '../../config/types.ts'
import { blocksOf, makeBackend } from '../../testing/index.ts'
import { Data } from '../data.ts'
import { KEYS, objectText } from '../../json/test-arbitrary.ts'
import { decodeJsonCollection, decodeJsonObject } from '../decode-json.ts'
import { encodeSorted } from '../../json/write.ts'
import { compileManipulation } from './manipulate.ts'

interface Options {
  target?: string
  group?: string
  allow?: string[]
  deny?: string[]
  mapping?: Record<string, string>
  proxy?: object
}

function compile(options: Options, dialect: Dialect = 3) {
  const { mapping = {}, proxy, ...fields } = options
  const extraConfig = blocksOf(proxy === undefined ? {} : { proxy })
  return compileManipulation(makeBackend({ ...fields, mapping: new Map(Object.entries(mapping)), extraConfig }), quirksOf(dialect))
}

/** The answer for a body, worked on as text and decoded; both must be the same. */
function run(options: Options, body: string, dialect?: Dialect): string {
  const manipulate = compile(options, dialect) as (data: Data | null) => Data | null
  const asText = manipulate(decodeJsonObject(Buffer.from(body)))
  const source = decodeJsonObject(Buffer.from(body))
  const asObject = manipulate(source === null ? null : Data.of(source.object))
  const texts = [asText, asObject].map((data) => (data === null ? 'null' : encodeSorted(data.object)))
  assert.equal(texts[0], texts[1])
  if (asText !== null) {
    assert.equal(encodeSorted((decodeJsonObject(Buffer.from(asText.encoded())) as Data).object), texts[0])
    assert.equal(asText.isEmpty, texts[0] === '{}')
  }
  return texts[0] as string
}

const NESTED = '{"a":{"b":1,"c":{"d":2.0,"e":3}},"f":"x","l":[{"a":1,"b":2}],"n":null,"o":{}}'

test('nothing configured leaves nothing behind', () => {
  assert.equal(compile({}), null)
})

test('target takes an inner object out', () => {
  assert.equal(run({ target: 'a' }, NESTED), '{"b":1,"c":{"d":2.0,"e":3}}')
  assert.equal(run({ target: 'a.c' }, NESTED), '{"d":2.0,"e":3}')
  for (const target of ['x', 'f', 'l', 'n', 'a.b', 'a.c.x', 'constructor']) assert.equal(run({ target }, NESTED), '{}', target)
  assert.equal(run({ target: 'a' }, 'null'), '{}')
})

test('allow keeps what it names, into objects', () => {
  const table: [string[], string][] = [
    [['f', 'n'], '{"f":"x","n":null}'],
    [['a.b', 'f'], '{"a":{"b":1},"f":"x"}'],
    [['a.c.d'], '{"a":{"c":{"d":2.0}}}'],
    [['l'], '{"l":[{"a":1,"b":2}]}'],
    [['l.a', 'f.x', 'n.y'], '{}'],
    [['zzz', 'a.zzz', 'o.x'], '{}'],
    [['o', 'f'], '{"f":"x","o":{}}'],
    [['a', 'a.b'], '{"a":{"b":1}}'],
    [['a.b', 'a'], '{"a":{"b":1,"c":{"d":2.0,"e":3}}}'],
    [[''], '{}'],
  ]
  for (const [allow, expected] of table) assert.equal(run({ allow }, NESTED), expected, allow.join())
})

test('deny removes what it names, and leaves emptied objects', () => {
  const table: [string[], string][] = [
    [['a', 'zzz'], '{"f":"x","l":[{"a":1,"b":2}],"n":null,"o":{}}'],
    [['a.c.d', 'l', 'n', 'o', 'f'], '{"a":{"b":1,"c":{"e":3}}}'],
    [['a.c.d', 'a.c.e', 'f', 'l.a', 'o.x'], '{"a":{"b":1,"c":{}},"l":[{"a":1,"b":2}],"n":null,"o":{}}'],
    [['a', 'a.b', 'l', 'f'], '{"n":null,"o":{}}'],
    [['a.b', 'a', 'l', 'f'], '{"n":null,"o":{}}'],
  ]
  for (const [deny, expected] of table) assert.equal(run({ deny }, NESTED), expected, deny.join())
  assert.equal(run({ deny: ['x'] }, '{"x":1}'), '{}')
})

test('KrakenD 1.x denies two levels deep, and the later rule counts', () => {
  assert.equal(run({ deny: ['a.b.c'] }, '{"a":{"b":{"c":1,"x":2}},"z":1}', 2), '{"a":{},"z":1}')
  assert.equal(run({ deny: ['a', 'a.b'] }, '{"a":{"b":1,"c":2}}', 2), '{"a":{"c":2}}')
  assert.equal(run({ deny: ['a.b', 'a'] }, '{"a":{"b":1,"c":2}}', 2), '{}')
  assert.equal(run({ deny: ['a.b', 'a.c.d'] }, '{"a":{"b":1,"c":2},"b":1}', 2), '{"a":{},"b":1}')
})

test('allow switches deny off', () => {
  assert.equal(run({ allow: ['f', 'n'], deny: ['f'] }, NESTED), '{"f":"x","n":null}')
})

test('mapping renames top-level keys', () => {
  const table: [Record<string, string>, string, string][] = [
    [{ a: 'z' }, '{"a":1,"b":{"a":2}}', '{"b":{"a":2},"z":1}'],
    [{ a: 'x.y' }, '{"a":1}', '{"x":1}'],
    [{ a: 'a' }, '{"a":1,"b":2}', '{"b":2}'],
    [{ 'a.b': 'c' }, '{"a":{"b":1}}', '{"a":{"b":1}}'],
    [{ 'a.b': 'c' }, '{"a.b":1}', '{"c":1}'],
    [{ a: 'b' }, '{"a":1,"b":2}', '{"b":1}'],
    [{ q: 'r' }, '{"a":1}', '{"a":1}'],
    [{ a: '__proto__', é: 'constructor' }, '{"a":1.0,"é":"ü"}', '{"__proto__":1.0,"constructor":"ü"}'],
  ]
  for (const [mapping, body, expected] of table) assert.equal(run({ mapping }, body), expected)
})

test('group wraps everything, null too', () => {
  assert.equal(run({ group: 'g.h' }, '{"a":1.0}'), '{"g.h":{"a":1.0}}')
  assert.equal(run({ group: 'g' }, '{}'), '{"g":{}}')
  assert.equal(run({ group: 'g' }, 'null'), '{"g":null}')
  assert.equal(run({ group: 'g', mapping: { a: 'b' }, allow: ['a'] }, 'null'), '{"g":null}')
})

test('the order is target, allow, mapping, group', () => {
  assert.equal(run({ target: 'd', allow: ['a'], mapping: { a: 'z' }, group: 'g' }, '{"d":{"a":1,"b":2}}'), '{"g":{"z":1}}')
})

test('with flatmap operations allow, deny and mapping are off', () => {
  const proxy = { flatmap_filter: [{ type: 'del', args: ['c'] }] }
  assert.equal(run({ proxy, allow: ['a'], mapping: { b: 'q' } }, '{"a":1,"b":2,"c":3}'), '{"a":1,"b":2}')
  assert.equal(run({ proxy, target: 'd', deny: ['b'], group: 'g' }, '{"d":{"b":2.0,"c":3}}'), '{"g":{"b":2.0}}')
  assert.equal(run({ proxy: { flatmap_filter: [] }, allow: ['a'] }, '{"a":1,"b":2}'), '{"a":1}')
  assert.equal(run({ proxy, group: 'g' }, 'null'), '{"g":null}')
})

test('a collection can be renamed and filtered', () => {
  const collection = () => decodeJsonCollection(Buffer.from('[1.0]'))
  const shown = (options: Options) => String(compile(options)?.(collection())?.encoded())
  assert.equal(shown({ mapping: { collection: 'items' }, group: 'g' }), '{"g":{"items":[1.0]}}')
  assert.equal(shown({ allow: ['collection'] }), '{"collection":[1.0]}')
  assert.equal(shown({ deny: ['collection'] }), '{}')
  assert.equal(shown({ target: 'collection' }), '{}')
})

test('text and decoded data are filtered alike', () => {
  const rule = fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 3 }).map((keys) => keys.join('.'))
  const rules = fc.array(rule, { maxLength: 6 })
  const options: fc.Arbitrary<Options> = fc.record({
    target: fc.constantFrom('', '', 'a', 'é', 'a.b', '__proto__'),
    group: fc.constantFrom('', 'g', '__proto__'),
    allow: fc.oneof(fc.constant<string[]>([]), rules),
    deny: rules,
    mapping: fc.dictionary(fc.constantFrom('a', 'b', 'é', 'constructor'), fc.constantFrom('a', 'c', '€uro', '1'), { maxKeys: 3 }),
  })
  fc.assert(
    fc.property(options, objectText, fc.constantFrom<Dialect>(2, 3), (given, body, dialect) => {
      if (compile(given) !== null) run(given, body, dialect)
    }),
    { numRuns: 2000 },
  )
})
