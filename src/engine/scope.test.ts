import assert from 'node:assert/strict'
import { mock, test, type TestContext } from 'node:test'
import { CANCELED, DEADLINE_EXCEEDED } from './errors.ts'
import { Scope } from './scope.ts'

test('a deadline ends a scope and its children, with the reason', () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const scope = Scope.root().child(100)
  const child = scope.child(1000)
  const reasons: Error[] = []
  child.onEnd((reason) => reasons.push(reason))
  mock.timers.tick(99)
  assert.equal(child.ended, false)
  mock.timers.tick(1)
  assert.deepEqual(reasons, [DEADLINE_EXCEEDED])
  assert.equal(child.signal.reason, DEADLINE_EXCEEDED)
  mock.timers.reset()
})

test('a closed scope calls nobody and leaves its parent', () => {
  const parent = Scope.root()
  const child = parent.child()
  child.onEnd(() => assert.fail('called'))
  child.close()
  parent.end()
  assert.equal(child.ended, false)
})

test('a listener that comes late is told at once, one that left is not', () => {
  const scope = Scope.root()
  const leave = scope.onEnd(() => assert.fail('called'))
  leave()
  scope.end()
  let reason: Error | null = null
  scope.onEnd((given) => (reason = given))
  assert.equal(reason, CANCELED)
  assert.equal(scope.child().reason, CANCELED)
})

test('a time below one millisecond is over at once', () => {
  assert.equal(Scope.root().child(0.000003).reason, DEADLINE_EXCEEDED)
})

/** Stands in for the machine's timers: says which were started with which time, how often each began anew, and fires them by hand. */
function takeTimers(t: TestContext) {
  const timers: { ms: number; restarts: number; isCleared: boolean; fire: () => void }[] = []
  t.mock.method(globalThis, 'setTimeout', (callback: (...given: unknown[]) => void, ms: number, ...given: unknown[]) => {
    const timer = { ms, restarts: 0, isCleared: false, fire: () => callback(...given), refresh: () => void timer.restarts++ }
    timers.push(timer)
    return timer
  })
  t.mock.method(globalThis, 'clearTimeout', (timer: (typeof timers)[number]) => void (timer.isCleared = true))
  return timers
}

test('a lifted deadline is replaced by a limit of idleness, which every touch begins anew', (t) => {
  const timers = takeTimers(t)
  const scope = Scope.root().child(100)
  const touch = scope.lift(50)
  touch()
  touch()
  assert.deepEqual(
    timers.map(({ ms, restarts, isCleared }) => [ms, restarts, isCleared]),
    [
      [100, 0, true],
      [50, 2, false],
    ],
  )
  timers[1]?.fire()
  assert.equal(scope.reason, DEADLINE_EXCEEDED)
})

test('a limit takes the place of whatever was there, with a reason of its own', (t) => {
  const timers = takeTimers(t)
  const reason = new Error('too long')
  const scope = Scope.root().child(100)
  scope.limit(Infinity)
  assert.equal(scope.deadline, Infinity)
  const touch = scope.lift(50)
  scope.limit(70, reason)
  touch()
  assert.deepEqual(
    timers.map(({ ms, restarts, isCleared }) => [ms, restarts, isCleared]),
    [
      [100, 0, true],
      [50, 0, true],
      [70, 0, false],
    ],
  )
  assert.ok(scope.deadline <= performance.now() + 70)
  timers[2]?.fire()
  assert.equal(scope.reason, reason)
})

test('without a limit only cancellation ends a lifted scope; the deadlines around it stay', (t) => {
  const timers = takeTimers(t)
  const outer = Scope.root().child(1000)
  const inner = outer.child(100)
  inner.lift(Infinity)()
  assert.deepEqual(
    timers.map(({ ms, isCleared }) => [ms, isCleared]),
    [
      [1000, false],
      [100, true],
    ],
  )
  timers[0]?.fire()
  assert.equal(inner.reason, DEADLINE_EXCEEDED)
})

test('whoever touches a scope that is done starts nothing', (t) => {
  const timers = takeTimers(t)
  const closed = Scope.root().child(100)
  const touch = closed.lift(50)
  closed.close()
  touch()
  assert.deepEqual([timers.length, timers[1]?.restarts, timers[1]?.isCleared], [2, 0, true])
  const ended = Scope.root().child(100)
  ended.end()
  ended.lift(50)()
  assert.deepEqual([timers.length, ended.reason], [3, CANCELED])
})

test('a deadline is known without its timer, is the nearest of all around, and goes when it is lifted', () => {
  const now = performance.now()
  const scope = Scope.root().child(1000)
  assert.ok(scope.deadline >= now + 1000 && scope.deadline < now + 1500)
  const later = scope.child(5000)
  assert.equal(later.deadline, scope.deadline)
  later.close()
  const sooner = scope.child(10)
  assert.ok(sooner.deadline < scope.deadline)
  sooner.close()
  assert.equal(scope.child().deadline, scope.deadline)
  scope.lift(Infinity)
  assert.equal(scope.deadline, Infinity)
  assert.equal(Scope.root().deadline, Infinity)
  scope.close()
})

test('what is waited for is given, or given up with the reason of the end', async () => {
  const scope = Scope.root()
  assert.equal(await scope.wait(Promise.resolve(1)), 1)
  const waiting = scope.wait(new Promise(() => {}))
  scope.end(DEADLINE_EXCEEDED)
  await assert.rejects(waiting, (error) => error === DEADLINE_EXCEEDED)
})
