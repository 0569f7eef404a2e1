// Streams that break before their first byte: what is known has left, and nothing looks complete.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import tls from 'node:tls'
import type { ServerTlsConfig } from '../../config/types.ts'
import type { Exchange } from '../../engine/types.ts'
import { PEM, writeCertificates } from '../tls/test-certificates.ts'
import { CLOSE, exchangeRaw, readToEnd, serve } from '../test-support.ts'

/** `/9` says a length. */
async function answerBroken(exchange: Exchange): Promise<void> {
  const body = new Readable({ read() {} })
  exchange.responseHeaders.set('X-Known', 'yes')
  if (exchange.path !== '/') exchange.responseHeaders.set('Content-Length', exchange.path.slice(1))
  setImmediate(() => body.destroy(new Error('broken')))
  await exchange.answerStream(206, body).catch(() => {})
}

test('status and fields leave, and neither the length nor the last chunk follows', async () => {
  await serve(answerBroken, async (port) => {
    assert.match(await exchangeRaw(port, `GET / HTTP/1.1\r\n${CLOSE}`), /^HTTP\/1\.1 206 .*X-Known: yes.*chunked\r\n\r\n$/s)
    assert.match(await exchangeRaw(port, `GET /9 HTTP/1.1\r\n${CLOSE}`), /^HTTP\/1\.1 206 .*Content-Length: 9\r\n.*\r\n\r\n$/s)
    assert.match(await exchangeRaw(port, 'GET /9 HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 206 .*Content-Length: 9\r\n.*\r\n\r\n$/s)
  })
})

test('the end of the connection is no end of an answer that nobody has begun to send', async () => {
  await serve(answerBroken, async (port) => assert.equal(await exchangeRaw(port, 'GET / HTTP/1.0\r\n\r\n'), ''))
})

test('over TLS as well', async () => {
  const { path, remove } = writeCertificates()
  const section: ServerTlsConfig = {
    newestVersion: 'TLS13',
    minVersion: '',
    maxVersion: '',
    curvePreferences: [],
    cipherSuites: [],
    isDisabled: false,
    keys: [{ publicKey: path('a.pem'), privateKey: path('a.key') }],
    legacyPair: null,
    enableMtls: false,
    caCerts: [],
    ownAuthorities: [],
    disableSystemCaPool: true,
  }
  const use = async (port: number): Promise<void> => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca: PEM['ca.pem'] })
    socket.on('error', () => {})
    socket.write(`GET / HTTP/1.1\r\n${CLOSE}`)
    assert.match(await readToEnd(socket), /^HTTP\/1\.1 206 .*X-Known: yes.*chunked\r\n\r\n$/s)
  }
  try {
    await serve(answerBroken, use, { tls: section })
  } finally {
    remove()
  }
})
