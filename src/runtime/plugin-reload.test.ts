// SIGHUP with plugins, in real processes: code that stays, code that changes, code that is broken, and what lives on.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { type Backend, endpointOf, get, type RunningCommand, startBackend, startCommand } from './test-support.ts'

const HELPER = 'export const text = "one"\n'
const MODULE = `
import { text } from './_helper.ts'
let requests: number = 0
export default {
  kind: 'middleware',
  setup: (options, site) => async (request, next) => ({ data: { text, version: 1, requests: ++requests, hits: site.counter('hits').add(), of: options.of ?? 'none' } }),
}
`
const FILES = { 'plugins/count.ts': MODULE, 'plugins/_helper.ts': HELPER }

interface Answer {
  readonly text: string
  readonly version: number
  readonly requests: number
  readonly hits: number
  readonly of: string
}

describe('a reload with plugins', () => {
  let backend: Backend
  let gateway: RunningCommand
  const configOf = (block: object = { name: ['count'] }): object => ({
    plugin: { folder: './plugins/', pattern: '.so' },
    endpoints: [endpointOf('/x', backend.url, { extra_config: { 'plugin/middleware': block } })],
  })
  const ask = async (): Promise<Answer> => {
    const { status, body } = await get(`${gateway.url}/x`)
    assert.equal(status, 200, gateway.output())
    return JSON.parse(body) as Answer
  }
  const reload = async (line = 'the new configuration is served'): Promise<void> => {
    gateway.child.kill('SIGHUP')
    await gateway.waitFor(`[SERVICE: Reload] ${line}`)
  }
  before(async () => {
    backend = await startBackend()
    gateway = await startCommand(configOf(), { files: FILES })
  })
  after(async () => {
    assert.equal(await gateway.stop(), 0)
    await backend.close()
  })

  test('code that did not change stays, with its state; options are new', async () => {
    assert.deepEqual(await ask(), { text: 'one', version: 1, requests: 1, hits: 1, of: 'none' })
    gateway.rewrite(configOf({ name: ['count'], count: { of: 'file' } }))
    await reload()
    assert.deepEqual(await ask(), { text: 'one', version: 1, requests: 2, hits: 2, of: 'file' })
    assert.ok(!gateway.output().includes('plugins changed'))
  })

  test('a changed module runs in fresh threads; counters go on', async () => {
    gateway.write('plugins/count.ts', MODULE.replace('version: 1', 'version: 2'))
    await reload('plugins changed: fresh workers')
    await gateway.waitFor('the new configuration is served')
    assert.deepEqual(await ask(), { text: 'one', version: 2, requests: 1, hits: 3, of: 'file' })
  })

  test('so does a changed helper', async () => {
    gateway.write('plugins/_helper.ts', HELPER.replace('one', 'two'))
    await reload()
    assert.deepEqual(await ask(), { text: 'two', version: 2, requests: 1, hits: 4, of: 'file' })
  })

  test('a module that cannot be loaded changes nothing, whatever is wrong with it, and its repair is served', async () => {
    const served = readFileSync(gateway.file.replace('krakend.json', 'plugins/count.ts'), 'utf8')
    const broken = {
      'export default {': 'does not parse',
      'throw new Error("at import")': 'throws while it is imported',
      'export default { name: "count", setup() { throw new Error("in setup") } }': 'throws in setup',
      'export default { name: "counter", setup: () => () => ({ data: {} }) }': 'has another name',
    }
    for (const [source, what] of Object.entries(broken)) {
      gateway.write('plugins/count.ts', source)
      await reload('the running configuration stays')
      const { version, text } = await ask()
      assert.deepEqual({ version, text }, { version: 2, text: 'two' }, what)
    }
    gateway.write('plugins/count.ts', served.replace('version: 2', 'version: 3'))
    await reload()
    assert.equal((await ask()).version, 3)
  })

  test('back to one thread without plugins, and to threads with them', async () => {
    gateway.rewrite({ endpoints: [endpointOf('/x', backend.url)] })
    await reload()
    assert.deepEqual(await ask(), { path: '/x' })
    gateway.rewrite(configOf())
    await reload()
    assert.deepEqual(await ask(), { text: 'two', version: 3, requests: 1, hits: 10, of: 'none' })
  })
})
