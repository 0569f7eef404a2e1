// What `_gw/merge` promises: the order of the file, and what becomes of keys that two parts have.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { checkBlocks } from '../../../engine/compile/check-blocks.ts'
import { loadDeclarations } from '../../../engine/compile/order.ts'
import { Data } from '../../../engine/data.ts'
import { isJsonObject, type JsonValue } from '../../../json/types.ts'
import { order } from '../../../order.ts'
import { configOf, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { concatLists, joinData, joinListsByKey, replaceLists, type JoinLists } from './join.ts'

/** The answer of an endpoint whose backends answer with these texts, the first one last. */
async function ask(block: object, texts: readonly string[], backend: object = {}): Promise<string | null> {
  const backends = texts.map((_text, index) => ({ url_pattern: `/${index}`, ...backend }))
  const file = { host: ['http://b:80'], endpoints: [{ endpoint: '/e', backend: backends, extra_config: { '_gw/merge': block } }] }
  const gateway = await openInMemory(configOf(file), {
    async backend({ path }) {
      if (path === '/0') await new Promise((resolve) => setTimeout(resolve, 10))
      return makeBackendResponse(texts[Number(path.slice(1))] as string)
    },
  })
  return (await gateway.ask({ target: '/e' })).answered.body
}

const object = '{"o":{"x":1,"z":{"p":1.0}},"l":[1]}'

test('the later part of the file counts, whichever came last', async () => {
  assert.equal(await ask({}, [object, '{"o":{"z":2},"l":[2]}']), '{"o":{"z":2},"l":[2]}')
})

test('deep joins objects member by member, and nothing else', async () => {
  assert.equal(await ask({ strategy: 'deep' }, [object, '{"o":{"z":{"q":2}},"l":[2]}']), '{"o":{"x":1,"z":{"p":1.0,"q":2}},"l":[2]}')
  assert.equal(await ask({ strategy: 'deep' }, [object, '{"o":[1],"l":null}']), '{"o":[1],"l":null}')
  assert.equal(
    await ask({ strategy: 'deep' }, ['{"o":{"__proto__":{"a":1}}}', '{"o":{"__proto__":{"b":2}}}']),
    '{"o":{"__proto__":{"a":1,"b":2}}}',
  )
})

test('deep joins as many levels as JSON may have', async () => {
  const levels = 9000
  const nested = (inner: string): string => '{"a":'.repeat(levels) + inner + '}'.repeat(levels)
  assert.equal(await ask({ strategy: 'deep' }, [nested('{"x":1}'), nested('{"y":2}')]), nested('{"x":1,"y":2}'))
})

test('concat appends lists, inside of objects as well and of any number of parts', async () => {
  const texts = ['{"a":{"l":[1]},"l":[]}', '{"a":{"l":[2.50]},"l":[3]}', '{"a":{"l":[[4]]},"l":"x"}']
  assert.equal(await ask({ strategy: 'concat' }, texts), '{"a":{"l":[1,2.50,[4]]},"l":"x"}')
})

describe('by_key', () => {
  const join = (a: string, b: string, more: object = {}) => ask({ strategy: 'by_key', ...more }, [`{"l":${a}}`, `{"l":${b}}`])
  test('elements with equal keys are one at the place of the first, others follow', async () => {
    assert.equal(
      await join('[{"id":1,"a":{"x":1}},{"id":2}]', '[{"id":3},{"id":1,"a":{"y":2}}]'),
      '{"l":[{"id":1,"a":{"x":1,"y":2}},{"id":2},{"id":3}]}',
    )
  })
  test('keys are equal when type and text are', async () => {
    assert.equal(await join('[{"id":1}]', '[{"id":"1"},{"id":1.0},{"id":1,"b":2}]'), '{"l":[{"id":1,"b":2},{"id":"1"},{"id":1.0}]}')
  })
  test('the first of one list takes all', async () => {
    assert.equal(await join('[{"id":1},{"id":1,"a":1}]', '[{"id":1,"b":2}]'), '{"l":[{"id":1,"a":1,"b":2}]}')
  })
  test('more parts are joined as two are, and what has no key begins anew', async () => {
    const texts = ['[{"id":1},{"id":2}]', '[{"id":1,"a":1}]', '[{"id":3},{"id":1,"b":1}]'].map((l) => `{"l":${l}}`)
    assert.equal(await ask({ strategy: 'by_key' }, texts), '{"l":[{"id":1,"a":1,"b":1},{"id":2},{"id":3}]}')
    const broken = '{"l":[{"id":1,"c":1},{"no":1}]}'
    assert.equal(await ask({ strategy: 'by_key' }, [...texts, broken]), broken)
    assert.equal(await ask({ strategy: 'by_key' }, [...texts, '{"l":[1]}', '{"l":[{"id":4}]}']), '{"l":[{"id":4}]}')
  })
  test('the key may be inside of others, and lists without it are replaced', async () => {
    assert.equal(await join('[{"k":{"n":1},"a":1}]', '[{"k":{"n":1},"b":2}]', { key: 'k.n' }), '{"l":[{"k":{"n":1},"a":1,"b":2}]}')
    assert.equal(await join('[{"id":1}]', '[{"id":1},{"no":2}]'), '{"l":[{"id":1},{"no":2}]}')
    assert.equal(await join('[1]', '[2]'), '{"l":[2]}')
  })
})

describe('as much as backends send, in as many parts', () => {
  const list = <T>(count: number, of: (index: number) => T) => Array.from({ length: count }, (_, index) => of(index))
  const join = (lists: JoinLists, parts: readonly JsonValue[]) =>
    joinData(
      list(parts.length, (i) => Data.of({ l: parts[i] as JsonValue })),
      lists,
    ).object['l']
  test('deep', () => {
    const parts = list(10_000, (part) => Object.fromEntries(list(part === 0 ? 100_000 : 1, (i) => [`k${part}_${i}`, part])))
    const joined = join(replaceLists, parts)
    assert.ok(isJsonObject(joined))
    assert.equal(Object.keys(joined).length, 109_999)
    assert.deepEqual([joined['k0_99999'], joined['k9999_0']], [0, 9999])
  })
  test('concat', () => {
    const parts = list(40_000, (part) => (part === 0 ? list(1_000_000, () => 0) : [part]))
    assert.ok(isDeepStrictEqual(join(concatLists, parts), parts.flat()))
  })
  test('by_key', () => {
    const parts = list(5000, (part) => (part === 0 ? list(200_000, (id) => ({ id, a: 1 })) : [{ id: part, b: part }]))
    const expected = list(200_000, (id) => (id === 0 || id >= 5000 ? { id, a: 1 } : { id, a: 1, b: id }))
    assert.ok(isDeepStrictEqual(join(joinListsByKey('id'), parts), expected))
  })
  test('by_key with one key', () => {
    const parts = list(2, (part) => list(15_000, (i) => ({ id: 1, [`k${part}_${i}`]: i })))
    assert.ok(isDeepStrictEqual(join(joinListsByKey('id'), parts), [Object.assign({}, ...parts.flat())]))
  })
})

test('what parts hold is not changed', () => {
  const parts = () => [1, 2, 3].map((x) => ({ o: { i: { ['k' + x]: x } }, l: [{ id: 1, ['k' + x]: x }], n: { l: [x] } }))
  for (const lists of [replaceLists, concatLists, joinListsByKey('id')]) {
    const given = parts()
    const once = joinData(
      given.map((one) => Data.of(one)),
      lists,
    )
      .encoded()
      .toString()
    assert.deepEqual(given, parts())
    assert.equal(
      joinData(
        given.map((one) => Data.of(one)),
        lists,
      )
        .encoded()
        .toString(),
      once,
    )
  }
})

test('parts that fail take no part', async () => {
  assert.equal(await ask({ strategy: 'concat' }, ['{"l":[1]}', 'broken', '{"l":[2]}']), '{"l":[1,2]}')
})

test('check says where it does nothing', async () => {
  const issuesOf = async (block: object, count: number) => {
    const backend = Array.from({ length: count }, (_, index) => ({ url_pattern: `/${index}` }))
    const config = configOf({ host: ['http://b:80'], endpoints: [{ endpoint: '/e', backend, extra_config: { '_gw/merge': block } }] })
    return checkBlocks(config, await loadDeclarations(order, config), { isStrict: false }).map(
      ({ severity, message }) => `${severity} ${message}`,
    )
  }
  assert.deepEqual(await issuesOf({ strategy: 'deep' }, 2), [])
  assert.deepEqual(await issuesOf({}, 1), ['warning one backend alone has nothing to be joined with'])
  assert.deepEqual(await issuesOf({ key: 'a' }, 2), ['warning only "by_key" looks at it, not "shallow"'])
  assert.match(String(await issuesOf({ strategy: 'deeep' }, 2)), /^error must be "shallow"/)
})
