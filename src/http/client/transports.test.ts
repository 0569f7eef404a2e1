import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scope } from '../../engine/scope.ts'
import { configWith, ok, requestTo, startBackend } from '../test-support.ts'
import { createTransports } from './transports.ts'

test('the same settings share connections, other settings have their own', async () => {
  const backend = await startBackend((_request, socket) => socket.write(ok('x')))
  const transports = createTransports(configWith())
  const limited = transports.sendWith({ responseHeaderTimeoutMs: 5000 })
  assert.equal(transports.sendWith({}), transports.send)
  assert.equal(transports.sendWith({ responseHeaderTimeoutMs: 5000 }), limited)
  assert.notEqual(limited, transports.send)
  try {
    for (const send of [transports.send, transports.send, limited]) await send(requestTo(backend.origin, '/'), Scope.root())
    assert.equal(backend.sockets.length, 2)
    await transports.close()
    for (const send of [transports.send, limited]) await send(requestTo(backend.origin, '/'), Scope.root())
    assert.equal(backend.sockets.length, 4)
  } finally {
    await backend.close()
  }
})
