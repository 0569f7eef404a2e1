// Which of several attempts is the one that a backend's course tells of.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CANCELED, DEADLINE_EXCEEDED } from '../errors.ts'
import { Scope } from '../scope.ts'
import { type Attempt, BackendCourse } from './request-course.ts'

/** The host that counts after these attempts, and how many there were. */
function lastOf(ends: readonly (readonly [host: string, reason: Error | null])[], isOver = false): [string | undefined, number] {
  const scope = Scope.root().child()
  const course = new BackendCourse(0, true, scope)
  for (const [origin, reason] of ends) {
    const attempt: Attempt = { origin, path: '/', status: 0, code: null, ms: 1 }
    const own = scope.child()
    if (reason !== null) own.end(reason)
    if (isOver) scope.end(CANCELED)
    course.note(attempt, own)
  }
  assert.equal(course.attempts?.length, ends.length)
  return [course.last?.origin, course.tries]
}

test('the last one counts, but for those that were called off while others went on', () => {
  assert.deepEqual(
    lastOf([
      ['a', null],
      ['b', null],
    ]),
    ['b', 2],
  )
  assert.deepEqual(
    lastOf([
      ['a', null],
      ['b', CANCELED],
    ]),
    ['a', 2],
  )
  assert.deepEqual(
    lastOf([
      ['a', CANCELED],
      ['b', null],
    ]),
    ['b', 2],
  )
  assert.deepEqual(
    lastOf([
      ['a', null],
      ['b', DEADLINE_EXCEEDED],
    ]),
    ['b', 2],
  )
})

test('where the client has left it is the one that was under way', () => {
  assert.deepEqual(
    lastOf(
      [
        ['a', null],
        ['b', CANCELED],
      ],
      true,
    ),
    ['b', 2],
  )
})
