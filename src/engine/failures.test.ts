// The classes and codes of failures: what retries, fallbacks, answers and logs go by.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeBackendResponse } from '../testing/index.ts'
import { CANCELED, DEADLINE_EXCEEDED, GatewayError, MergeError, SendError, StatusError } from './errors.ts'
import { backendStatusOf, describeFailure, failureClassOf } from './failures.ts'

const status = new StatusError('invalid status', makeBackendResponse('{}', { statusCode: 503 }))
const open = new GatewayError('circuit breaker is open', { code: 'ERR_CIRCUIT_OPEN' })
const sent = (phase: SendError['phase']) => new SendError('x', { phase })

test('how far a call had come says what it may have done', () => {
  assert.deepEqual(
    (['dial', 'tls', 'write', 'headers', 'body'] as const).map((phase) => failureClassOf(sent(phase))),
    ['connect-failure', 'connect-failure', 'reset', 'reset', 'body'],
  )
  assert.equal(failureClassOf(new SendError('x', { phase: 'headers', code: 'ERR_BACKEND_SILENT' })), 'timeout')
  assert.equal(failureClassOf(DEADLINE_EXCEEDED), 'timeout')
  assert.equal(failureClassOf(status), 'status')
  assert.equal(failureClassOf(open), 'rejected')
})

test('a client that left, a refusal of the client and a bug are nobody’s failure', () => {
  for (const error of [CANCELED, new GatewayError('x', { code: 'ERR_BOT', statusCode: 403 }), new Error('bug')])
    assert.equal(failureClassOf(error), null)
})

test('the status of a bad answer is known', () => {
  assert.equal(backendStatusOf(status), 503)
  assert.equal(backendStatusOf(open), null)
})

test('codes that are not listed are their own, with the status of the error', () => {
  const { code, status: statusCode } = describeFailure(new GatewayError('x', { code: 'ERR_OTHER', statusCode: 418 }))
  assert.deepEqual([code, statusCode], ['ERR_OTHER', 418])
  assert.equal(describeFailure(new Error('bug')).code, 'ERR_INTERNAL')
})

test('a merge says 504 when all timed out, 503 when all were refused, else 502', () => {
  const statusOf = (...errors: Error[]) => describeFailure(new MergeError(errors)).status
  assert.equal(statusOf(DEADLINE_EXCEEDED, DEADLINE_EXCEEDED), 504)
  assert.equal(statusOf(open, open), 503)
  assert.equal(statusOf(open, DEADLINE_EXCEEDED), 502)
  assert.equal(statusOf(status), 502)
})
