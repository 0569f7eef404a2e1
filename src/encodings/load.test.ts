// Which names mean which decoder and renderer, and how Accept chooses.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Data } from '../engine/data.ts'
import { HeaderMap } from '../engine/headers.ts'
import type { JsonObject } from '../json/types.ts'
import type { Exchange, PipeResponse, Render } from '../engine/types.ts'
import { loadEncodings } from './index.ts'

const V3 = { isCollection: false, dialect: 3 } as const
const exchangeWith = (accept?: string): Exchange =>
  ({ headers: new HeaderMap(accept === undefined ? [] : ['Accept', accept]) }) as unknown as Exchange

function responseOf(data: Data | null): PipeResponse {
  return { data, isComplete: true, error: null, statusCode: 200, headers: null, body: null }
}

function rendered(render: Render, object: JsonObject | null, accept?: string): [string, string] {
  const { contentType, body } = render(responseOf(object === null ? null : Data.of(object)), exchangeWith(accept))
  return [contentType, body.toString()]
}

const JSON_TYPE = 'application/json; charset=utf-8'
const encodings = await loadEncodings(['json', 'xml', 'rss', 'nope'])

test('decoders by name, JSON for any other', () => {
  const decode = (name: string, body: string, options: { isCollection: boolean; dialect: 2 | 3 } = V3): unknown =>
    structuredClone(encodings.decoderFor(name, options)(Buffer.from(body))?.object ?? null)
  assert.deepEqual(decode('json', '{"a":1}'), { a: 1 })
  assert.deepEqual(decode('yaml', '{"a":1}'), { a: 1 })
  assert.deepEqual(decode('constructor', '{"a":1}'), { a: 1 })
  assert.deepEqual(decode('json', 'null'), null)
  assert.deepEqual(decode('json', '[1]', { isCollection: true, dialect: 3 }), { collection: [1] })
  assert.deepEqual(decode('safejson', '"x"'), { content: 'x' })
  assert.deepEqual(decode('safejson', '"x"', { isCollection: true, dialect: 2 }), { result: 'x' })
  assert.deepEqual(decode('safejson', '[1]', { isCollection: false, dialect: 2 }), { collection: [1] })
  assert.deepEqual(decode('string', 'a%sb'), { content: 'a%sb' })
  assert.deepEqual(decode('string', ''), { content: '' })
  assert.deepEqual(decode('xml', '<a>1</a>'), { a: '1' })
  assert.deepEqual(decode('xml', '<a>1</a>', { isCollection: true, dialect: 3 }), { collection: { a: '1' } })
  assert.throws(() => decode('json', ''), { code: 'ERR_DECODE', message: 'EOF' })
  assert.equal(encodings.decoderFor('no-op', V3)(Buffer.from('x')), null)
})

test('a text that is no UTF-8 goes on byte for byte, and with one U+FFFD a byte where it must be UTF-8', () => {
  const bytes = Buffer.from([0x73, 0xdf, 0xe2, 0x82, 0x65])
  const data = encodings.decoderFor('string', V3)(bytes) as Data
  const text = 's\ufffd\ufffd\ufffde'
  for (const given of [data, Data.merge([Data.of({ a: 1 }), data, Data.of({ b: 2 })])]) {
    assert.deepEqual(encodings.renderFor('string', null, 3)(responseOf(given), exchangeWith()).body, bytes)
    assert.equal(JSON.parse(String(encodings.renderFor('json', null, 3)(responseOf(given), exchangeWith()).body)).content, text)
    assert.match(String(encodings.renderFor('yaml', null, 3)(responseOf(given), exchangeWith()).body), new RegExp(`content: ${text}`))
  }
  assert.deepEqual(data.grouped('g').object, { g: { content: text } })
  assert.equal(String(data.encodedMember('content')), `"${text}"`)
  assert.equal(data.child('content'), null)
})

test('a decoder that was not loaded is a mistake of the caller', async () => {
  const few = await loadEncodings(['json'])
  assert.throws(() => few.decoderFor('xml', V3), /not loaded/)
})

