// What `_gw/compression` promises: the encoding that client and file agree on, only where it does no harm, and streams that stand still nowhere.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { describe, test } from 'node:test'
import zlib from 'node:zlib'
import { assert as assertAlways, constantFrom, property, uint8Array } from 'fast-check'
import { HeaderMap } from '../../../engine/headers.ts'
import { checkOptions, configOf, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { compressBytes, compressStream, compressWhole, type Encoding, ENCODINGS } from './encoders.ts'
import { compression } from './index.ts'
import { compileMediaTypes } from './media-types.ts'
import { chooseEncoding } from './negotiate.ts'

const DECODE = { br: zlib.brotliDecompressSync, gzip: zlib.gunzipSync, zstd: zlib.zstdDecompressSync } as const
const TEXT = 'compressible, '.repeat(200)
const BIG = JSON.stringify({ text: TEXT })

interface Asked {
  readonly block?: object
  readonly accept?: string | readonly string[]
  readonly request?: Readonly<Record<string, string>>
  readonly method?: string
  readonly status?: number
  readonly body?: string | Readable
  readonly fields?: string[]
  readonly noop?: boolean
  readonly blocks?: object
  readonly times?: number
}

async function ask({ block = {}, accept, request = {}, status = 200, body = BIG, fields = [], noop = false, ...more }: Asked) {
  const { method = 'GET', blocks = {}, times = 1 } = more
  const encoding = noop ? 'no-op' : 'json'
  const endpoint = {
    endpoint: '/e',
    output_encoding: encoding,
    input_headers: ['*'],
    backend: [{ url_pattern: '/b', encoding }],
    extra_config: { '_gw/compression': block, ...blocks },
  }
  const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [endpoint] }), {
    backend() {
      const headers = new HeaderMap(['Content-Type', 'application/json', ...fields])
      const response = makeBackendResponse('', { statusCode: status, headers, body: typeof body === 'string' ? Buffer.from(body) : body })
      return Promise.resolve(response)
    },
  })
  const given = { target: '/e', method, headers: { ...request, ...(accept === undefined ? null : { 'Accept-Encoding': accept }) } }
  let exchange = await gateway.ask(given)
  for (let i = 1; i < times; i++) exchange = await gateway.ask(given)
  // Large bodies are written later.
  if (method === 'GET') while (exchange.kept.bytes === null) await new Promise(setImmediate)
  const { responseHeaders: headers, kept } = exchange
  const used = headers.get('Content-Encoding') as Encoding | undefined
  const bytes = kept.bytes ?? Buffer.alloc(0)
  return {
    used,
    headers,
    bytes,
    text: used !== undefined && used in DECODE && bytes.length > 0 ? DECODE[used](bytes).toString() : bytes.toString(),
  }
}

describe('negotiation', () => {
  const cases: [accept: string, chosen: string | null][] = [
    ['gzip, br', 'br'],
    ['br;q=0.2, gzip;q=0.9', 'gzip'],
    ['br;q=0, identity', null],
    ['', null],
    ['*', 'br'],
    ['*;q=0.5, br;q=0', 'gzip'],
    ['gzip;q=0.5, identity', null],
    ['gzip;q=0.5, identity;q=0.5', 'gzip'],
    ['identity;q=0', null],
    ['*;q=0', null],
    ['GZIP ; Q=1', 'gzip'],
    ['x-gzip', 'gzip'],
    ['deflate, zstd', null],
    ['br;q=x, gzip;q=0.001', 'gzip'],
    ['br;q=2', null],
    [' , ,gzip,', 'gzip'],
  ]
  for (const [accept, chosen] of cases) test(`${accept} → ${chosen}`, () => assert.equal(chooseEncoding(['br', 'gzip'], accept), chosen))

  test('the order of the file decides among equals', () => {
    assert.equal(chooseEncoding(['zstd', 'gzip', 'br'], 'br, gzip, zstd'), 'zstd')
  })
})

test('media types may have stars, and events are never one', () => {
  const isListed = compileMediaTypes(['text/*', 'application/*+json', 'image/svg+xml'])
  for (const type of ['text/html; charset=utf-8', 'TEXT/plain', 'application/problem+json', 'image/svg+xml ;x=1'])
    assert.ok(isListed(type), type)
  for (const type of [
    'text/event-stream',
    'Text/Event-Stream;charset=utf-8',
    'application/json',
    'image/svgxml',
    'xtext/a',
    'application/a/b+json',
  ])
    assert.ok(!isListed(type), type)
})

