// What `_gw/hidden` promises: the backend is called, later steps see it, and the answer does not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBlocks } from '../../../engine/compile/check-blocks.ts'
import { loadDeclarations } from '../../../engine/compile/order.ts'
import { order } from '../../../order.ts'
import { checkOptions, configOf, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { hidden } from './index.ts'

const HIDDEN = { extra_config: { '_gw/hidden': true } }

async function ask(backend: readonly object[], more: object = {}, secret = '{"secret":7}') {
  const seen: string[] = []
  const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [{ endpoint: '/e', backend, ...more }] }), {
    backend: ({ path }) => {
      seen.push(path)
      return Promise.resolve(makeBackendResponse(path === '/secret' ? secret : '{"seen":1}'))
    },
  })
  const exchange = await gateway.ask({ target: '/e' })
  return { body: exchange.answered.body, status: exchange.statusCode, completed: exchange.responseHeaders.get('X-Krakend-Completed'), seen }
}

test('a hidden part is not in the answer, which is complete with it', async () => {
  const { body, completed, seen } = await ask([{ url_pattern: '/secret', ...HIDDEN }, { url_pattern: '/b' }])
  assert.deepEqual([body, completed, seen.toSorted()], ['{"seen":1}', 'true', ['/b', '/secret']])
})

test('one that fails leaves the answer incomplete', async () => {
  const { body, completed } = await ask([{ url_pattern: '/secret', ...HIDDEN }, { url_pattern: '/b' }], {}, 'broken')
  assert.deepEqual([body, completed], ['{"seen":1}', 'false'])
})

test('later steps see it', async () => {
  const more = { extra_config: { proxy: { sequential: true } } }
  const { body, seen } = await ask([{ url_pattern: '/secret', ...HIDDEN }, { url_pattern: '/b/{resp0_secret}' }], more)
  assert.deepEqual([body, seen], ['{"seen":1}', ['/secret', '/b/7']])
})

test('where nobody may be seen the answer is empty and not complete, of one backend as of several', async () => {
  for (const backends of [
    [{ url_pattern: '/secret', ...HIDDEN }],
    [
      { url_pattern: '/secret', ...HIDDEN },
      { url_pattern: '/b', ...HIDDEN },
    ],
  ]) {
    const { body, completed, status } = await ask(backends)
    assert.deepEqual([status, body, completed], [200, '{}', 'false'])
  }
})

test('nothing of a stream is seen', async () => {
  const { body, status } = await ask([{ url_pattern: '/secret', encoding: 'no-op', ...HIDDEN }], { output_encoding: 'no-op' })
  assert.deepEqual([status, body ?? ''], [200, ''])
})

test('false is no block, and check says where hiding has no use', async () => {
  assert.deepEqual(checkOptions(hidden, true), [])
  assert.match(String(checkOptions(hidden, 'yes')), /^error : must be true/)
  const issuesOf = async (backend: readonly object[]) => {
    const config = configOf({ host: ['http://b:80'], endpoints: [{ endpoint: '/e', backend }] })
    return checkBlocks(config, await loadDeclarations(order, config), { isStrict: false }).map(
      ({ severity, message }) => `${severity} ${message}`,
    )
  }
  assert.deepEqual(await issuesOf([{ url_pattern: '/a', extra_config: { '_gw/hidden': false } }]), [])
  assert.deepEqual(await issuesOf([{ url_pattern: '/a', ...HIDDEN }, { url_pattern: '/b' }]), [])
  assert.match(String(await issuesOf([{ url_pattern: '/a', ...HIDDEN }])), /^warning all backends of the endpoint are hidden/)
})
