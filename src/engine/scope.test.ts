import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
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
