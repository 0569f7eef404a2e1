import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatPath } from '../schema/issue.ts'
import { HttpError } from '../plugin.ts'
import { readCases } from './plugin-case-file.ts'
import { runCases } from './plugin-cases.ts'
import { modulesOf } from './plugin-modules.ts'
import { trySetup } from './plugin-setup.ts'

type Handler = (
  request: { headers: { set(name: string, value: string): void }; claims: unknown },
  next: () => Promise<{ data: Record<string, number> }>,
) => unknown

const price = {
  name: 'price',
  kind: ['middleware', 'http-client'],
  options: { type: 'object', properties: { factor: { type: 'integer', default: 2 } } },
  setup: ({ factor }: { factor: number }): Handler => {
    return async (request, next) => {
      if (request.claims === null) throw new HttpError(403, { no: 'claims' }, { headers: { 'X-Why': ['no', 'claims'] } })
      request.headers.set('X-A', '1')
      const { data } = await next()
      return { status: 201, data: { price: (data['price'] as number) * factor }, headers: { 'X-B': '2' } }
    }
  },
}
const next = { data: { price: 2 } }
const request = { method: 'POST', claims: { sub: 'a' }, data: { n: 1 } }

async function linesOf(...cases: object[]): Promise<readonly string[]> {
  const { plugins } = await modulesOf([price])
  const { cases: read, issues } = await readCases(JSON.stringify(cases))
  assert.deepEqual(issues, [])
  return (await runCases(plugins, read)).lines
}

describe('cases', () => {
  test('what comes out, and what was asked', async () => {
    const asked = { method: 'POST', headers: { 'X-A': '1', 'X-B': null }, data: { n: 1 } }
    assert.deepEqual(
      await linesOf(
        { name: 'doubles', request, next, expect: { status: 201, data: { price: 4 }, headers: { 'x-b': '2' }, asked } },
        { name: 'options', request, next: [next], options: { factor: 5 }, expect: { data: { price: 10 } } },
        { name: 'refuses', next: null, expect: { status: 403, body: '{"no":"claims"}', headers: { 'x-why': 'no, claims' }, asked: null } },
        { name: 'fails', request, next: { error: 'down' }, expect: { status: 500, body: '' } },
      ),
      ['[OK] doubles', '[OK] options', '[OK] refuses', '[OK] fails'],
    )
  })

  test('differences by their place', async () => {
    const expect = {
      status: 200,
      data: { price: 5 },
      body: 'x',
      headers: { 'X-B': '3', 'X-C': '1' },
      asked: { url: '/b', data: 1, method: 'GET' },
    }
    assert.deepEqual(await linesOf({ name: 'wrong', request, next, expect }, { name: 'asked', request, next, expect: { asked: null } }), [
      '[KO] wrong',
      '     status: 201, expected 200',
      '     headers.X-B: "2", expected "3"',
      '     headers.X-C: null, expected "1"',
      '     body: "{\\"price\\":4}", expected "x"',
      '     data: {"price":4}, expected {"price":5}',
      '     asked.method: POST, expected GET',
      '     asked.url: /, expected /b',
      '     asked.data: {"n":1}, expected 1',
      '[KO] asked',
      '     asked: POST /, expected nothing',
    ])
  })

  test('what a case does not foresee, and what cannot be loaded, is a difference', async () => {
    const [, called, , missing, , kind, , options] = await linesOf(
      { name: 'a', request, expect: {} },
      { name: 'b', plugin: 'prize', expect: {} },
      { name: 'c', kind: 'http-server', expect: {} },
      { name: 'd', options: { factor: 'x' }, expect: {} },
    )
    assert.match(called ?? '', /called next, which is not mocked/)
    assert.match(missing ?? '', /no plugin "prize"/)
    assert.match(kind ?? '', /no plugin of that kind/)
    assert.match(options ?? '', /factor/)
  })

  test('a file that is wrong says where', async () => {
    const told = async (text: string): Promise<string[]> =>
      (await readCases(text)).issues.map(({ path, message, position }) =>
        [formatPath(path), message, ...(position === undefined ? [] : [position.line, position.column])].join(' '),
      )
    assert.deepEqual(await told('[{ "name": "a", "expect": { "status": "ok" }, "nxt": {} }]'), [
      '[0].nxt unknown option "nxt"',
      '[0].expect.status must be a whole number, not the text "ok"',
    ])
    assert.deepEqual(await told('[]'), [' must have at least 1 entries 1 1'])
    assert.deepEqual(await told('{}'), [' must be a list, not an object 1 1'])
    assert.deepEqual(await told('[\n{'), [' unexpected end of JSON input 2 2'])
  })
})

test('setup is tried without a file', async () => {
  const { plugins } = await modulesOf([
    price,
    { name: 'bad', setup: () => 5, params: ['id'] },
    {
      name: 'throws',
      setup: () => {
        throw new TypeError('no')
      },
    },
  ])
  const results = await Promise.all(plugins.map((plugin) => trySetup(plugin, 'http-client')))
  assert.equal(results[0], null)
  assert.match(results[1] ?? '', /^could not be loaded: .*setup gave no handler|^setup gave no handler/)
  assert.match(results[2] ?? '', /TypeError: no/)
})
