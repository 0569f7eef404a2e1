// Numbers of the file and of scripts are floats, those of backends the text that came: expressions and steps of a sequence tell them apart.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configOf, makeBackendResponse, openInMemory } from '../../testing/index.ts'
import type { BackendRequest } from '../types.ts'

interface Opened {
  readonly blocks?: object
  readonly endpoint?: object
  /** Of the first backend. */
  readonly lua?: string
}

/** The status of an answer, and the paths that backends were asked for. */
async function ask({ blocks = {}, endpoint = {}, lua }: Opened): Promise<{ status: number; paths: string[] }> {
  const calls: BackendRequest[] = []
  const first = { url_pattern: '/0', extra_config: lua === undefined ? {} : { 'modifier/lua-backend': { post: lua } } }
  const file = {
    host: ['http://b:80'],
    endpoints: [{ endpoint: '/e', backend: [first], extra_config: blocks, ...endpoint }],
  }
  const gateway = await openInMemory(configOf(file), {
    backend(call) {
      calls.push(call)
      return Promise.resolve(makeBackendResponse('{"id":7,"l":[1,2]}'))
    },
  })
  const { statusCode: status } = await gateway.ask({ target: '/e' })
  return { status, paths: calls.map(({ path }) => path) }
}

describe('in expressions', () => {
  const set = (code: string): string => `local d = response.load():data() ${code}`
  const table: readonly (readonly [what: string, expression: string, Omit<Opened, 'endpoint'>])[] = [
    ['a backend', "resp_data.id == '7'", {}],
    ['a script', 'resp_data.x == 5', { lua: set("d:set('x', 5)") }],
    ['a script, of what the backend gave', 'resp_data.id == 7.0', { lua: set("d:set('id', d:get('id'))") }],
    ['a table of a script', 'resp_data.x.n == 5 && resp_data.x.f == 1.5', { lua: set("d:set('x', {n = 5, f = 1.5})") }],
    ['a list of a script', 'resp_data.x[0] == 5', { lua: set("local l = luaList.new() l:set(0, 5) d:set('x', l)") }],
    ['one element of a list', "resp_data.l == [5.0, '2']", { lua: set("d:get('l'):set(0, 5)") }],
    [
      'the file, at any depth',
      "resp_data.s.n == 5 && resp_data.s.l[0] == 1.5 && resp_data.id == '7'",
      { blocks: { proxy: { static: { data: { s: { n: 5, l: [1.5] } } } } } },
    ],
  ]
  for (const [what, check_expr, { blocks, lua }] of table)
    for (const output_encoding of ['json', 'yaml'])
      test(`numbers of ${what}, answers in ${output_encoding}`, async () => {
        const extra_config = { ...blocks, 'validation/cel': [{ check_expr }] }
        const { status } = await ask({ endpoint: { output_encoding, extra_config }, ...(lua === undefined ? {} : { lua }) })
        assert.equal(status, 200)
      })
})

test('in a sequence: as strconv writes a float of 32 bits', async () => {
  const lua = "local d = response.load():data() d:set('x', 42) d:set('y', 0.1) d:set('z', {1, 2.5}) d:set('big', 1e39)"
  const names = ['id', 'x', 'y', 'big', 'z.1', 'z.2']
  const blocks = { proxy: { sequential: true } }
  const steps = names.map((name) => ({ url_pattern: `/{resp0_${name}}` }))
  const first = { url_pattern: '/0', extra_config: { 'modifier/lua-backend': { post: lua } } }
  const { paths } = await ask({ endpoint: { backend: [first, ...steps], extra_config: blocks } })
  assert.deepEqual(paths, ['/0', '/7', '/4.2E+01', '/1E-01', '/+Inf', '/1', '/2.5E+00'])
})
