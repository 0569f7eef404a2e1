// Evaluates expressions for tests, with a variable of every type, and shows what comes out.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CelError, celTypes, ExpressionError, readExpression } from './index.ts'
import type { Type, Value } from './index.ts'
import { MapValue } from './map-value.ts'
import { CelMap, TypeValue, Uint } from './values.ts'

const { BOOL, BYTES, DOUBLE, DYN, INT, STRING, UINT, listOf, mapOf } = celTypes

export const TYPES = new Map<string, Type>([
  ['i', INT],
  ['u', UINT],
  ['f', DOUBLE],
  ['s', STRING],
  ['b', BOOL],
  ['y', BYTES],
  ['l', listOf(INT)],
  ['m', mapOf(STRING, INT)],
  ['d', DYN],
  ['unbound', STRING],
])

const VALUES: Readonly<Record<string, Value>> = {
  i: 7n,
  u: new Uint(8n),
  f: 1.5,
  s: 'aé😀',
  b: true,
  y: Buffer.from('ab'),
  l: [1n, 2n, 3n],
  m: MapValue.of([['a', 1n]]),
  d: MapValue.of([
    ['n', '5'],
    ['list', [1.5, 'x', null]],
  ]),
}

/** The result in a form for the eye: `7`, `8u`, `1.5`, `"text"`, `[1, 2]`, `{"a": 1}`, and errors as `eval: …`. */
export function run(text: string): string {
  try {
    const evaluate = readExpression(text, TYPES).compile((name) => {
      const value = VALUES[name]
      return value === undefined ? null : () => value
    })
    return show(evaluate(null))
  } catch (error) {
    if (error instanceof CelError) return `eval: ${error.message}`
    if (!(error instanceof ExpressionError)) throw error
    return `${error.stage}: ${error.issues.map(({ at, message }) => `${at} ${message}`).join(' · ')}`
  }
}

function show(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value)
  if (value instanceof Uint) return `${value.value}u`
  if (value instanceof TypeValue) return value.name
  if (value instanceof CelMap)
    return `{${value
      .keys()
      .map((key) => `${show(key)}: ${show(value.find(key) as Value)}`)
      .join(', ')}}`
  if (value instanceof Uint8Array) return `b${JSON.stringify(Buffer.from(value).toString('latin1'))}`
  return Array.isArray(value) ? `[${value.map(show).join(', ')}]` : `${value as bigint}`
}

/** One test for each text and what it must give. */
export function cases(name: string, table: Readonly<Record<string, string>>): void {
  void describe(name, () => {
    for (const [text, expected] of Object.entries(table)) void test(`${text} → ${expected}`, () => assert.equal(run(text), expected))
  })
}
