// What the blocks about the process mean, and what is said of wrong ones.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOptions } from '../../testing/index.ts'
import { processSettings, reloadBlock, shutdownBlock, workersBlock } from './process-blocks.ts'

const settingsOf = (blocks: Record<string, unknown>) => processSettings(new Map(Object.entries(blocks)))

test('a service without these blocks has one worker, watches nothing and stops at once', () => {
  assert.deepEqual(settingsOf({}), { workers: 1, watchesFiles: false, stopDelayMs: 0 })
})

test('what the blocks say is read, and wrong values count as nothing', () => {
  const blocks = { '_gw/workers': 'auto', '_gw/reload': { watch: true }, '_gw/shutdown': { delay: '1.5s' } }
  assert.deepEqual(settingsOf(blocks), { workers: 'auto', watchesFiles: true, stopDelayMs: 1500 })
  assert.equal(settingsOf({ '_gw/workers': 3 }).workers, 3)
  for (const wrong of ['many', 0, -1, 257, null, {}]) assert.equal(settingsOf({ '_gw/workers': wrong }).workers, 1)
  assert.equal(settingsOf({ '_gw/shutdown': { delay: '-5s' } }).stopDelayMs, 0)
})

test('wrong values are told', () => {
  for (const wrong of ['many', 0, 257, {}]) assert.equal(checkOptions(workersBlock, wrong).length, 1, JSON.stringify(wrong))
  for (const right of ['auto', 1, 256]) assert.deepEqual(checkOptions(workersBlock, right), [])
  assert.equal(checkOptions(shutdownBlock, { delay: 'soon' }).length, 1)
  assert.equal(checkOptions(reloadBlock, { watch: 'yes' }).length, 1)
})
