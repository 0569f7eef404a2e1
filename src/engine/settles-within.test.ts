import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settlesWithin } from './settles-within.ts'

test('says whether the work was done in time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  assert.equal(await settlesWithin(100, Promise.resolve('whatever')), true)
  const { promise, reject } = Promise.withResolvers<void>()
  const answer = settlesWithin(100, promise)
  t.mock.timers.tick(100)
  assert.equal(await answer, false)
  // Nobody hears of it: an unhandled rejection would fail this test.
  reject(new Error('later'))
})

test('a failure in time is thrown', async () => {
  await assert.rejects(settlesWithin(1000, Promise.reject(new Error('broken'))), /broken/)
})

test('leaves no timer behind that would hold the process', async (t) => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  await settlesWithin(3_600_000, Promise.resolve())
  t.assert.equal(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, before)
})
