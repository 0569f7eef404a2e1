// What counts as passed on: everything that the target has taken, and nothing less.

import assert from 'node:assert/strict'
import { Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import { CANCELED } from '../../engine/errors.ts'
import { pump } from './pump.ts'

for (const [name, reason] of [
  ['without an error', undefined],
  ['with an error', new Error('reset')],
] as const) {
  test(`a target that is gone before it has finished: ${name}`, async () => {
    const target = new Writable({
      write: (_chunk, _encoding, done) => done(),
      final: () => void setImmediate(() => target.destroy(reason)),
    })
    let cuts = 0
    const pumped = pump(Readable.from([Buffer.from('last')]), target, { cut: () => cuts++, onBytes: () => {} })
    await assert.rejects(pumped, reason ?? CANCELED)
    assert.equal(cuts, 1)
  })
}
