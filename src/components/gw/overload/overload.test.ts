// What is refused under load, and what is not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exchange } from '../../../engine/types.ts'
import { checkOptions, makeExchange, makeSite } from '../../../testing/index.ts'
import { LoadGauge, LOOK_EVERY_MS } from './load-gauge.ts'
import { overload } from './index.ts'

const OPTIONS = { max_in_flight: 0, max_event_loop_delay: '0s', max_memory_share: 0, retry_after: '1s' }

test('more requests than the bound are refused at once, the health check is not, and room is made by answers', () => {
  const site = makeSite()
  const layer = overload.build({ ...OPTIONS, max_in_flight: 2, retry_after: '1.5s' }, site)
  assert.ok(layer)
  const served: Exchange[] = []
  const handle = layer((exchange) => void served.push(exchange))
  const [first, second, third] = [makeExchange(), makeExchange(), makeExchange()]
  for (const exchange of [first, second, third]) void handle(exchange)
  assert.deepEqual(served, [first, second])
  assert.equal(third.statusCode, 503)
  assert.equal(third.responseHeaders.get('Retry-After'), '2')
  assert.deepEqual(site.lines, ['WARNING [SERVICE: Gin][Overload] 1 request refused: 2 requests are in flight'])
  const health = makeExchange({ target: '/__health' })
  void handle(health)
  assert.deepEqual(served, [first, second, health])
  first.answer(200)
  health.answer(200)
  first.finish()
  health.finish()
  const fourth = makeExchange()
  void handle(fourth)
  assert.equal(served.at(-1), fourth)
})

test('a late event loop and a full memory are excesses until the next look', () => {
  let now = 0
  let share = 0
  const gauge = new LoadGauge({ now: () => now, memoryShare: () => share }, { maxDelayMs: 50, maxMemoryShare: 0.8 })
  const lookAfter = (ms: number): string | null => {
    now += ms
    gauge.look()
    return gauge.excess
  }
  assert.equal(lookAfter(LOOK_EVERY_MS + 50), null)
  assert.equal(lookAfter(LOOK_EVERY_MS + 51), 'the event loop is 51 ms late')
  assert.equal(lookAfter(LOOK_EVERY_MS), null)
  share = 0.81
  assert.equal(lookAfter(LOOK_EVERY_MS), 'more than 80 % of the memory is in use')
})

test('a block that bounds nothing is no layer, and is told like every wrong value', () => {
  assert.equal(overload.build(OPTIONS, makeSite()), null)
  const wrong = [
    {},
    { max_in_flight: -1 },
    { max_event_loop_delay: 'x' },
    { max_memory_share: 85 },
    { max_in_flight: 1, retry_after: '0s' },
  ]
  for (const block of wrong) assert.equal(checkOptions(overload, block).length, 1, JSON.stringify(block))
  assert.deepEqual(checkOptions(overload, { max_in_flight: 1, max_event_loop_delay: '200ms', max_memory_share: 0.9 }), [])
})
