// Bodies that may be sent again: of a client that breaks one off nobody is blamed.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { BODY_LATE, BODY_TOO_LARGE, CANCELED } from '../../engine/errors.ts'
import { ClientBody } from '../../http/server/client-body.ts'
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

/** A client's body as the server has it, without its end. */
function bodyOfClient(length: number | null): { body: ClientBody; source: Readable } {
  const source = new Readable({ read() {} })
  source.push(Buffer.alloc(99_999))
  source.push(Buffer.alloc(1))
  return { body: new ClientBody(source, length, null), source }
}

for (const [name, length] of [
  ['known', 100_000],
  ['not known', null],
] as const) {
  test(`whoever reads it sets the limit: length ${name}`, { timeout: 5000 }, async () => {
    const { body, source } = bodyOfClient(length)
    const { body: own } = await keepBody(body)
    await assert.rejects(own.bytes(99_999), BODY_TOO_LARGE)
    // A source that is destroyed takes the client's connection with it.
    assert.equal(source.destroyed, false)
  })
  test(`it takes the client as long as it took: length ${name}`, async () => {
    const { body, source } = bodyOfClient(length)
    source.push(null)
    const { body: own } = await keepBody(body)
    assert.equal((await own.bytes()).length, 100_000)
    assert.equal((await own.bytes()).length, 100_000)
    assert.ok(own.clientMs > 0)
    assert.equal(own.clientMs, body.clientMs)
  })
}
