// Bodies that may be sent again: of a client that breaks one off nobody is blamed.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { BODY_LATE, CANCELED } from '../../engine/errors.ts'
import { streamBody } from '../../http/test-support.ts'
import { keepBody } from './repeatable-body.ts'

function broken(bytes: number, error: Error): Readable {
  return Readable.from(
    (async function* () {
      yield await Promise.resolve(Buffer.alloc(bytes))
      throw error
    })(),
  ).on('error', () => {})
}

test('a body that breaks off is that of a client who has left', async () => {
  await assert.rejects(Promise.resolve(keepBody(streamBody(broken(10, new Error('aborted'))))), CANCELED)
  const { body } = await keepBody(streamBody(broken(100_000, new Error('aborted'))))
  await assert.rejects(body.bytes(), CANCELED)
})

test('what the gateway says of it stays', async () => {
  await assert.rejects(Promise.resolve(keepBody(streamBody(broken(10, BODY_LATE)))), BODY_LATE)
})
