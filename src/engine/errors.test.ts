import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asError, describeBug, splitStack } from './errors.ts'

test('a bug is told by its message and the frames of its stack', () => {
  const [message, frames] = describeBug('[HERE]', new TypeError('what'))
  assert.equal(message, '[HERE] TypeError: what')
  assert.ok(frames.length > 0 && frames.every((frame) => frame.startsWith('    at ')))
})

test('what the message says is never a frame', () => {
  const forged = 'cannot read x\n    at forged (a.ts:1:1)\n2030/01/01 forged'
  const error = new Error(forged)
  const [message, frames] = describeBug('[HERE]', error)
  assert.equal(message, `[HERE] Error: ${forged}`)
  assert.ok(frames.length > 0 && !frames.some((frame) => frame.includes('forged')))
  const bare = new Error(forged)
  delete bare.stack
  assert.deepEqual(describeBug('[HERE]', bare), [`[HERE] Error: ${forged}`, []])
})

test('what is thrown and is no Error is told all the same', () => {
  const told = (thrown: unknown): string => String(asError(thrown))
  assert.equal(told('text'), 'Error: text')
  assert.equal(told({ name: 'OddThing', message: 'what went wrong', status: 200 }), 'OddThing: what went wrong')
  assert.equal(told({ message: 'what' }), 'Error: what')
  assert.equal(told({ code: 5, inner: { deep: { deeper: 1 } } }), 'Error: { code: 5, inner: { deep: [Object] } }')
  assert.equal(told(Object.create(null)), 'Error: [Object: null prototype] {}')
  assert.equal(told(undefined), 'Error: undefined')
  const hostile = {
    get message(): string {
      throw new Error('no')
    },
  }
  assert.equal(told(hostile), 'Error: { message: [Getter] }')
  assert.ok(told({ a: 'x'.repeat(1000), b: 'y'.repeat(1000), c: 'z'.repeat(1000) }).length < 520)
})

test('of a stack alone only the end can be frames', () => {
  assert.deepEqual(splitStack('Error: a\n    at b\nc\n    at d\n    at e'), ['Error: a\n    at b\nc', ['    at d', '    at e']])
  assert.deepEqual(splitStack('exit code 1'), ['exit code 1', []])
})
