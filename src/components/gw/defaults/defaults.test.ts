// What `check` says of the block `_gw/defaults`, and which protections it tells exist here only. The merging is tested in config/defaults.test.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBlocks } from '../../../engine/compile/check-blocks.ts'
import { loadDeclarations } from '../../../engine/compile/order.ts'
import { order } from '../../../order.ts'
import { formatPath } from '../../../schema/issue.ts'
import { checkOptions, configOf, openInMemory } from '../../../testing/index.ts'
import { defaults } from './index.ts'

test('it holds an endpoint and a backend, nothing else', () => {
  assert.deepEqual(checkOptions(defaults, { endpoint: { timeout: '1s' }, backend: {} }), [])
  assert.deepEqual(checkOptions(defaults, { endpoints: {}, backend: [] }), [
    'error endpoints: unknown option "endpoints"',
    'error backend: must be an object, not a list',
  ])
})

test('a protection that comes from the defaults alone is told: KrakenD would serve without it', async () => {
  const validator = { 'auth/validator': { alg: 'RS256', jwk_url: 'https://a/k' } }
  const config = configOf({
    extra_config: { '_gw/defaults': { endpoint: { extra_config: { ...validator, proxy: {} } } } },
    endpoints: [
      { endpoint: '/open', backend: [{ host: ['http://a'] }] },
      { endpoint: '/own', backend: [{ host: ['http://a'] }], extra_config: validator },
    ],
  })
  const declared = await loadDeclarations(order, config)
  const find = (isPortable: boolean) =>
    checkBlocks(config, declared, { isStrict: true, isPortable })
      .filter(({ message }) => message.includes('KrakenD would serve this endpoint unprotected'))
      .map(({ severity, path }) => `${severity} ${formatPath(path)}`)
  assert.deepEqual(find(false), ['warning endpoints[0].extra_config.auth/validator'])
  assert.deepEqual(find(true), ['error endpoints[0].extra_config.auth/validator'])
})

test('a block of the defaults that completes another one is no mistake where that is not', async () => {
  const extras = { '_gw/ratelimit-headers': true }
  const limit = { 'qos/ratelimit/router': { max_rate: 5 } }
  const backend = [{ host: ['http://a'] }]
  const config = configOf({
    extra_config: { '_gw/defaults': { endpoint: { extra_config: extras } } },
    endpoints: [
      { endpoint: '/open', backend },
      { endpoint: '/limited', backend, extra_config: limit },
    ],
  })
  const found = checkBlocks(config, await loadDeclarations(order, config), { isStrict: true })
  assert.deepEqual(
    found.filter(({ severity }) => severity === 'error'),
    [],
  )
  const gateway = await openInMemory(config)
  const answers = await Promise.all(['/open', '/limited'].map((target) => gateway.ask({ target })))
  assert.deepEqual(
    answers.map(({ responseHeaders }) => responseHeaders.has('Ratelimit-Limit')),
    [false, true],
  )
})
