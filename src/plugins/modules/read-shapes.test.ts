// Which exports are plugins, and what is said about those that are not what they should be.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Site } from '../types.ts'
import { readShapes } from './read-shapes.ts'

const MODULE = { name: 'price', path: '/p/price.ts', shown: 'plugins/price.ts' }
const setup = (): null => null
const handler = (): void => {}

async function read(exported: object): Promise<{ names: string[]; problems: string[]; hints: string[] }> {
  const { plugins, problems } = await readShapes(exported, MODULE)
  return {
    names: plugins.map(({ name }) => name),
    problems: problems.map(({ severity, message }) => `${severity} ${message}`),
    hints: problems.map(({ hint }) => hint),
  }
}

test('a plain object has every default', async () => {
  const { plugins } = await readShapes({ default: { setup } }, MODULE)
  const [plugin] = plugins
  assert.deepEqual(
    { ...plugin, setup: null },
    {
      name: 'price',
      kinds: new Set(['http-server', 'http-client', 'req-resp-modifier', 'middleware']),
      file: 'plugins/price.ts',
      params: [],
      protects: false,
      description: '',
      options: null,
      setup: null,
    },
  )
})

test('a bare function is the handler of a plugin that is named like the file', async () => {
  const { plugins } = await readShapes({ default: handler }, MODULE)
  assert.equal(plugins[0]?.name, 'price')
  assert.equal(plugins[0]?.setup({}, {} as Site), handler)
})

test('setup keeps its this', async () => {
  class Price {
    name = 'classy'
    rate = 3
    setup(): number {
      return this.rate
    }
  }
  const { plugins } = await readShapes({ default: new Price() }, MODULE)
  assert.equal(plugins[0]?.setup({}, {} as Site), 3)
})

test('default and named exports, lists of them; each object once, other exports never', async () => {
  const first = { name: 'first', setup }
  const exported = {
    default: [first, { name: 'second', setup }],
    first,
    third: { name: 'third', setup },
    limit: 5,
    helper: handler,
    none: null,
  }
  assert.deepEqual(await read(exported), { names: ['first', 'second', 'third'], problems: [], hints: [] })
})

test('CommonJS: one plugin, several as members, and what compilers make of ES modules', async () => {
  const common = (main: unknown): object => ({ default: main, 'module.exports': main })
  assert.deepEqual((await read(common({ setup }))).names, ['price'])
  assert.deepEqual((await read(common(handler))).names, ['price'])
  assert.deepEqual((await read(common({ a: { name: 'a', setup }, b: { name: 'b', setup }, c: 1 }))).names, ['a', 'b'])
  assert.deepEqual((await read(common({ __esModule: true, default: handler }))).names, ['price'])
})

test('one of several without a name keeps only itself out', async () => {
  const result = await read({ default: [{ name: 'one', setup }, { setup }], named: { setup } })
  assert.deepEqual(result.names, ['one'])
  assert.deepEqual(result.problems, ['error default[1].name is missing', 'error named.name is missing'])
})

test('a module without any plugin', async () => {
  for (const exported of [{}, { limit: 5, helper: handler }, { default: null }, { default: { name: 'x' } }])
    assert.deepEqual((await read(exported)).problems, ['warning plugins/price.ts exports no plugin'])
})

test('wrong members are named, with what was meant', async () => {
  const cases: readonly (readonly [member: object, message: string, hint: RegExp])[] = [
    [{ kind: 'http-servr' }, 'price.kind: "http-servr", did you mean "http-server"?', /one of/],
    [{ kind: ['middleware', 'zork'] }, 'price.kind: "zork" is no kind', /one of http-server/],
    [{ kind: [] }, 'price.kind is an empty list', /leave it out/],
    [{ kind: 5 }, 'price.kind must be one of http-server, http-client, req-resp-modifier, middleware, not the number 5', /^$/],
    [{ params: 'id' }, 'price.params must be a list of names of placeholders', /\['id'\]/],
    [{ params: [1] }, 'price.params must be a list of names of placeholders', /./],
    [{ protects: 'yes' }, 'price.protects must be true or false, not the text "yes"', /^$/],
    [{ description: {} }, 'price.description must be a text, not an object', /^$/],
    [{ name: '' }, 'price.name must be a text, not the text ""', /^$/],
    [{ name: 7 }, 'price.name must be a text, not the number 7', /^$/],
    [{ setup: {} }, 'price.setup must be a function, not an object', /^$/],
    [{ setup: undefined }, 'price.setup must be a function, not nothing', /^$/],
    [{ options: 5 }, 'price.options: is no schema', /JSON Schema 2020-12/],
    [{ options: { type: 'strin' } }, 'price.options: type must be JSONType or JSONType[]: strin', /Standard/],
    [
      { options: { $schema: 'http://json-schema.org/draft-07/schema#' } },
      'price.options: is written for http://json-schema.org/draft-07/schema#: 2020-12 is read',
      /./,
    ],
  ]
  for (const [member, message, hint] of cases) {
    const result = await read({ default: { setup, ...member } })
    assert.deepEqual([result.names, result.problems], [[], [`error ${message}`]])
    assert.match(result.hints[0] ?? '', hint)
  }
})

test('an unknown member is a warning where it looks like a known one', async () => {
  assert.deepEqual(await read({ default: { setup, parms: ['id'], _private: 1, $own: 2 } }), {
    names: ['price'],
    problems: ['warning price.parms is no member of a plugin'],
    hints: ['did you mean "params"?'],
  })
})

test('a broken plugin that says it protects keeps saying it', async () => {
  const { problems } = await readShapes({ default: { name: 'gate', protects: true, kind: 'x', setup } }, MODULE)
  assert.deepEqual([problems[0]?.protects, problems[0]?.plugins], [true, ['gate']])
})
