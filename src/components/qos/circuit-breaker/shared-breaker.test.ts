// The breaker against a plain model of gobreaker's states, and its promises one by one.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sharedLock } from '../shared-lock.ts'
import { IS_OPEN, IS_PROBING, SharedBreaker, type BreakerSettings } from './shared-breaker.ts'

const SETTINGS: BreakerSettings = { intervalMs: 0, timeoutMs: 1000, maxErrors: 1, probeLostMs: 60_000 }

function makeBreaker(settings: Partial<BreakerSettings> = {}, changes: string[] = []): SharedBreaker {
  const memory = new SharedArrayBuffer(SharedBreaker.BYTES)
  return new SharedBreaker(memory, { ...SETTINGS, ...settings }, 0, sharedLock, (from, to) => void changes.push(`${from} > ${to}`))
}

function failOnce(breaker: SharedBreaker, nowMs: number): void {
  breaker.fail(breaker.enter(nowMs), nowMs)
}

test('it opens with one consecutive failure more than tolerated, and tells its changes', () => {
  const changes: string[] = []
  const breaker = makeBreaker({}, changes)
  failOnce(breaker, 0)
  breaker.succeed(breaker.enter(1), 1)
  failOnce(breaker, 2)
  assert.ok(breaker.enter(3) > 0)
  failOnce(breaker, 4)
  assert.equal(breaker.enter(1004), IS_OPEN)
  const probe = breaker.enter(1005)
  assert.ok(probe > 0)
  assert.equal(breaker.enter(1005), IS_PROBING)
  breaker.succeed(probe, 1006)
  assert.ok(breaker.enter(1006) > 0)
  assert.deepEqual(changes, ['closed > open', 'open > half-open', 'half-open > closed'])
})

test('a failed probe opens it again for the whole time', () => {
  const breaker = makeBreaker({ maxErrors: 0 })
  failOnce(breaker, 0)
  failOnce(breaker, 1001)
  assert.equal(breaker.enter(2001), IS_OPEN)
  assert.ok(breaker.enter(2002) > 0)
})

test('a negative tolerance never opens', () => {
  const breaker = makeBreaker({ maxErrors: -1 })
  for (let i = 0; i < 1000; i++) failOnce(breaker, i)
  assert.ok(breaker.enter(1000) > 0)
})

test('the end of a window forgets failures and the calls that began in it', () => {
  const breaker = makeBreaker({ intervalMs: 100 })
  const early = breaker.enter(90)
  failOnce(breaker, 95)
  failOnce(breaker, 101)
  breaker.fail(early, 102)
  assert.ok(breaker.enter(103) > 0)
  failOnce(breaker, 104)
  assert.equal(breaker.enter(105), IS_OPEN)
})

test('a call that was given up counts as nothing and lets another one probe', () => {
  const breaker = makeBreaker({ maxErrors: 0 })
  for (let i = 0; i < 5; i++) breaker.forget(breaker.enter(i))
  failOnce(breaker, 6)
  const probe = breaker.enter(2000)
  assert.equal(breaker.enter(2001), IS_PROBING)
  breaker.forget(probe)
  const second = breaker.enter(2002)
  assert.ok(second > 0)
  breaker.succeed(second, 2003)
  assert.ok(breaker.enter(2004) > 0)
})

test('a probe whose worker died does not keep it half open for ever', () => {
  const breaker = makeBreaker({ maxErrors: 0 })
  failOnce(breaker, 0)
  const lost = breaker.enter(1001)
  assert.equal(breaker.enter(61_001), IS_PROBING)
  const second = breaker.enter(61_002)
  assert.ok(second > 0)
  breaker.succeed(lost, 61_003)
  assert.equal(breaker.enter(61_004), IS_PROBING)
})

test('workers and reloads share the state', () => {
  const memory = new SharedArrayBuffer(SharedBreaker.BYTES)
  const one = new SharedBreaker(memory, SETTINGS, 0, sharedLock)
  failOnce(one, 0)
  const other = new SharedBreaker(memory, SETTINGS, 1, sharedLock)
  failOnce(other, 1)
  assert.equal(one.enter(2), IS_OPEN)
})

type Step = ['enter' | 'succeed' | 'fail' | 'forget', number, number]

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(fc.constantFrom('enter', 'enter', 'succeed', 'fail', 'forget'), fc.nat(), fc.integer({ min: 0, max: 700 })),
  { maxLength: 200 },
)

test('never more than one probe in flight, never a call while open, never open without enough failures', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 }), steps, (maxErrors, sequence) => {
      let state = 'closed'
      let probe = 0
      let failures = 0
      const memory = new SharedArrayBuffer(SharedBreaker.BYTES)
      const breaker = new SharedBreaker(memory, { ...SETTINGS, maxErrors, probeLostMs: Infinity }, 0, sharedLock, (from, to) => {
        assert.ok(from !== 'closed' || failures > maxErrors)
        state = to
        probe = 0
        failures = 0
      })
      const inFlight: number[] = []
      let now = 0
      for (const [event, which, pause] of sequence) {
        now += pause
        if (event === 'enter') {
          const ticket = breaker.enter(now)
          assert.equal(ticket === IS_OPEN, state === 'open')
          assert.equal(ticket === IS_PROBING, state === 'half-open' && probe !== 0)
          if (ticket > 0) inFlight.push(ticket)
          if (ticket > 0 && state === 'half-open') probe = ticket
        } else if (inFlight.length > 0) {
          const [ticket] = inFlight.splice(which % inFlight.length, 1) as [number]
          if (event === 'fail') failures++
          if (event === 'forget') breaker.forget(ticket)
          else breaker[event](ticket, now)
          if (ticket === probe) probe = 0
        }
      }
    }),
  )
})
