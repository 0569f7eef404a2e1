// Bodies whose reading is given up: the connection serves on, or says that it does not.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Exchange } from '../../engine/types.ts'
import { exchangeRaw, serve } from '../test-support.ts'

const LENGTH = 200 * 1024
const FIRST = 20 * 1024

const readers: Record<string, (exchange: Exchange) => Promise<unknown>> = {
  'too large for whoever reads it': ({ body }) => body.bytes(1024).catch(() => null),
  'as a stream, by a backend that answers at once': async ({ body }) => {
    const stream = body.stream()
    await once(stream, 'data')
    stream.removeAllListeners('data').pause()
  },
  'by an iterator': ({ body }) => body.stream()[Symbol.asyncIterator]().next(),
}

test('the connection ends where the reader has destroyed the body', { timeout: 10_000 }, async () => {
  const handle = async (exchange: Exchange): Promise<void> => {
    for await (const _chunk of exchange.body.stream()) break
    exchange.answer(413)
  }
  await serve(handle, async (port) => {
    const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${LENGTH}\r\n\r\n`
    assert.match(await exchangeRaw(port, head + 'a'.repeat(FIRST)), /^HTTP\/1\.1 413 .*\r\nConnection: close\r\n/s)
  })
})

for (const [name, read] of Object.entries(readers)) {
  test(`the next request is answered: ${name}`, { timeout: 10_000 }, async () => {
    const handle = async (exchange: Exchange): Promise<void> => {
      if (exchange.method === 'POST') await read(exchange)
      exchange.answer(exchange.method === 'POST' ? 413 : 200, exchange.path)
    }
    await serve(handle, async (port) => {
      const socket = net.connect(port, '127.0.0.1').setEncoding('latin1')
      socket.write(`POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: ${LENGTH}\r\n\r\n${'a'.repeat(FIRST)}`)
      const [first] = await once(socket, 'data')
      assert.match(String(first), /^HTTP\/1\.1 413 .*\/first$/s)
      assert.doesNotMatch(String(first), /Connection: close/)
      socket.write(`${'a'.repeat(LENGTH - FIRST)}GET /second HTTP/1.1\r\nHost: a\r\n\r\n`)
      const [second] = await Promise.race([once(socket, 'data'), sleep(3000, ['no answer'], { ref: false })])
      socket.destroy()
      assert.match(String(second), /^HTTP\/1\.1 200 .*\/second$/s)
    })
  })
}
