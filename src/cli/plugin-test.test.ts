// `krakend test-plugin` as a shell sees it: what it prints, and its exit codes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFolder } from '../plugins/modules/test-folder.ts'
import { FILES, krakend, makeProject } from './test-commands.ts'

const KINDS_FILE = `export const s = { name: 's', kind: 'http-server', setup: () => (_request, next) => next() }
export const m = { name: 'm', kind: 'req-resp-modifier', setup() { throw new TypeError('no database') } }
export const w = { name: 'w', kind: 'middleware', options: { type: 'object', required: ['key'] }, setup() { throw new Error('never called') } }
`

test('test-plugin tries each kind, in the words of KrakenD', async (t) => {
  const folder = makeFolder(t, { ...FILES, 'plugins/kinds.mjs': KINDS_FILE })
  const { exit, stderr } = await krakend(folder, 'test-plugin', '-s', '-c', '-m', '-w', 'plugins/kinds.mjs')
  assert.equal(exit, 1)
  assert.match(
    stderr,
    /^\[OK\] SERVER\tplugins\/kinds\.mjs\n\[KO\] CLIENT\tplugins\/kinds\.mjs: no plugin of kind http-client\n\[KO\] MODIFIER\tplugins\/kinds\.mjs: .*no database.*\n\[OK\] MIDDLEWARE\tplugins\/kinds\.mjs: w needs options \("key" is missing\): only its shape was tested\n\[KO\] 1 tested plugin\(s\) in [\d.]+m?s\.\n1 plugin\(s\) failed\.\n$/,
  )
  const good = await krakend(folder, 'test-plugin', '--middleware', 'plugins/good.mjs')
  assert.equal(good.exit, 0)
  assert.match(good.stderr, /^\[OK\] MIDDLEWARE\tplugins\/good\.mjs\n\[OK\] 1 tested plugin\(s\) in [\d.]+m?s\n$/)
})

test('test-plugin of what cannot be loaded', async (t) => {
  const { exit, stderr } = await krakend(makeProject(t), 'test-plugin', '-s', 'plugins/enum.ts', 'plugins/old.so', 'none.ts')
  assert.equal(exit, 1)
  assert.match(stderr, /^\[KO\] SERVER\tplugins\/enum\.ts: plugins\/enum\.ts:3:1: enum is TypeScript/)
  assert.match(
    stderr,
    /\n\[KO\] SERVER\tplugins\/old\.so: plugins\/old\.so is a Go plugin.*\n\[KO\] Unable to open the plugin none\.ts\.\n\[KO\] 3 tested/,
  )
})

test('test-plugin -r runs cases', async (t) => {
  const around =
    'export default { name: "a", kind: "middleware", setup: () => async (_request, next) => { const r = await next(); r.data.b = 2; return r } }'
  const one = (name: string, data: object): object => ({
    name,
    kind: 'middleware',
    next: { data: { a: 1 } },
    expect: { status: 200, data },
  })
  const folder = makeFolder(t, {
    'a.mjs': around,
    'cases.json': JSON.stringify([one('good', { a: 1, b: 2 }), one('bad', { a: 1 })]),
    'good.json': JSON.stringify([one('good', { a: 1, b: 2 })]),
  })
  const { exit, stderr } = await krakend(folder, 'test-plugin', '-r', 'cases.json', 'a.mjs')
  assert.equal(exit, 1)
  assert.match(stderr, /^\[OK\] good\n\[KO\] bad/)
  assert.equal((await krakend(folder, 'test-plugin', '-r', 'good.json', 'a.mjs')).exit, 0)
  assert.match(
    (await krakend(folder, 'test-plugin', '-r', 'none.json', 'a.mjs')).stderr,
    /^\[KO\] Unable to open the cases none\.json\.\n$/,
  )
})

test('test-plugin -r blames a file of cases that is none, with its line, and runs nothing', async (t) => {
  const folder = makeFolder(t, {
    'a.mjs': 'throw new Error("never imported")',
    'syntax.json': '[\n  { "name": "x", },\n]\n',
    'object.json': '{}',
    'wrong.json': '[\n  { "name": "x", "expct": {}, "expect": {} }\n]\n',
  })
  const told = async (file: string): Promise<string> => (await krakend(folder, 'test-plugin', '-r', file, 'a.mjs')).stderr
  assert.match(
    await told('syntax.json'),
    /^syntax\.json:2:18: error: invalid character '}'.*\n.*\n.*\n {2}hint: .*\n\[KO\] Unable to read the cases syntax\.json\.\n$/,
  )
  assert.match(await told('object.json'), /^object\.json:1:1: error: must be a list, not an object\n/)
  assert.match(
    await told('wrong.json'),
    /^wrong\.json:2:18: error: unknown option "expct" \(\[0\]\.expct\)\n.*\n.*\n {2}hint: did you mean "expect"\?\n\[KO\]/,
  )
})
