import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type Dialect, quirksOf } from '../../config/dialect.ts'
import type { GatewayConfig } from '../../config/types.ts'
import { checkOptions, makeConfig } from '../../testing/index.ts'
import { readRouterOptions, routerBlock, serverConfigOf } from './router-options.ts'

function optionsOf(block: unknown): ReturnType<typeof readRouterOptions> {
  return readRouterOptions(makeConfig({ extraConfig: new Map([['router', block]]) }))
}

test('a block that is no object is as good as none', () => {
  const defaults = optionsOf({})
  for (const block of ['fast', 1, true, null, undefined, [], [{ return_error_msg: true }]]) assert.deepEqual(optionsOf(block), defaults)
  assert.equal(optionsOf({ return_error_msg: true }).return_error_msg, true)
})

test('one wrong type voids all but auto_options and error_body, wherever it stands', () => {
  const defaults = optionsOf({})
  for (const wrong of [{ auto_options: 1 }, { Auto_Options: 'x' }, { error_body: 'x' }, { health_path: 1 }])
    assert.deepEqual(optionsOf({ return_error_msg: true, ...wrong }), defaults, JSON.stringify(wrong))
  const kept = optionsOf({ return_error_msg: true, health_path: 1, auto_options: true, error_body: { '404': null, '405': 'x' } })
  assert.deepEqual([kept.return_error_msg, kept.auto_options, kept.error_body], [false, true, { '405': 'x' }])
})

test('every option has a value, whatever the file says', () => {
  const keys = Object.keys(routerBlock.options.properties)
  const block = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()))
  fc.assert(
    fc.property(block, (value) => {
      const options = optionsOf(value) as Record<string, unknown>
      for (const key of keys) assert.notEqual(options[key], undefined, key)
      assert.equal(typeof options['error_body'], 'object')
    }),
  )
})

test('an entry that cuts the list of trusted proxies is told', () => {
  const told = (trusted_proxies: unknown[]): string[] => checkOptions(routerBlock, { trusted_proxies })
  assert.deepEqual(told(['10.0.0.0/8', '::1', '2001:db8::/32']), [])
  const text = 'clients behind them count as one'
  assert.deepEqual(told(['::1', '10.0.0.0/33', 'x']), [
    `error trusted_proxies[1]: "10.0.0.0/33" is neither an address nor a network: it and all behind it are not trusted, ${text}`,
  ])
  assert.deepEqual(told(['x']), [`error trusted_proxies[0]: "x" is neither an address nor a network: it is not trusted, ${text}`])
})

test('use_h2c counts at the service and in the router block, whose wrong types switch it off', () => {
  const useH2c = (atService: boolean, block: object, dialect: Dialect = 3): boolean => {
    const config = { quirks: quirksOf(dialect), extraConfig: new Map([['router', block]]), endpoints: [], server: { useH2c: atService } }
    return serverConfigOf(config as unknown as GatewayConfig).useH2c
  }
  assert.deepEqual([useH2c(false, {}), useH2c(true, {}), useH2c(false, { use_h2c: true })], [false, true, true])
  assert.equal(useH2c(false, { use_h2c: true, health_path: 1 }), false)
  assert.equal(useH2c(false, { use_h2c: true }, 2), false)
})