describe('an answer', () => {
  for (const encoding of ENCODINGS)
    test(`in ${encoding}, whole, from memory and as a stream`, async () => {
      const whole = await ask({ block: { encodings: [encoding] }, accept: encoding, fields: ['Etag', '"1"', 'Accept-Ranges', 'bytes'] })
      assert.deepEqual([whole.used, whole.text], [encoding, BIG])
      assert.ok(whole.bytes.length < BIG.length / 4)
      const fields = ['Etag', '"1"', 'Accept-Ranges', 'bytes', 'Content-Md5', 'x', 'Content-Length', String(BIG.length)]
      const streamed = await ask({
        block: { encodings: [encoding] },
        accept: encoding,
        noop: true,
        fields,
        body: Readable.from([Buffer.from(BIG)]),
      })
      assert.deepEqual([streamed.used, streamed.text, streamed.headers.get('Etag')], [encoding, BIG, 'W/"1"'])
      for (const gone of ['Content-Length', 'Accept-Ranges', 'Content-Md5']) assert.equal(streamed.headers.has(gone), false, gone)
      const large = JSON.stringify({ text: TEXT.repeat(60) })
      assert.equal((await ask({ block: { encodings: [encoding] }, accept: encoding, body: large })).text, large)
    })

  test('tells caches that encodings differ, once, whatever this client gets', async () => {
    for (const accept of [undefined, 'br', 'identity'])
      assert.deepEqual((await ask(accept === undefined ? {} : { accept })).headers.values('Vary'), ['Accept-Encoding'])
    const small = await ask({ accept: 'br', body: '{"a":1}' })
    assert.deepEqual([small.used, small.headers.values('Vary')], [undefined, ['Accept-Encoding']])
    const own = await ask({ accept: 'br', noop: true, fields: ['Vary', 'Origin, accept-encoding'] })
    assert.deepEqual(own.headers.values('Vary'), ['Origin, accept-encoding'])
    const image = await ask({ accept: 'br', block: { types: ['text/*'] } })
    assert.deepEqual([image.used, image.headers.values('Vary')], [undefined, []])
  })

  test('stays as it is where a change would do harm', async () => {
    const harmless = { accept: 'gzip', noop: true } as const
    assert.equal((await ask(harmless)).used, 'gzip')
    assert.equal((await ask({ ...harmless, fields: ['Content-Encoding', 'deflate'] })).used, 'deflate')
    assert.equal((await ask({ ...harmless, fields: ['Cache-Control', 'public, no-transform'] })).used, undefined)
    assert.equal((await ask({ ...harmless, request: { 'Cache-Control': 'no-transform' } })).used, undefined)
    assert.equal((await ask({ ...harmless, status: 206, fields: ['Content-Range', 'bytes 0-9/10'] })).used, undefined)
    assert.equal((await ask({ ...harmless, status: 204 })).used, undefined)
    const fresh = await ask({ ...harmless, status: 304, fields: ['Etag', '"1"'] })
    assert.deepEqual([fresh.used, fresh.headers.get('Etag')], [undefined, 'W/"1"'])
    const short = Readable.from([Buffer.from('{}')])
    assert.equal((await ask({ ...harmless, body: short, fields: ['Content-Length', '2'] })).used, undefined)
  })

  test('to HEAD has the fields, and no length of other bytes', async () => {
    const { used, headers, bytes } = await ask({
      method: 'HEAD',
      blocks: { '_gw/route': { auto_head: true } },
      accept: 'gzip',
      noop: true,
      body: '',
      fields: ['Content-Length', '5000'],
    })
    assert.deepEqual([used, headers.has('Content-Length'), bytes.length], ['gzip', false, 0])
  })

  test('of a cache is encoded for each client', async () => {
    const blocks = { '_gw/cache': { ttl: '1m' } }
    const second = await ask({ accept: 'gzip', blocks, times: 2 })
    assert.match(second.headers.get('Cache-Status') ?? '', /hit/)
    assert.deepEqual([second.used, second.text], ['gzip', BIG])
  })
})

