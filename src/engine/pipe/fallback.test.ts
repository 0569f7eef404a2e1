import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf } from '../body.ts'
import { Data } from '../data.ts'
import { GatewayError } from '../errors.ts'
import { HeaderMap } from '../headers.ts'
import { makeRequest } from '../../testing/index.ts'
import { Scope } from '../scope.ts'
import type { Pipe } from '../types.ts'
import { callUntilOne } from './fallback.ts'

const REQUEST = makeRequest({ path: '' })
const index = (place: number): number => place

/** Notes its name and fails, or answers. */
function backend(name: string, asked: string[], isGood: boolean): Pipe {
  return async ({ body }) => {
    asked.push(`${name}${String(await body.bytes())}`)
    if (!isGood) throw new GatewayError(`${name} failed`, { code: 'ERR_TEST' })
    return { data: Data.of({ from: name }), isComplete: true, error: null, statusCode: 201, headers: new HeaderMap(), body: null }
  }
}

test('the next backend is asked only when the one before has failed, and its answer is whole', async () => {
  const asked: string[] = []
  const pipe = callUntilOne([backend('a', asked, false), backend('b', asked, true), backend('c', asked, true)], 1000, index)
  const response = await pipe(REQUEST, Scope.root())
  assert.deepEqual([response.data?.object, response.isComplete, response.error], [{ from: 'b' }, true, null])
  assert.deepEqual([response.statusCode, response.headers], [0, null])
  assert.deepEqual(asked, ['a', 'b'])
})

test('every backend reads the whole body', async () => {
  const asked: string[] = []
  const pipe = callUntilOne([backend('a', asked, false), backend('b', asked, true)], 1000, index)
  await pipe({ ...REQUEST, method: 'POST', body: bodyOf(Buffer.from('!')) }, Scope.root())
  assert.deepEqual(asked, ['a!', 'b!'])
})

test('when all have failed, all errors are told', async () => {
  const pipe = callUntilOne([backend('a', [], false), backend('b', [], false)], 1000, index)
  await assert.rejects(pipe(REQUEST, Scope.root()), { message: 'a failed\nb failed', code: 'ERR_MERGE' })
})

test('nobody is asked when there is no time left', async () => {
  const asked: string[] = []
  const hangs: Pipe = (_request, scope) => new Promise((_resolve, reject) => scope.onEnd(reject))
  const pipe = callUntilOne([hangs, backend('b', asked, true)], 10, index)
  await assert.rejects(pipe(REQUEST, Scope.root()), { message: 'context deadline exceeded' })
  assert.deepEqual(asked, [])
})
