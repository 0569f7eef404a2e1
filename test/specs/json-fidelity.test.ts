// What a backend's JSON looks like to the client: numbers, keys, odd texts and odd sizes, through every way of shaping it.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { request, serve, startBackend, type TestBackend, type TestGateway } from '../kit.ts'

let backend: TestBackend
let gateway: TestGateway
let payload: string | Buffer = ''

/** Shapes that keep the value of the key `a`, and what surrounds it then. */
const SHAPES: Readonly<Record<string, { backend: Record<string, unknown>; merges?: true; around: (value: string) => string }>> = {
  plain: { backend: {}, around: (value) => `{"a":${value}}` },
  safejson: { backend: { encoding: 'safejson' }, around: (value) => `{"a":${value}}` },
  group: { backend: { group: 'g' }, around: (value) => `{"g":{"a":${value}}}` },
  mapping: { backend: { mapping: { a: 'b' } }, around: (value) => `{"b":${value}}` },
  allow: { backend: { allow: ['a', 'other.one'] }, around: (value) => `{"a":${value}}` },
  deny: { backend: { deny: ['other', 'b.c'] }, around: (value) => `{"a":${value}}` },
  'everything at once': {
    backend: { allow: ['a'], mapping: { a: 'b' }, group: 'g' },
    around: (value) => `{"g":{"b":${value}}}`,
  },
  merge: { backend: {}, merges: true, around: (value) => `{"a":${value},"z":1}` },
  'group and merge': { backend: { group: 'g' }, merges: true, around: (value) => `{"g":{"a":${value}},"z":1}` },
}
const names = Object.keys(SHAPES)

async function throughEveryShape(sent: string, expected = sent, shapes: readonly string[] = names): Promise<void> {
  payload = `{"a":${sent}}`
  for (const name of shapes) {
    const { status, body } = await request(gateway.port, `/${names.indexOf(name)}`)
    const wanted = (SHAPES[name] as (typeof SHAPES)[string]).around(expected)
    assert.equal(status, 200, `${name}: ${body.slice(0, 200)}`)
    // No difference of megabytes is printed.
    if (body.length < 500) assert.equal(sortMembers(body), wanted, name)
    else assert.ok(sortMembers(body) === wanted, name)
  }
}

/** `z` may stand before what it is merged with. */
function sortMembers(text: string): string {
  return text.startsWith('{"z":1,') ? `{${text.slice(7, -1)},"z":1}` : text
}

suite('fidelity of JSON', () => {
  before(async () => {
    backend = await startBackend((incoming, response) => {
      if (incoming.url !== '/second') response.end(payload)
      // So that it comes second: members of a merge stand in the order of arrival.
      else setTimeout(() => response.end('{"z":1}'), 20)
    })
    const second = { host: [backend.url], url_pattern: '/second' }
    gateway = await serve({
      timeout: '30s',
      extra_config: { router: { return_error_msg: true } },
      endpoints: names.map((name, i) => {
        const { backend: shape, merges } = SHAPES[name] as (typeof SHAPES)[string]
        const first = { host: [backend.url], url_pattern: '/first', ...shape }
        return { endpoint: `/${i}`, backend: merges === true ? [first, second] : [first] }
      }),
    })
  })

  after(async () => {
    await gateway.stop()
    await backend.close()
  })

  suite('values come out as they came in', () => {
    const values: readonly string[] = [
      '123456789012345678901234567890',
      '-9007199254740993',
      '[1.0,1e3,1E+2,-0,-0.0,0.10,1e400,5e-324,0.1e-7]',
      '9'.repeat(100_000),
      '{"__proto__":{"x":1.0},"constructor":{"prototype":1},"toString":2,"hasOwnProperty":3}',
      '{"10":"ten","1":"one","-1":0,"01":1,"":2," ":3,"a.b":4}',
      '{"length":0,"0":[],"then":{},"toJSON":null}',
      '["\\u0000","\\u2028","\\u0001","\\\\","\\"","/"]',
      '["é","日本","😀","\\u007f"]'.replace('\\u007f', '\x7f'),
      `${'['.repeat(9_990)}${']'.repeat(9_990)}`,
    ]
    for (const value of values) test(value.length > 60 ? `${value.slice(0, 60)}…` : value, () => throughEveryShape(value))
  })

  suite('values that Go rewrites', () => {
    const values: readonly (readonly [sent: string, expected: string])[] = [
      ['1,"a":2', '2'],
      ['1,"\\u0061":2', '2'],
      ['{"x":1,"y":{"z":1,"z":2},"x":3.0}', '{"x":3.0,"y":{"z":2}}'],
      ['"\\ud800"', '"\ufffd"'],
      ['["\\udc00\\ud800x","\\ud83d\\ude00"]', '["\ufffd\ufffdx","😀"]'],
      ['"<b>&"', '"\\u003cb\\u003e\\u0026"'],
      ['"\\/\\u00e9\\u0026"', '"/é\\u0026"'],
      ['"\u2028"', '"\\u2028"'],
      ['1} and more', '1'],
    ]
    for (const [sent, expected] of values) test(sent, () => throughEveryShape(sent, expected))

    test('bytes that are no UTF-8', async () => {
      payload = Buffer.from('{"a":"\xff\xc3","\xfe":"\xed\xa0\x80\xc0\x80"}', 'latin1')
      assert.equal((await request(gateway.port, '/0')).body, '{"a":"\ufffd\ufffd","\ufffd":"\ufffd\ufffd\ufffd\ufffd\ufffd"}')
    })
  })

  suite('what cannot be read is a clear error', () => {
    const texts: readonly (readonly [text: string, message: string])[] = [
      [`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, "invalid character '[' exceeded max depth"],
      [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, "invalid character '{' exceeded max depth"],
      ['['.repeat(1_000_000), "invalid character '[' exceeded max depth"],
      ['', 'EOF'],
      ['  \n', 'EOF'],
      ['{"a":1', 'unexpected EOF'],
      ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
      ['{"a":"\0"}', "invalid character '\\x00' in string literal"],
      ['{"a":NaN}', "invalid character 'N' looking for beginning of value"],
      ['{"a":+1}', "invalid character '+' looking for beginning of value"],
      ['{"a":01}', "invalid character '1' after object key:value pair"],
      ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
      ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
      ['<html>', "invalid character '<' looking for beginning of value"],
      ['[1]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
      ['12', 'json: cannot unmarshal number into Go value of type map[string]interface {}'],
    ]
    for (const [text, message] of texts)
      test(text.length > 60 ? `${text.slice(0, 60)}…` : JSON.stringify(text), async () => {
        payload = text
        for (const name of ['plain', 'allow', 'mapping', 'group']) {
          const { status, body } = await request(gateway.port, `/${names.indexOf(name)}`)
          assert.deepEqual([status, body], [500, message], name)
        }
        assert.equal((await request(gateway.port, `/${names.indexOf('merge')}`)).body, '{"z":1}')
      })
  })

  test('20 MB pass', () => {
    const item = (id: number): string => `{"id":${id},"text":"${'x'.repeat(60)}","n":1.0}`
    return throughEveryShape(`[${Array.from({ length: 240_000 }, (_, i) => item(i)).join(',')}]`, undefined, [
      'plain',
      'allow',
      'group',
      'merge',
    ])
  })
})
