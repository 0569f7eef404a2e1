// What KrakenD's versions say while they build, because people grep for it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf, openInMemory } from '../../testing/index.ts'

async function linesOf(version: number, proxy: object = {}): Promise<string[]> {
  const host = ['http://b:80']
  const backend = [
    { url_pattern: '/b', host },
    { url_pattern: '/c', host, method: 'PUT' },
  ]
  const { lines } = await openInMemory(configOf({ version, endpoints: [{ endpoint: '/x', backend, extra_config: { proxy } }] }))
  return lines.filter((line) => /Building|\[(?:Merge|Static|Flatmap)\]/.test(line)).map((line) => line.replace(/^DEBUG /, ''))
}

test('version 4 names methods in these lines', async () => {
  assert.deepEqual(await linesOf(3), [
    '[ENDPOINT: /x] Building the proxy pipe',
    '[BACKEND: /b] Building the backend pipe',
    '[BACKEND: /c] Building the backend pipe',
    '[ENDPOINT: /x][Merge] Backends: 2, sequential: false, combiner: default',
    '[ENDPOINT: /x] Building the http handler',
  ])
  assert.deepEqual(await linesOf(4), [
    '[ENDPOINT: GET /x] Building the proxy pipe',
    '[BACKEND: GET /x -> GET /b] Building the backend pipe',
    '[BACKEND: GET /x -> PUT /c] Building the backend pipe',
    '[ENDPOINT: /x][Merge] Backends: 2, merger: parallel, combiner: default',
    '[ENDPOINT: GET /x] Building the http handler',
  ])
})

test('a line says how several backends are called', async () => {
  const merge = async (version: number, proxy: object): Promise<string | undefined> =>
    (await linesOf(version, proxy)).find((line) => line.includes('Merge'))
  assert.equal(await merge(3, { sequential: true }), '[ENDPOINT: /x][Merge] Backends: 2, sequential: true, combiner: default')
  for (const strategy of ['sequential', 'fallback'])
    assert.equal(await merge(4, { strategy }), `[ENDPOINT: /x][Merge] Backends: 2, merger: ${strategy}, combiner: default`)
})

test('an endpoint that is left out is told of with a blank behind its path', async () => {
  const endpoints = [{ endpoint: '/x/{id}', method: 'HEAD', backend: [{ url_pattern: '/b', host: ['http://b:80'] }] }]
  const { lines } = await openInMemory(configOf({ version: 3, endpoints }))
  assert.ok(lines.includes('ERROR [SERVICE: Gin] [ENDPOINT: /x/:id ] Unsupported method HEAD'), lines.join('\n'))
})

test('lines say what is done to the answer', async () => {
  const proxy = {
    static: { strategy: 'success', data: { b: '<', a: 1 } },
    flatmap_filter: [{ type: 'del', args: ['a'] }, { type: 'nope' }, 1],
  }
  const told = async (version: number): Promise<string[]> =>
    (await linesOf(version, proxy)).filter((line) => /Static|Flatmap/.test(line)).toSorted()
  assert.deepEqual(await told(3), [
    '[ENDPOINT: /x][Flatmap] Adding flatmap manipulator with 2 operations',
    `[ENDPOINT: /x][Static] Adding a static response using 'success' strategy. Data: {"a":1,"b":"\\u003c"}`,
  ])
  assert.deepEqual(await told(2), [])
})
