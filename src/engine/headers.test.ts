import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { HeaderMap, HOP_BY_HOP, MAX_VARY_NAMES, valuesByName, varyNames } from './headers.ts'

const name = fc.constantFrom('A', 'B', 'C')
const fieldList = fc.array(fc.tuple(name, fc.string({ maxLength: 2 })))

test('set and delete against their definitions', () => {
  fc.assert(
    fc.property(fieldList, name, (list, changed) => {
      const deleted = new HeaderMap(list.flat())
      deleted.delete(changed)
      assert.deepEqual(deleted.fields, list.filter(([key]) => key !== changed).flat())
      const set = new HeaderMap(list.flat())
      set.set(changed, 'new')
      const first = list.findIndex(([key]) => key === changed)
      const expected = list.flatMap(([key, value], index) => (key !== changed ? [key, value] : index === first ? [key, 'new'] : []))
      assert.deepEqual(set.fields, first < 0 ? [...list.flat(), changed, 'new'] : expected)
    }),
  )
})

/** How often the list is touched. */
function countSteps(lines: number, change: (headers: HeaderMap) => void): number {
  let steps = 0
  const count = <T>(value: T): T => {
    steps++
    return value
  }
  const fields = new Proxy(
    Array.from({ length: lines * 2 }, (_, index) => (index % 2 === 0 ? 'A' : '1')),
    {
      get: (target, key, receiver) => count(Reflect.get(target, key, receiver)) as unknown,
      set: (target, key, value) => count(Reflect.set(target, key, value)),
      deleteProperty: (target, key) => count(Reflect.deleteProperty(target, key)),
    },
  )
  change(new HeaderMap(fields))
  return steps
}

test('a header of many lines is replaced and deleted in one pass', () => {
  for (const change of [(headers: HeaderMap) => headers.set('A', 'new'), (headers: HeaderMap) => headers.delete('A')])
    assert.ok(countSteps(1000, change) < 20_000, String(countSteps(1000, change)))
})

test('fields of several values take the place of all those of their names', () => {
  const headers = new HeaderMap(['A', '1', 'B', '2', 'A', '3'])
  headers.replace([
    ['A', '4'],
    ['A', '5'],
    ['C', '6'],
  ])
  assert.deepEqual(headers.fields, ['B', '2', 'A', '4', 'A', '5', 'C', '6'])
})

test("the client's own fields, named in any Connection line and in any case, end at the gateway", () => {
  const headers = HeaderMap.fromClient([
    'connection',
    'close',
    'x-user',
    'a',
    'X-Keep',
    'b',
    'CONNECTION',
    ' X-USER,, x-roles ',
    'x-Roles',
    'c',
  ])
  assert.deepEqual(headers.names(), ['Connection', 'X-Keep'])
  headers.set('X-User', 'alice')
  assert.equal(headers.get('X-User'), 'alice')
})

test('what Connection names is not taken away where a proxy in front says it, nor where it is of the connection anyway', () => {
  const names = ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Real-Ip', 'Forwarded', 'Upgrade', 'Connection']
  const headers = HeaderMap.fromClient(['Connection', names.join(', '), ...names.slice(0, -1).flatMap((field) => [field, '1'])])
  assert.deepEqual(headers.names().sort(), [...names].sort())
})

test('fields of one connection, complete', () => {
  for (const field of [
    'Connection',
    'Keep-Alive',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'Te',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
  ])
    assert.ok(HOP_BY_HOP.has(field), field)
})

function varyNamesOf(...lines: string[]): readonly string[] {
  return varyNames(new HeaderMap(lines.flatMap((line) => ['Vary', line])))
}

test('Vary: names of all lines, once each', () => {
  assert.deepEqual(varyNamesOf(), [])
  assert.deepEqual(varyNamesOf(' accept , X-A,,', 'ACCEPT'), ['Accept', 'X-A'])
  assert.deepEqual(varyNamesOf('Accept', 'Cookie, *'), ['*'])
})

test('Vary: too many names are any', () => {
  const names = Array.from({ length: MAX_VARY_NAMES }, (_, index) => `X-${index}`)
  assert.deepEqual(varyNamesOf(names.join(), names.join()), names)
  assert.deepEqual(varyNamesOf(names.join(), 'X-More'), ['*'])
  assert.deepEqual(varyNamesOf(`X-${'a'.repeat(8191)}`), ['*'])
})

test('values by name are those of each name', () => {
  fc.assert(
    fc.property(fieldList, (list) => {
      const headers = new HeaderMap(list.flat())
      assert.deepEqual(
        [...valuesByName(headers)],
        headers.names().map((one) => [one, headers.values(one)]),
      )
    }),
  )
})
