// What expressions must not do: reach the host, run away, wrap around, or break the reader.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { celTypes, ExpressionError, readExpression } from './index.ts'
import type { Value } from './index.ts'
import { cases, run, TYPES } from './test-support.ts'

const { BYTES, INT, STRING, listOf } = celTypes

cases('nothing of the host is reached', {
  'd.constructor': 'eval: no such key: constructor',
  'd.__proto__': 'eval: no such key: __proto__',
  '"__proto__" in m || has(m.toString) || has(d.list.length)': "eval: unsupported index type 'string' in list",
  constructor: "check: 0 undeclared reference to 'constructor' (in container '')",
  's.toString()': "check: 10 undeclared reference to 'toString' (in container '')",
  "{'__proto__': 1}.__proto__": '1',
  'google.protobuf.constructor{}': "check: 27 undeclared reference to 'google.protobuf.constructor' (in container '')",
})

describe('nothing runs away', () => {
  const big = '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]'
  const cancelled = 'eval: operation cancelled: actual cost limit exceeded'
  const nested = (depth: number, body: string): string => (depth === 0 ? body : `${big}.all(x${depth}, ${nested(depth - 1, body)})`)
  const doubled = (text: string, times: number): string => (times === 0 ? text : `${doubled(text, times - 1)}.map(x, x + x)`)

  test('loops in loops', () => assert.equal(run(nested(7, 'x1 >= 0')), cancelled))
  test('not even behind || true', () => assert.equal(run(`${nested(7, 'x1 >= 0')} || true`), cancelled))
  test('texts that double', () => assert.equal(run(doubled(`['0123456789abcdef']`, 30)), cancelled))
  test('lists that double', () => assert.equal(run(doubled(`[${big}]`, 30)), cancelled))
  test('errors that are swallowed', () => assert.equal(run(nested(5, 'l[9] == 1')), cancelled))
  test('patterns that are made in loops', () => assert.equal(run(nested(4, "'a'.matches(string(x1) + s) == false")), cancelled))
  test('parentheses', () =>
    assert.match(run(`${'('.repeat(300)}1${')'.repeat(300)}`), /^parse: -1 expression recursion limit exceeded: 250/))
  test('chains', () => {
    assert.match(run(`d${'.a'.repeat(5000)}`), /recursion limit/)
    assert.match(run(`1${' + 1'.repeat(5000)}`), /recursion limit/)
    assert.equal(run(`true${' && true'.repeat(5000)}`), 'true')
  })
  test('names of types', () => assert.equal(run(`true${'||d[d]'.repeat(16_300)}`), 'true'))
  test('length', () => assert.match(run(' '.repeat(100_001)), /^parse: -1 expression code point size exceeds limit/))
})

test('bytes that are compared count as texts do', () => {
  const types = new Map([
    ['l', listOf(INT)],
    ['y', BYTES],
    ['z', BYTES],
  ])
  const values: Readonly<Record<string, Value>> = { l: [1n, 2n, 3n], y: Buffer.alloc(8_000_000), z: Buffer.alloc(8_000_000) }
  for (const sign of ['==', '<=', 'in']) {
    const right = sign === 'in' ? '[z]' : 'z'
    const evaluate = readExpression(`l.all(x, y ${sign} ${right})`, types).compile<null>((name) => () => values[name] as Value)
    assert.throws(() => evaluate(null), { message: 'operation cancelled: actual cost limit exceeded' }, sign)
  }
})

test('sums, differences and products of ints are those of whole numbers, or errors', () => {
  const int = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  const types = new Map([
    ['a', INT],
    ['b', INT],
  ])
  const compiled = ['+', '-', '*'].map((sign) =>
    readExpression(`a ${sign} b`, types).compile<{ a: bigint; b: bigint }>((name) => (context) => context[name as 'a' | 'b']),
  )
  fc.assert(
    fc.property(int, int, (a, b) => {
      for (const [index, exact] of [a + b, a - b, a * b].entries()) {
        const evaluate = compiled[index] as (context: { a: bigint; b: bigint }) => Value
        if (BigInt.asIntN(64, exact) === exact) assert.equal(evaluate({ a, b }), exact)
        else assert.throws(() => evaluate({ a, b }), { message: 'integer overflow' })
      }
    }),
  )
})

test('texts compare as their UTF-8 bytes do', () => {
  const types = new Map([
    ['a', STRING],
    ['b', STRING],
  ])
  const isLess = readExpression('a < b', types).compile<readonly [string, string]>((name) => (pair) => pair[name === 'a' ? 0 : 1])
  const text = fc.string({ unit: 'binary' })
  fc.assert(fc.property(text, text, (a, b) => assert.equal(isLess([a, b]), Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0)))
})

test('any text is read or refused with an ExpressionError', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...'()[]{}.,?:+-*/%!<>=&|"\'`1ax \n\\'.split(''),
      'has(',
      '.all(',
      'in',
      'true',
      'b"',
      '"""',
      '0x',
      '1e',
      'null',
      '&&',
      '||',
      '==',
    ),
    fc.string({ maxLength: 3 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      try {
        readExpression(pieces.join(''), TYPES)
      } catch (error) {
        assert.ok(error instanceof ExpressionError, String((error as Error).stack))
        assert.notEqual(error.issues.length, 0)
      }
    }),
    { numRuns: 2000 },
  )
})
