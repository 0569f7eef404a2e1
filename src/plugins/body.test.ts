// What becomes of a body when another takes its place, which may be made of it.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { bodyOf } from '../engine/body.ts'
import { Scope } from '../engine/scope.ts'
import { makeRequest } from '../testing/index.ts'
import { EndpointRequest } from './endpoint-request.ts'
import { paramNamesOf } from './params.ts'
import { RawResponse } from './response.ts'

function requestWith(text: string): EndpointRequest {
  return new EndpointRequest(makeRequest({ body: bodyOf(Buffer.from(text)) }), Scope.root(), { maxBody: 10, paramNames: paramNamesOf('/') })
}

function responseWith(body: Readable | string): RawResponse {
  return new RawResponse(null, body, { maxBody: 10, backend: null, status: 200, headers: null, complete: true, error: null })
}

function upperCase(body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> {
  assert.ok(body)
  return body.pipeThrough(
    new TransformStream({ transform: (chunk, to) => to.enqueue(Buffer.from(Buffer.from(chunk).toString().toUpperCase())) }),
  )
}

/** When what is piped has been read. */
function soon(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

test('a request goes on with a body that is made of the former one, however late that one is read', async () => {
  const request = requestWith('abc')
  request.body = upperCase(request.body)
  await soon()
  request.assertWhole()
  assert.equal(await request.text(), 'ABC')
})

test('a response goes on with a body that is made of the former one, however late that one is read', async () => {
  for (const body of [Readable.from([Buffer.from('abc')]), 'abc']) {
    const response = responseWith(body)
    response.body = upperCase(response.body)
    await soon()
    assert.equal(await response.text(), 'ABC')
  }
})

test('a stream that was made anew of a body is taken with it', async () => {
  const response = responseWith('abc')
  response.body = upperCase(response.body)
  assert.equal(await new Response(response.body).text(), 'ABC')
  assert.throws(() => response.takeBody(), { code: 'ERR_BODY_TAKEN' })
})

test('a body that is written while the former one is read stays', async () => {
  const response = responseWith('abc')
  const reading = response.text()
  response.body = 'new'
  assert.equal(await reading, 'abc')
  assert.equal(await response.text(), 'new')
})
