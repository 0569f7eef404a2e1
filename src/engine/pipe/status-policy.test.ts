// What becomes of a status that is neither 200 nor 201.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blocksOf, makeBackend, makeBackendResponse } from '../../testing/index.ts'
import { quirksOf, type Dialect } from '../../config/dialect.ts'
import { encodeSorted } from '../../json/write.ts'
import type { PipeResponse } from '../types.ts'
import { compileStatusPolicy, readsErrorBodies } from './status-policy.ts'

const backendWith = (block: unknown) =>
  makeBackend({ method: 'POST', urlPattern: '/b/{{.Id}}', extraConfig: blocksOf({ 'backend/http': block }) })
const notFound = makeBackendResponse('<gone>', { statusCode: 404 })

function apply(block: unknown, dialect: Dialect = 3, response = notFound): PipeResponse {
  return compileStatusPolicy(backendWith(block), quirksOf(dialect), (text) => text.replace('s3cret', '***'))(response)
}

test('without a word in the file the status is an error that names the call, and no more', () => {
  assert.throws(() => apply({}), {
    code: 'ERR_BACKEND_STATUS',
    statusCode: 500,
    hasOwnStatus: false,
    message: 'invalid status code 404 [POST /b/{{.Id}}]: http://b/b',
  })
  assert.throws(() => apply({}, 2), { message: 'Invalid status code' })
})

test('secrets that a backend repeats are not among the details', () => {
  const { data } = apply({ return_error_details: 'b' }, 3, makeBackendResponse('no /b?key=s3cret here', { statusCode: 404 }))
  assert.match(encodeSorted(data?.object ?? null), /"no \/b\?key=\*\*\* here"/)
})

test('the code makes the backend’s status, type and body those of the answer; version 2 has no such option', () => {
  const expected = { statusCode: 404, hasOwnStatus: true, message: '<gone>', contentType: 'application/json' }
  assert.throws(() => apply({ return_error_code: true }), expected)
  assert.throws(() => apply({ return_error_code: true }, 2), { statusCode: 500, message: 'Invalid status code' })
})

test('details become data under a name, and leave the answer incomplete', () => {
  const { data, isComplete, error } = apply({ return_error_details: 'x', return_error_code: true })
  assert.equal(
    encodeSorted(data?.object ?? null),
    '{"error_x":{"http_body":"\\u003cgone\\u003e","http_body_encoding":"application/json","http_status_code":404}}',
  )
  assert.deepEqual([isComplete, error], [false, null])
  assert.equal(
    encodeSorted(apply({ return_error_details: 'x' }, 2).data?.object ?? null),
    '{"error_x":{"http_body":"\\u003cgone\\u003e","http_status_code":404}}',
  )
})

test('details without a usable name switch both off', () => {
  for (const name of ['', 5, {}, true])
    assert.throws(() => apply({ return_error_details: name, return_error_code: true }), { hasOwnStatus: false }, JSON.stringify(name))
})

test('bodies of errors are read only where they mean something', () => {
  const reads = (block: unknown, dialect: Dialect = 3) => readsErrorBodies(backendWith(block), quirksOf(dialect))
  assert.deepEqual(
    [reads({}), reads({ return_error_code: true }), reads({ return_error_details: 'x' }), reads({ return_error_code: true }, 2)],
    [false, true, true, false],
  )
})