test('output: exact names, else the encoding of the only backend, else JSON', () => {
  const contentType = (output: string, fallback: string | null, dialect: 2 | 3 = 3): string =>
    rendered(encodings.renderFor(output, fallback, dialect), { content: 'x' })[0]
  assert.equal(contentType('json', 'xml'), JSON_TYPE)
  assert.equal(contentType('nope', 'string'), 'text/plain; charset=utf-8')
  assert.equal(contentType('STRING', 'string'), 'text/plain; charset=utf-8')
  assert.equal(contentType('nope', 'String'), JSON_TYPE)
  assert.equal(contentType('', 'xml'), 'application/xml')
  assert.equal(contentType('fast-json', 'xml'), 'application/xml')
  assert.equal(contentType('nope', null), JSON_TYPE)
  assert.equal(contentType('rss', 'rss'), JSON_TYPE)
  assert.equal(contentType('yaml', null), 'application/yaml; charset=utf-8')
  assert.equal(contentType('yaml', 'json', 2), JSON_TYPE, 'no name of version 2')
})

test('json: the data, null, an escaped text', () => {
  const render = encodings.renderFor('json', null, 3)
  assert.deepEqual(rendered(render, {}), [JSON_TYPE, '{}'])
  assert.deepEqual(rendered(render, null), [JSON_TYPE, 'null'])
  assert.deepEqual(rendered(render, { s: '<a>&' }), [JSON_TYPE, String.raw`{"s":"\u003ca\u003e\u0026"}`])
})

test('json-collection: the value of collection, of any type', () => {
  const render = encodings.renderFor('json-collection', null, 3)
  assert.deepEqual(rendered(render, { collection: [1, { b: 2 }], a: 1 }), [JSON_TYPE, '[1,{"b":2}]'])
  assert.deepEqual(rendered(render, { collection: null }), [JSON_TYPE, 'null'])
  assert.deepEqual(rendered(render, { a: 1 }), [JSON_TYPE, '[]'])
  assert.deepEqual(rendered(render, null), [JSON_TYPE, '[]'])
  assert.deepEqual(rendered(encodings.renderFor('json-collection', 'json', 2), { collection: [1] }), [JSON_TYPE, '{"collection":[1]}'])
})

test('string: content if it is a text', () => {
  const render = encodings.renderFor('string', null, 3)
  assert.deepEqual(rendered(render, { content: 'a%sb' }), ['text/plain; charset=utf-8', 'a%sb'])
  for (const object of [{ content: 1 }, { a: 1 }, null]) assert.equal(rendered(render, object)[1], '')
})

test('negotiate: the first accepted type that is on offer', () => {
  const kind = (accept?: string, dialect: 2 | 3 = 3): string => {
    const [type] = rendered(encodings.renderFor('negotiate', null, dialect), { content: 'x' }, accept)
    return /json|yaml|xml/.exec(type)?.[0] as string
  }
  const cases: [string | undefined, string][] = [
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['text/*', 'yaml'],
    ['text/html', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'xml'],
    ['application/xml', 'xml'],
    ['APPLICATION/XML', 'json'],
    ['text/xml', 'json'],
    ['text/plain', 'yaml'],
    ['application/yaml', 'json'],
    ['application/x-yaml;q=0.1, application/json', 'yaml'],
    ['application/json-seq, application/xml', 'xml'],
    ['application/', 'json'],
    [' , ;q=1, text/plain', 'yaml'],
  ]
  for (const [accept, expected] of cases) assert.equal(kind(accept), expected, String(accept))
  assert.equal(kind('application/x-yaml', 2), 'json')
  assert.deepEqual(rendered(encodings.renderFor('negotiate', null, 2), { content: 'x', a: 1 }, 'application/xml'), [
    'application/xml; charset=utf-8',
    '<string>x</string>',
  ])
  assert.deepEqual(rendered(encodings.renderFor('negotiate', null, 2), { a: 1 }, 'text/plain'), [
    'application/x-yaml; charset=utf-8',
    'a: 1\n',
  ])
})
