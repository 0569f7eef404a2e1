// The builders make what TypeBox makes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type as TypeBox } from 'typebox'
import { Type } from './type.ts'

function build(builders: typeof Type): unknown {
  return builders.Object(
    {
      text: builders.Optional(builders.String({ default: 'x', description: 'd' })),
      number: builders.Number({ minimum: 1 }),
      integer: builders.Integer(),
      flag: builders.Boolean({ default: true }),
      list: builders.Array(builders.String(), { default: [] }),
      record: builders.Record(builders.String(), builders.Integer()),
      choice: builders.Union([builders.Literal('a'), builders.Literal(1), builders.Null()]),
      kind: builders.Enum(['a', 'b']),
      unknown: builders.Optional(builders.Unknown()),
      any: builders.Any(),
      nothing: builders.Object({}),
    },
    { additionalProperties: true },
  )
}

test('the same JSON Schema as TypeBox', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(build(Type))), JSON.parse(JSON.stringify(build(TypeBox))))
})

test('optional leaves the original schema as it is', () => {
  const text = Type.String()
  Type.Optional(text)
  assert.deepEqual(Type.Object({ text }).required, ['text'])
})
