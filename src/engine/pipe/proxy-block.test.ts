import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Dialect, quirksOf } from '../../config/dialect.ts'
import { checkOptions } from '../../testing/index.ts'
import { mergeStrategyOf, proxyAtEndpoint, proxyOptions } from './proxy-block.ts'

function strategyOf(block: object, dialect: Dialect = 4, edition: 'ce' | null = null): string {
  return mergeStrategyOf(proxyOptions({ extraConfig: new Map([['proxy', block]]) }), quirksOf(dialect, edition))
}

test('once strategy is there, sequential says nothing; what is no strategy is parallel', () => {
  assert.equal(strategyOf({}), 'parallel')
  assert.equal(strategyOf({ sequential: true }), 'sequential')
  assert.equal(strategyOf({ strategy: 'sequential' }), 'sequential')
  assert.equal(strategyOf({ strategy: 'fallback' }), 'fallback')
  assert.equal(strategyOf({ strategy: 'fallback' }, 4, 'ce'), 'parallel')
  for (const strategy of ['race', 'Sequential', '', 1, true, {}, null]) {
    assert.equal(strategyOf({ strategy, sequential: true }), 'parallel', JSON.stringify(strategy))
  }
})

test('versions before 4 know sequential alone, and check says so', () => {
  for (const dialect of [2, 3] as const) {
    assert.equal(strategyOf({ strategy: 'sequential' }, dialect), 'parallel')
    assert.equal(strategyOf({ strategy: 'parallel', sequential: true }, dialect), 'sequential')
  }
  assert.deepEqual(checkOptions(proxyAtEndpoint, { strategy: 'sequential' }, 3), [
    'warning strategy: version 4 reads this, this version does not: ignored',
  ])
  assert.deepEqual(checkOptions(proxyAtEndpoint, { strategy: 'parallel', sequential: true }, 4), [
    'warning sequential: not looked at where "strategy" stands',
  ])
  assert.match(checkOptions(proxyAtEndpoint, { strategy: 'fallbak' }, 4).join(), /^warning strategy: "fallbak" is none of/)
})
