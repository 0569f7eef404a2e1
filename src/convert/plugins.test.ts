// What a plugin is given stays the same in the form of another version, or it is told.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readEntries } from '../plugins/entries.ts'
import { convert } from './convert.ts'
import type { FileVersion } from './convert-version.ts'

interface Converted {
  readonly block: Readonly<Record<string, unknown>> | null
  readonly told: readonly string[]
}

async function convertBlock(namespace: string, block: object, version: FileVersion, folder: object = {}): Promise<Converted> {
  const isBackend = namespace === 'plugin/http-client'
  const blocks = { extra_config: { [namespace]: block } }
  const backend = { url_pattern: '/', host: ['http://h'], ...(isBackend ? blocks : {}) }
  const endpoint = { endpoint: '/a', backend: [backend], ...(isBackend ? {} : blocks) }
  const file = { version: version === 4 ? 3 : 4, ...folder, endpoints: [endpoint] }
  const { text, remarks } = await convert({ text: JSON.stringify(file), extension: '.json', version, format: null })
  const told = remarks.map(({ kind, message }) => `${kind} ${message}`)
  if (text === null) return { block: null, told }
  const { endpoints } = JSON.parse(text) as { endpoints: [typeof endpoint] }
  const holder = isBackend ? endpoints[0].backend[0] : endpoints[0]
  const { extra_config: converted } = holder as unknown as { extra_config: Record<string, Record<string, unknown>> }
  return { block: converted[namespace] ?? null, told }
}

function givenBy(namespace: string, block: unknown, version: FileVersion): unknown[] {
  return readEntries(namespace, block, version === 4).map(({ name, options }) => [name, options])
}

const UP: readonly (readonly [namespace: string, block: object])[] = [
  ['plugin/req-resp-modifier', { name: ['r-request', 'r-response'], r: { allowed: ['eu'] } }],
  ['plugin/req-resp-modifier', { name: ['r-request', 'r'], 'r-request': { v: 1 }, r: { v: 2 } }],
  ['plugin/middleware', { name: ['x', 'x'], x: { a: 1 } }],
  ['plugin/middleware', { name: ['x', 'y'], y: {}, cur: 'EUR', deep: { a: 1 } }],
  ['plugin/middleware', { name: 'x', cur: 'EUR', '@c': 'why' }],
  ['plugin/http-client', { name: 'c', c: { z: 1 } }],
  ['plugin/http-client', { name: 'c', z: 1 }],
  ['plugin/http-client', { name: 'c', c: [1] }],
]

const DOWN: readonly (readonly [namespace: string, block: object])[] = [
  ['plugin/http-client', { name: 'c', config: { name: 'x', c: { z: 1 } } }],
  ['plugin/http-client', { name: 'c', config: [1] }],
  ['plugin/http-client', { name: 'c' }],
  ['plugin/middleware', { plugins: [{ name: 'a', config: null }, { name: 'b' }], b: 1, rest: 2 }],
  ['plugin/req-resp-modifier', { plugins: [{ name: 'r-request' }, { name: 'r', config: { v: 1 } }] }],
]

describe('plugins of another version', () => {
  for (const [version, cases] of [
    [4, UP],
    [3, DOWN],
  ] as const)
    for (const [namespace, block] of cases)
      test(`to ${version}: ${JSON.stringify(block)} of ${namespace} gives its plugins the same`, async () => {
        const { block: converted } = await convertBlock(namespace, block, version)
        assert.deepEqual(givenBy(namespace, converted, version), givenBy(namespace, block, version === 4 ? 3 : 4))
      })

  test('to 4: what no plugin is given is kept as a comment, and told', async () => {
    const one = await convertBlock('plugin/http-client', { name: 'c', c: {}, z: 1 }, 4)
    assert.deepEqual(one.block, { name: 'c', '#z': 1 })
    assert.match(one.told[0] ?? '', /^note "z" of "plugin\/http-client" stands beside the settings of its plugin/)
    const text = await convertBlock('plugin/req-resp-modifier', { name: 'r' }, 4)
    assert.deepEqual(text.block, { '#name': 'r' })
    assert.match(text.told[0] ?? '', /names no plugin in this form/)
  })

  test('to 3: comments of entries stay', async () => {
    const plugins = [
      { name: 'a', '@comment': 'why' },
      { name: 'b', '@comment': 'too' },
    ]
    const { block } = await convertBlock('plugin/middleware', { plugins }, 3)
    assert.deepEqual(block, { name: ['a', 'b'], '@comment': 'why', a: {}, '@comment b': 'too', b: {} })
  })

  test('to 3: a plugin called "name" is refused', async () => {
    assert.equal((await convertBlock('plugin/middleware', { plugins: [{ name: 'name', config: {} }] }, 3)).block, null)
    assert.equal((await convertBlock('plugin/http-client', { name: 'name', config: {} }, 3)).block, null)
  })

  test('to 3: a plugin that must be there is told, written or not', async () => {
    const silent = await convertBlock('plugin/http-client', { name: 'c' }, 3)
    assert.deepEqual(silent.told, [
      'note "plugin/http-client": version 3 serves without the plugin "c" where it cannot be loaded, version 4 did not',
    ])
    const folder = { extra_config: { plugin: { folder: '/p', pattern: '.so', on_load_default_error: 'passthrough' } } }
    const open = await convertBlock('plugin/http-client', { name: 'c' }, 3, folder)
    assert.deepEqual(open.told, ['lost "on_load_default_error": version 3 serves without a plugin that cannot be loaded'])
    const written = await convertBlock('plugin/http-client', { name: 'c', on_load_error: 'exit' }, 3)
    assert.deepEqual(written.told, ['lost "on_load_error": version 3 serves without a plugin that cannot be loaded'])
  })
})
