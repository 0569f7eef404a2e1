// How long compiled schemas live, and which are shared.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import v8 from 'node:v8'
import vm from 'node:vm'
import { CompiledSchemas } from './compiled-schemas.ts'

/** Schemas of all drafts, none like another. */
function schemaOf(number: number): Record<string, unknown> {
  const drafts = ['http://json-schema.org/draft-04/schema#', 'http://json-schema.org/draft-07/schema#', undefined]
  return {
    $schema: drafts[number % drafts.length],
    $defs: { own: { enum: [`value ${number}`] } },
    properties: { a: { type: 'string', pattern: `^${number}` }, b: { minimum: number }, c: { $ref: '#/$defs/own' } },
  }
}

function compileAll(from: number, count: number): void {
  const schemas = new CompiledSchemas()
  for (let number = from; number < from + count; number++) assert.ok(!(schemas.compile(schemaOf(number), 'all') instanceof Error))
}

test('equal schemas of one configuration are compiled once, those of others are none of its business', () => {
  const [one, other] = [new CompiledSchemas(), new CompiledSchemas()]
  const validator = one.compile(schemaOf(1), 'all')
  assert.equal(one.compile(schemaOf(1), 'all'), validator)
  assert.notEqual(one.compile(schemaOf(2), 'all'), validator)
  assert.notEqual(one.compile(schemaOf(1), 'up-to-7'), validator)
  assert.notEqual(other.compile(schemaOf(1), 'all'), validator)
})

test('what is no schema is an error, also when it is nested too deeply to be read', () => {
  let deep: unknown = {}
  for (let level = 0; level < 100_000; level++) deep = { not: deep }
  for (const schema of [{ type: 'nope' }, 1, undefined, deep]) assert.ok(new CompiledSchemas().compile(schema, 'all') instanceof Error)
})

test('what a configuration has compiled is gone with it', () => {
  v8.setFlagsFromString('--expose-gc')
  const collectGarbage = vm.runInNewContext('gc') as () => void
  const usedBytes = (): number => {
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  for (let i = 0; i < 3; i++) compileAll(i * 10, 10)
  const before = usedBytes()
  for (let i = 0; i < 30; i++) compileAll(1000 + i * 10, 10)
  const grownBy = usedBytes() - before
  assert.ok(grownBy < 2 * 1024 * 1024, `300 schemas left ${grownBy} bytes`)
})
