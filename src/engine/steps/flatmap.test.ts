import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { Data } from '../data.ts'
import { objectText } from '../../json/test-arbitrary.ts'
import { decodeJsonObject } from '../decode-json.ts'
import { encodeSorted } from '../../json/write.ts'
import { compileFlatmap } from './flatmap.ts'

const read = (body: string) => decodeJsonObject(Buffer.from(body)) as Data

/** `del a b`, `move a b` … on a body. */
function run(operations: string[], body: string): string {
  const blocks = operations.map((operation) => {
    const [type, ...args] = operation.split(' ')
    return { type, args }
  })
  const data = compileFlatmap(blocks)?.(read(body)) ?? null
  return data === null ? 'null' : encodeSorted(data.object)
}

function check(table: readonly (readonly [string[], string, string])[]): void {
  for (const [operations, body, expected] of table) assert.equal(run(operations, body), expected, `${operations.join('; ')} on ${body}`)
}

test('del removes fields and items; what loses its last child is null', () => {
  check([
    [['del a'], '{"a":1,"b":2}', '{"b":2}'],
    [['del a c.d'], '{"a":1,"b":2,"c":{"d":1,"e":2}}', '{"b":2,"c":{"e":2}}'],
    [['del l.0'], '{"l":[1,2]}', '{"l":[2]}'],
    [['del l.*'], '{"l":[1,2]}', '{"l":null}'],
    [['del o.k'], '{"o":{"k":1},"z":1}', '{"o":null,"z":1}'],
    [['del l.*.a'], '{"l":[{"a":1,"b":2},{"a":3,"b":4}]}', '{"l":[{"b":2},{"b":4}]}'],
    [['del x.y a.b'], '{"a":1,"e":[],"o":{}}', '{"a":1,"e":[],"o":{}}'],
    [['del a'], '{"a":1}', 'null'],
    [['del *'], '{"a":1,"b":2}', 'null'],
    [['del a'], '{}', '{}'],
    [['del l.0 l.0'], '{"l":[1,2,3]}', '{"l":[2,3]}'],
    [['del l.0', 'del l.1'], '{"l":[1,2,3]}', '{"l":[3]}'],
    [['del constructor'], '{"__proto__":{"x":1.0},"constructor":1}', '{"__proto__":{"x":1.0}}'],
  ])
})

test('move renames the last segment between paths of one length', () => {
  check([
    [['move a.b a.d'], '{"a":{"b":1}}', '{"a":{"d":1}}'],
    [['move a.b c.d'], '{"a":{"b":1}}', '{"a":{"d":1}}'],
    [['move a z'], '{"a":1,"b":2}', '{"b":2,"z":1}'],
    [['move q z'], '{"a":1}', '{"a":1}'],
    [['move l.*.a l.*.z'], '{"l":[{"a":1},{"a":2}]}', '{"l":[{"z":1},{"z":2}]}'],
    [['move a.* a.x'], '{"a":{"b":1}}', '{"a":{"b":1}}'],
    [['move a __proto__'], '{"a":1}', '{"__proto__":1}'],
  ])
})

test('move to a shorter path promotes', () => {
  check([
    [['move a.b c'], '{"a":{"b":1}}', '{"a":null,"c":1}'],
    [['move a.b c'], '{"a":{"b":1,"k":2}}', '{"a":{"k":2},"c":1}'],
    [['move a.b c'], '{"a":{"b":1},"c":9}', '{"a":null,"c":1}'],
    [['move g.*.in.v g.*.v', 'del g.*.in'], '{"g":[{"in":{"v":1}},{"in":{"v":2}}]}', '{"g":[{"v":1},{"v":2}]}'],
    [['move a.b.c x.y'], '{"a":{"b":{"c":1}},"z":0}', '{"a":{"b":null},"y":1,"z":0}'],
    [['move a.*.v *'], '{"a":{"k":{"v":1}}}', '{"*":1,"a":{"k":null}}'],
    [['move a.b.x l.c'], '{"a":{"b":{"x":1}},"l":[0]}', '{"a":{"b":null},"l":[0,1]}'],
  ])
})

test('move to a longer path embeds below the parent of the source', () => {
  check([
    [['move a b.c'], '{"a":{"v":1.0},"z":1}', '{"b":{"c":{"v":1.0}},"z":1}'],
    [['move a b.c'], '{"a":1,"b":{"d":2}}', '{"b":{"c":1,"d":2}}'],
    [['move a.x q.b.c'], '{"a":{"x":1}}', '{"a":{"b":{"c":1}}}'],
    [['move l.*.a l.*.z.y'], '{"l":[{"a":1},{"a":2}]}', '{"l":[{"z":{"y":1}},{"z":{"y":2}}]}'],
    [['move a a.b'], '{"a":1}', '{"a":{"b":1}}'],
  ])
})

