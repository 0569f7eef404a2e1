// What the check promises to requests: statuses, texts, and a body that goes on as it came.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, NO_BODY } from '../../../engine/body.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { Scope } from '../../../engine/scope.ts'
import type { PipeRequest } from '../../../engine/types.ts'
import { checkOptions, makeLog, makeRequest, makeResponse, makeSite } from '../../../testing/index.ts'
import { jsonSchema } from './index.ts'

async function ask(schema: unknown, text: string, dialect: 2 | 3 = 3): Promise<[number, string]> {
  const layer = jsonSchema.build(schema, makeSite({ config: { dialect } as Site['config'] }))
  assert.ok(layer !== null)
  const request = makeRequest({ body: text === '' ? NO_BODY : bodyOf(Buffer.from(text)) })
  let forwarded: PipeRequest | null = null
  const pipe = layer((given) => {
    forwarded = given
    return Promise.resolve(makeResponse())
  })
  try {
    await pipe(request, Scope.root())
    assert.equal(forwarded, request)
    return [200, '']
  } catch (error) {
    assert.equal(forwarded, null)
    const { statusCode, message } = error as { statusCode: number; message: string }
    return [statusCode, message]
  }
}

test('bodies that fit go on, others are refused with the reason', async () => {
  assert.deepEqual(await ask({ type: 'object' }, ' {"a": 1}\n'), [200, ''])
  assert.deepEqual(await ask({ type: 'number' }, '{"foo":42}'), [400, "- at '': got object, want number"])
  assert.deepEqual(await ask(false, '1'), [400, "- at '': false schema"])
})

test('an escaped key is the one that the backend reads, whatever body came before', async () => {
  const schema = { type: 'object', properties: { admin: false } }
  assert.deepEqual(await ask(schema, '{"an only member":0,"\\\\u006":1}'), [200, ''])
  assert.deepEqual(await ask(schema, '{"an only member":0,"\\u0061dmin":1}'), [400, "- at '/admin': false schema"])
})

test("empty and malformed bodies get Go's words", async () => {
  assert.deepEqual(await ask({}, ''), [400, 'could not validate an empty body'])
  assert.deepEqual(await ask({}, ' '), [400, 'EOF'])
  assert.deepEqual(await ask({}, '{'), [400, 'unexpected EOF'])
  assert.deepEqual(await ask({}, 'nope'), [400, "invalid character 'o' in literal null (expecting 'u')"])
  assert.deepEqual(await ask({}, '{"a":1} x'), [400, 'invalid character after top-level value'])
})

test('1.x answers 500 to what cannot be read', async () => {
  assert.deepEqual((await ask({}, '', 2))[0], 500)
  assert.deepEqual((await ask({}, '{', 2))[0], 500)
  assert.deepEqual((await ask({ type: 'null' }, '1', 2))[0], 400)
})

test('what Go does not read for its depth is refused whatever the schema says', async () => {
  const nested = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
  assert.deepEqual(await ask({ type: 'object' }, nested(10_000)), [200, ''])
  assert.deepEqual(await ask({ type: 'object' }, nested(10_001)), [400, "invalid character '[' exceeded max depth"])
  assert.deepEqual(await ask({ type: 'object' }, nested(10_001), 2), [500, "invalid character '[' exceeded max depth"])
})

test('endless nesting under a recursive schema is a refusal, not a bug', async () => {
  const body = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
  assert.deepEqual(await ask({ items: { $ref: '#' } }, body), [400, 'exceeded max depth'])
})

test('a wrong schema is an error in the log and no check', () => {
  const log = makeLog()
  const site = makeSite({ label: '[ENDPOINT: /x]', log })
  assert.equal(jsonSchema.build({ type: 'nope' }, site), null)
  assert.match(log.lines.join('\n'), /^ERROR \[ENDPOINT: \/x\]\[JSONSchema\] Parsing the definition: ./)
  assert.notEqual(jsonSchema.build({}, site), null)
  assert.equal(log.lines[1], 'DEBUG [ENDPOINT: /x][JSONSchema] Validator enabled')
})

test('check refuses a schema that would switch the validation off', () => {
  assert.deepEqual(checkOptions(jsonSchema, { type: 'object' }), [])
  for (const schema of [{ type: 'objekt' }, { pattern: '(?=a)' }, { $ref: '#/nowhere' }, 1]) {
    assert.match(checkOptions(jsonSchema, schema).join('|'), /^error : bodies are not checked: [^|]+$/)
  }
})

test('check tells of a schema that refers to itself without end', async () => {
  const endless = 'the schema refers to itself without end'
  assert.deepEqual(checkOptions(jsonSchema, { $ref: '#' }), [`error : bodies are refused: ${endless}`])
  assert.deepEqual(await ask({ $ref: '#' }, '{}'), [400, 'exceeded max depth'])
  const inside = { properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { $ref: '#/$defs/a' } } }
  assert.deepEqual(checkOptions(jsonSchema, inside), [`error : bodies are not checked: ${endless}`])
  assert.deepEqual(checkOptions(jsonSchema, { type: 'object', properties: { child: { $ref: '#' } } }), [])
})
