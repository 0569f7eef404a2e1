import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeBug, splitStack } from './errors.ts'

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

test('of a stack alone only the end can be frames', () => {
  assert.deepEqual(splitStack('Error: a\n    at b\nc\n    at d\n    at e'), ['Error: a\n    at b\nc', ['    at d', '    at e']])
  assert.deepEqual(splitStack('exit code 1'), ['exit code 1', []])
})