test('append joins two arrays', () => {
  check([
    [['append k s'], '{"k":[1],"s":[2]}', '{"s":[2,1]}'],
    [['append a.l b.l'], '{"a":{"l":[1,2]},"b":{"l":[3]}}', '{"a":null,"b":{"l":[3,1,2]}}'],
    [['append k s'], '{"k":"x","s":[2]}', '{"k":"x","s":[2]}'],
    [['append k nope'], '{"k":[1]}', '{"k":[1]}'],
    [['append k s'], '{"k":[],"s":[]}', '{"s":[]}'],
    [['append k s'], '{"k":[1.0],"s":[]}', '{"s":[1.0]}'],
    [['append k.*.x s'], '{"k":[{"x":1},{"y":2}],"s":[0]}', '{"k":[null,{"y":2}],"s":[0,1,null]}'],
    // labels stay those of the items before the removal
    [['del s.0', 'append k s'], '{"k":["a"],"s":["x","y","z"]}', '{"s":["z","a","y"]}'],
  ])
})

test('labels are found however often their node was searched and changed before', () => {
  const body = '{"l":[{"x":0},{"x":1},{"x":2}]}'
  const often = Array.from({ length: 20 }, () => 'del l.2.nope')
  check([
    // two elements have the label 2
    [['move l.0 l.2', ...often, 'move l.2.x l.2.y'], body, '{"l":[{"y":0},{"x":1},{"x":2}]}'],
    [['move l.0 l.2', ...often, 'del l.2', 'move l.2.x l.2.y'], body, '{"l":[{"x":1},{"y":2}]}'],
    [[...often, 'move l.1 l.q', 'move l.q.x l.q.y', 'del l.1.x'], body, '{"l":[{"x":0},{"y":1},{"x":2}]}'],
    [[...often, 'move l.1 l.0.z', 'move l.0.z.x l.z', 'move l.z l.0.w'], body, '{"l":[{"w":1,"x":0,"z":null},{"x":2}]}'],
    [[...often, 'append k l', 'del l.3.x'], `{"k":[{"x":7}],${body.slice(1)}`, '{"l":[{"x":0},{"x":1},{"x":2},null]}'],
    [[...often, 'del l.*', ...often, 'move l.1 l.q'], body, '{"l":null}'],
  ])
})

describe('as many elements as a backend likes', () => {
  const list = <T>(count: number, of: (index: number) => T) => Array.from({ length: count }, (_, index) => of(index))
  test('append', () => {
    const numbers = list(150_000, (index) => index)
    const whole = compileFlatmap([{ type: 'append', args: ['a', 'd'] }])?.(Data.of({ a: numbers, d: numbers }))
    assert.ok(isDeepStrictEqual(whole?.object, { d: [...numbers, ...numbers] }))
  })
  test('move to a shorter path', () => {
    const nested = list(220_000, (c) => ({ b: { c, d: 1 } }))
    const promoted = compileFlatmap([{ type: 'move', args: ['a.*.b.c', 'a.*.c'] }])?.(Data.of({ a: nested }))
    assert.ok(isDeepStrictEqual(promoted?.object, { a: nested.map(({ b: { c } }) => ({ b: { d: 1 }, c })) }))
  })
})

test('operations follow each other, and keep numbers and long arrays', () => {
  check([
    [['move a b', 'move b c', 'del d'], '{"a":1,"d":2}', '{"c":1}'],
    [
      ['del x'],
      '{"n":12345678901234567890,"f":1.10,"l":[10,9,8,7,6,5,4,3,2,1,0,11],"x":1}',
      '{"f":1.10,"l":[10,9,8,7,6,5,4,3,2,1,0,11],"n":12345678901234567890}',
    ],
  ])
})

test('without an operation there is no step; an unknown one does nothing', () => {
  for (const operations of [undefined, null, {}, [], [1, { args: ['a'] }, { type: 5 }]]) assert.equal(compileFlatmap(operations), null)
  assert.equal(run(['nonsense a'], '{"a":1}'), '{"a":1}')
})

test('a missing path is an error of every request', () => {
  for (const operation of ['move a', 'append', 'move'])
    assert.throws(() => run([operation], '{"a":1}'), { code: 'ERR_FLATMAP', statusCode: 500 })
  assert.equal(run(['del'], '{"a":1}'), '{"a":1}')
})

test('an operation with an argument that is no text does nothing', () => {
  for (const args of [
    ['a', 5],
    [null, 'b'],
    [{}, []],
  ])
    for (const type of ['move', 'append', 'del'])
      assert.equal(compileFlatmap([{ type, args }])?.(read('{"c":1}'))?.encoded().toString(), '{"c":1}')
  assert.equal(
    compileFlatmap([{ type: 'move', args: ['a', 5] }])?.(read('{"a":1}'))
      ?.encoded()
      .toString(),
    '{"a":1}',
  )
})

test('operations that match nothing change nothing', () => {
  fc.assert(
    fc.property(objectText, (text) => {
      assert.equal(run(['del nope.x', 'move *.*.nope x', 'append nope a'], text), encodeSorted(read(text).object))
    }),
  )
})

test('moving a key to a name that is free and back changes nothing', () => {
  fc.assert(
    fc.property(objectText, fc.constantFrom('q', 'q.r', 'q.r.s'), (text, free) => {
      const body = `{"a":{"b":${text},"z":1}}`
      assert.equal(run([`move a.b a.${free}`, `move a.${free} a.b`, 'del a.q'], body), encodeSorted(read(body).object))
    }),
  )
})
