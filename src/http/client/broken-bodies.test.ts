// Bodies that cannot be read to their end, and those that are too large to keep.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import zlib from 'node:zlib'
import { wholeBody } from '../../engine/body.ts'
import { SendError } from '../../engine/errors.ts'
import type { BackendRequest, BackendResponse } from '../../engine/types.ts'
import { configWith, requestTo, send, startBackend } from '../test-support.ts'
import { createTransport } from './transport.ts'

/** Asks a backend that says `bytes` and closes. */
async function ask(bytes: Buffer, changes: Partial<BackendRequest>): Promise<BackendResponse> {
  const backend = await startBackend((_request, socket) => socket.end(bytes))
  const transport = createTransport(configWith())
  try {
    return await send(transport, requestTo(backend.origin, '/', changes))
  } finally {
    await transport.close()
    await backend.close()
  }
}

function counted(body: string | Buffer, fields = '', length = Buffer.byteLength(body)): Buffer {
  return Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${fields}Content-Length: ${length}\r\n\r\n`), Buffer.from(body)])
}

const GZIP = 'Content-Encoding: gzip\r\n'
const PACKED = zlib.gzipSync('{"a":1}')
/** With an extra field, a name, a comment and a checksum of the header. */
const DECORATED = Buffer.concat([
  PACKED.subarray(0, 3),
  Buffer.of(2 | 4 | 8 | 16),
  PACKED.subarray(4, 10),
  Buffer.from('\x02\0xyname\0comment\0cc', 'latin1'),
  PACKED.subarray(10),
])

const BROKEN: Readonly<Record<string, readonly [Buffer, bytes: string, words: string]>> = {
  'less than announced': [counted('{"a":1}', '', 50), '{"a":1}', 'unexpected EOF'],
  'no last chunk': [Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nd'), 'abcd', 'unexpected EOF'],
  'a bad chunk': [
    Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n'),
    'a',
    'invalid byte in chunk length',
  ],
  'gzip with bytes behind it': [counted(Buffer.concat([PACKED, Buffer.from('xyz')]), GZIP), '{"a":1}', 'gzip: invalid header'],
  'gzip without its checksum': [counted(PACKED.subarray(0, -8), GZIP), '{"a":1}', 'unexpected EOF'],
  'a decorated header, and bytes behind': [
    counted(Buffer.concat([DECORATED, Buffer.from('xyz')]), GZIP),
    '{"a":1}',
    'gzip: invalid header',
  ],
  'half a header of gzip': [counted(PACKED.subarray(0, 7), GZIP), '', 'unexpected EOF'],
  'no gzip': [counted('{"a":1}', GZIP), '', 'gzip: invalid header'],
  'gzip that is cut on its way': [counted(PACKED.subarray(0, -8), GZIP, 99), '{"a":1}', 'unexpected EOF'],
}

for (const [name, [bytes, expected, words]] of Object.entries(BROKEN)) {
  test(`${name}: an error, or what has come of it`, async () => {
    await assert.rejects(ask(bytes, {}), { name: 'SendError', code: 'ERR_BACKEND_BODY', phase: 'body', message: words, isRetriable: false })
    const kept = await ask(bytes, { keepsBrokenBody: true })
    assert.equal(kept.statusCode, 200)
    assert.equal(wholeBody(kept.body).toString(), expected)
    assert.ok(kept.bodyFailure instanceof SendError)
    assert.equal(kept.bodyFailure.message, words)
  })
}

test('what stands behind a whole gzip body is nothing to whoever passes it on, unless something is missing', async () => {
  const pass = (packed: Buffer) => ask(counted(packed, GZIP), { wantsStream: true })
  const large = Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * i * 31 + i) % 251))
  for (const [packed, plain] of [
    [PACKED, '{"a":1}'],
    [DECORATED, '{"a":1}'],
    [zlib.gzipSync(large, { level: 0 }), large],
  ] as const) {
    const { body, headers } = await pass(Buffer.concat([packed, Buffer.from('xyz')]))
    assert.deepEqual([Buffer.from(plain).equals(wholeBody(body)), headers.has('Content-Encoding')], [true, false])
  }
  const changed = Buffer.from(PACKED)
  changed[changed.length - 8] = (changed[changed.length - 8] as number) ^ 1
  const broken = [Buffer.concat([changed, Buffer.from('xyz')]), Buffer.concat([PACKED, PACKED.subarray(0, 12)]), PACKED.subarray(0, -3)]
  for (const packed of broken) await assert.rejects(pass(packed), { code: 'ERR_BACKEND_BODY' })
})

test('large bodies are salvaged as well', async () => {
  const text = Array.from({ length: 60_000 }, (_, i) => String((i * 2_654_435_761) % 4_294_967_296)).join(',')
  const packed = Buffer.concat([zlib.gzipSync(text), Buffer.from('xyz')])
  assert.ok(packed.length > 100_000)
  const kept = await ask(counted(packed, GZIP), { keepsBrokenBody: true })
  assert.equal(wholeBody(kept.body).toString(), text)
  assert.equal(kept.bodyFailure?.message, 'gzip: invalid header')
})

test('no more is kept than may be, whatever is announced and however it is packed', async () => {
  const tooLarge = { code: 'ERR_BACKEND_TOO_LARGE', phase: 'body', message: 'response body of more than 1000 bytes' }
  const chunked = (size: number): Buffer =>
    Buffer.from(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`)
  const packed = (size: number): Buffer => counted(zlib.gzipSync('x'.repeat(size)), GZIP)
  const noise = zlib.gzipSync(Buffer.from(Array.from({ length: 40_000 }, (_, i) => (i * i * 31 + i) % 251)))
  for (const make of [(size: number) => counted('x'.repeat(size)), chunked, packed]) {
    assert.equal(((await ask(make(1000), { maxBodyBytes: 1000 })).body as Buffer).length, 1000)
    await assert.rejects(ask(make(1001), { maxBodyBytes: 1000 }), tooLarge)
    const kept = await ask(make(100_000), { maxBodyBytes: 1000, keepsBrokenBody: true })
    assert.ok((kept.body as Buffer).length <= 1000)
    assert.equal(kept.bodyFailure?.code, tooLarge.code)
  }
  await assert.rejects(ask(counted(noise, GZIP), { maxBodyBytes: noise.length + 1 }), { code: tooLarge.code })
  await assert.rejects(ask(packed(1_000_000), { maxBodyBytes: 1000 }), tooLarge)
})
