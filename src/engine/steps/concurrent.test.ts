import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { mock, test } from 'node:test'
import { makeRequest, makeResponse } from '../../testing/index.ts'
import { Data } from '../data.ts'
import { DEADLINE_EXCEEDED, GatewayError } from '../errors.ts'
import { Scope } from '../scope.ts'
import type { Pipe } from '../types.ts'
import { concurrentCalls } from './concurrent.ts'

const fails: Pipe = () => Promise.reject(new GatewayError('last', { code: 'ERR_TEST' }))

test('of concurrent calls the first complete answer wins, the others are told to stop', async () => {
  const ended: boolean[] = []
  let calls = 0
  const pipe: Pipe = (_request, scope) => {
    calls++
    if (calls === 2) return Promise.resolve(makeResponse({ data: Data.of({ winner: true }) }))
    return new Promise((_resolve, reject) => scope.onEnd((reason) => (ended.push(true), reject(reason))))
  }
  const response = await concurrentCalls(3, 1000)?.(pipe)(makeRequest(), Scope.root())
  assert.deepEqual([response?.data?.object, ended], [{ winner: true }, [true, true]])
  await assert.rejects(async () => concurrentCalls(2, 1000)?.(fails)(makeRequest(), Scope.root()), { message: 'last' })
})

test('the stream of the winning call ends with the request, not with the share of time that calls have', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const reasons: Error[] = []
    const pipe: Pipe = (_request, scope) => {
      scope.onEnd((reason) => reasons.push(reason))
      return Promise.resolve(makeResponse({ body: Readable.from(['begun']) }))
    }
    const endpoint = Scope.root().child(1000)
    await concurrentCalls(2, 1000)?.(pipe)(makeRequest(), endpoint)
    const losers = reasons.length
    mock.timers.tick(900)
    const early = reasons.length - losers
    mock.timers.tick(100)
    assert.deepEqual([losers, early, reasons.at(-1)], [1, 0, DEADLINE_EXCEEDED])
  } finally {
    mock.timers.reset()
  }
})