describe('a stream', () => {
  for (const encoding of ENCODINGS)
    test(`in ${encoding} holds nothing back`, async () => {
      const source = new PassThrough()
      const coded = compressStream(source, encoding)
      const decoder =
        encoding === 'br' ? zlib.createBrotliDecompress() : encoding === 'gzip' ? zlib.createGunzip() : zlib.createZstdDecompress()
      coded.pipe(decoder)
      for (const line of ['one\n', 'two\n']) {
        source.write(line)
        const [chunk] = (await once(decoder, 'data')) as [Buffer]
        assert.equal(chunk.toString(), line)
      }
      source.end()
      decoder.resume()
      await once(decoder, 'end')
    })

  test('breaks where its source breaks, and lets go of a source that nobody reads any more', async () => {
    const broken = new PassThrough()
    const coded = compressStream(broken, 'gzip')
    broken.destroy(new Error('cut'))
    await assert.rejects(once(coded, 'end'), /cut/)
    const left = new PassThrough()
    compressStream(left, 'gzip').destroy()
    await new Promise((resolve) => left.on('close', resolve))
    assert.ok(left.destroyed)
  })

  test('of a known, small size is one piece, and breaks as others do', async () => {
    const source = new PassThrough()
    const coded = compressWhole(source, 'gzip')
    source.write('one ')
    await new Promise(setImmediate)
    assert.equal(coded.readableLength, 0)
    source.end('two')
    const pieces = await Array.fromAsync(coded as AsyncIterable<Buffer>)
    assert.deepEqual([pieces.length, zlib.gunzipSync(Buffer.concat(pieces)).toString()], [1, 'one two'])
    const broken = new PassThrough()
    const cut = compressWhole(broken, 'gzip')
    broken.write('one ')
    broken.destroy(new Error('cut'))
    await assert.rejects(once(cut, 'end'), /cut/)
  })

  test('waits for a reader that takes nothing', async () => {
    let given = 0
    const source = new Readable({
      highWaterMark: 64 * 1024,
      read() {
        given++
        this.push(randomBytes(64 * 1024))
      },
    })
    const coded = compressStream(source, 'gzip')
    while (coded.readableLength < coded.readableHighWaterMark) await new Promise(setImmediate)
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
    assert.ok(given < 20, String(given))
    source.destroy()
  })

  test('beyond a number of them passes as it is', async () => {
    const open = Array.from({ length: 257 }, () => new PassThrough())
    const endpoint = {
      endpoint: '/e',
      output_encoding: 'no-op',
      backend: [{ url_pattern: '/b', encoding: 'no-op' }],
      extra_config: { '_gw/compression': {} },
    }
    let turn = 0
    const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [endpoint] }), {
      backend: () => Promise.resolve(makeBackendResponse('', { body: open[turn++] as PassThrough })),
    })
    const asked = open.map(() => gateway.ask({ target: '/e', headers: { 'Accept-Encoding': 'gzip' } }))
    await new Promise(setImmediate)
    for (const stream of open) stream.end('x')
    const used = (await Promise.all(asked)).map(({ responseHeaders }) => responseHeaders.get('Content-Encoding'))
    assert.deepEqual([used.filter((encoding) => encoding === 'gzip').length, used.at(-1)], [256, undefined])
    open.push(new PassThrough().end('x'))
    const later = await gateway.ask({ target: '/e', headers: { 'Accept-Encoding': 'gzip' } })
    assert.equal(later.responseHeaders.get('Content-Encoding'), 'gzip')
  })
})

test('whatever goes in comes out', () => {
  assertAlways(
    property(uint8Array({ maxLength: 3000 }), constantFrom(...ENCODINGS), (bytes, encoding) => {
      assert.deepEqual(Uint8Array.from(DECODE[encoding](compressBytes(bytes, encoding))), Uint8Array.from(bytes))
    }),
  )
})

test('check says what cannot be', () => {
  assert.match(checkOptions(compression, { encodings: [] }).join(), /names none/)
  assert.match(checkOptions(compression, { encodings: ['deflate'] }).join(), /must be|one of/)
  assert.match(checkOptions(compression, { types: ['json'] }).join(), /is no media type/)
  assert.deepEqual(checkOptions(compression, { encodings: ['zstd'], min_size: 0, types: ['*/*'] }), [])
})
