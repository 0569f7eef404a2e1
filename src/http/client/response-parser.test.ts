import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { MalformedResponse } from './response-fields.ts'
import { ResponseParser } from './response-parser.ts'

class Recorder {
  statusCode = 0
  fields: string[] = []
  length: number | null = -1
  body = ''
  ends = 0
  /** Interim responses and fields behind the body. */
  readonly beside: string[] = []

  onHead(statusCode: number, fields: string[], length: number | null): void {
    this.statusCode = statusCode
    this.fields = fields
    this.length = length
  }

  onData(buffer: Buffer, start: number, end: number): boolean {
    this.body += buffer.toString('latin1', start, end)
    return true
  }

  onEnd(): void {
    this.ends++
  }

  onInterim(statusCode: number, fields: string[]): void {
    this.beside.push(`${statusCode} ${fields.join('|')}`)
  }

  onTrailers(fields: string[]): void {
    this.beside.push(fields.join('|'))
  }

  onPause(): void {}
}

function parse(
  text: string,
  method = 'GET',
  cuts: readonly number[] = [],
  wantsTrailers = false,
): { parser: ResponseParser; got: Recorder } {
  const parser = new ResponseParser()
  const got = new Recorder()
  parser.begin(method, false, wantsTrailers)
  const bytes = Buffer.from(text, 'latin1')
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    const to = Math.min(bytes.length, Math.max(from, cut))
    if (to > from) {
      // What stands behind the fresh bytes is left from an earlier read.
      const stale = Buffer.from('\r\n\r\n0\r\n\r\n')
      parser.feed(Buffer.concat([bytes.subarray(from, to), stale]), to - from, got)
    }
    from = to
  }
  return { parser, got }
}

const SAMPLES: readonly [string, string, string][] = [
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx-a: 1\r\nX-A:\t2 \r\n\r\nhello', 'hello'],
  [
    'chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x="y"\r\nabc\r\n0a\r\n0123456789\r\n0\r\nT: 1\r\n\r\n',
    'abc0123456789',
  ],
  ['interim responses', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nLink: y\r\n\r\nHTTP/1.1 200\r\nContent-Length: 1\r\n\r\nz', 'z'],
  ['line feeds alone', 'HTTP/1.1 200 OK\nContent-Length: 6\n\n\r\n\r\n\r\n', '\r\n\r\n\r\n'],
]

for (const [name, text, body] of SAMPLES) {
  test(`${name}, however it is cut`, () => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const sorted = cuts.sort((a, b) => a - b)
        const { parser, got } = parse(text, 'GET', sorted)
        assert.equal(got.statusCode, 200)
        assert.equal(got.body, body)
        assert.equal(got.ends, 1)
        assert.equal(parser.isDone, true)
        assert.equal(parser.keepsAlive, true)
      }),
    )
  })
}

test('names become canonical, repetitions stay, fields of the connection go', () => {
  const { got } = parse(
    'HTTP/1.1 200 OK\r\nx-a: 1\r\nKeep-Alive: timeout=5\r\nConnection: keep-alive\r\nX-A: 2\r\nX-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n',
  )
  assert.deepEqual(got.fields, ['X-A', '1', 'X-A', '2', 'X-Folded', 'a b', 'Content-Length', '0'])
})

test('what Connection names belongs to it as well, but for what says how the answer is to be read', () => {
  const { got } = parse(
    'HTTP/1.1 200 OK\r\nX-Hop: 1\r\nX-A: 2\r\nConnection: x-hop, Keep-Alive\r\nx-hop: 3\r\nConnection: cache-control, X-More\r\nCache-Control: private\r\nX-More: 4\r\nContent-Length: 0\r\n\r\n',
  )
  assert.deepEqual(got.fields, ['X-A', '2', 'Cache-Control', 'private', 'Content-Length', '0'])
})

test('interim responses are told, fields behind the body where somebody wants them', () => {
  const text =
    'HTTP/1.1 103 x\r\nlink: y\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx-sum: 1\r\nX-B:\r\n\r\n'
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const { got, parser } = parse(
        text,
        'GET',
        cuts.sort((a, b) => a - b),
        true,
      )
      assert.deepEqual([got.beside, got.body, got.ends, parser.keepsAlive], [['103 Link|y', 'X-Sum|1|X-B|'], 'a', 1, true])
    }),
  )
  assert.deepEqual(parse(text).got.beside, ['103 Link|y'])
})

test('fields behind a body that are none, or too many, break the response', () => {
  const begun = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n'
  for (const wrong of ['no field\r\n', 'X-A: \x01\r\n', `X-A: ${'x'.repeat(4000)}\r\n`.repeat(20)])
    assert.throws(() => parse(`${begun}${wrong}\r\n`, 'GET', [], true), MalformedResponse)
})

test('no body where there is none by definition', () => {
  assert.equal(parse('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 'HEAD').got.ends, 1)
  assert.equal(parse('HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n').got.ends, 1)
  assert.equal(parse('HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n').got.ends, 1)
})

test('a body without length ends with the connection', () => {
  const { parser, got } = parse('HTTP/1.1 200 OK\r\n\r\nabc')
  assert.equal(got.ends, 0)
  assert.equal(parser.finish(got), true)
  assert.equal(got.ends, 1)
  assert.equal(parser.keepsAlive, false)
})

test('an unfinished body is not finished by the end of the connection', () => {
  for (const text of [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
    'HTTP/1.1 200 OK\r\n',
  ]) {
    const { parser, got } = parse(text)
    assert.equal(parser.finish(got), false, text)
    assert.equal(got.ends, 0)
  }
})

test('bytes after the end are not taken for another response', () => {
  const { parser, got } = parse('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n')
  assert.equal(got.body, 'x')
  assert.equal(got.ends, 1)
  assert.equal(parser.keepsAlive, false)
})

test('whether the connection stays', () => {
  const head = (version: string, fields: string): boolean =>
    parse(`HTTP/${version} 200 OK\r\n${fields}Content-Length: 0\r\n\r\n`).parser.keepsAlive
  assert.equal(head('1.1', ''), true)
  assert.equal(head('1.1', 'Connection: foo, Close\r\n'), false)
  assert.equal(head('1.0', ''), false)
  assert.equal(head('1.0', 'Connection: keep-alive\r\n'), true)
})

test('length and chunks together: chunks count, and the connection is not used again', () => {
  const { parser, got } = parse('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n')
  assert.equal(got.body, 'abc')
  assert.deepEqual(got.fields, [])
  assert.equal(parser.keepsAlive, false)
})

test('what is no HTTP', () => {
  const bad = [
    'nonsense\r\n\r\n',
    'HTTP/2.0 200 OK\r\n\r\n',
    'HTTP/1.1 20 OK\r\n\r\n',
    'HTTP/1.1 2000 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
    'HTTP/1.1 200 OK\r\n x: 1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX: \u0000\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 07\r\n\r\n{"a":1}',
    'HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(5000)}`,
    'HTTP/1.1 100 Continue\r\n\r\n'.repeat(6),
  ]
  for (const text of bad) assert.throws(() => parse(text), MalformedResponse, JSON.stringify(text.slice(0, 80)))
})

test('a length that comes twice is one, where it is the same text', () => {
  const { got } = parse('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length:  2 \r\n\r\nab')
  assert.deepEqual([got.fields, got.body], [['Content-Length', '2'], 'ab'])
  assert.throws(() => parse('HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 07\r\n\r\n'), /; got \["7" "07"\]$/)
})

test('a head without end is given up', () => {
  assert.throws(() => parse(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(11 * 1024 * 1024)}`), /exceeded/)
})

test('a head that comes again is read as the first time, and nobody sees what was done to it before', () => {
  const parser = new ResponseParser()
  const ask = (text: string): Recorder => {
    const got = new Recorder()
    const bytes = Buffer.from(text, 'latin1')
    parser.begin('GET')
    parser.feed(bytes, bytes.length, got)
    return got
  }
  const first = ask('HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nab')
  first.fields.length = 0
  const again = ask('HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\ncd')
  assert.deepEqual([again.fields, again.length, again.body, again.ends], [['X-A', '1', 'Content-Length', '2'], 2, 'cd', 1])
  const other = ask('HTTP/1.1 404 NO\r\nX-A: 2\r\nContent-Length: 1\r\n\r\ne')
  assert.deepEqual([other.statusCode, other.fields, other.body], [404, ['X-A', '2', 'Content-Length', '1'], 'e'])
})

test('a status line may have more blanks, and another version', () => {
  for (const line of ['HTTP/1.1  200 OK', 'HTTP/1.2 200', 'HTTP/1.9   200 Very OK']) {
    const { parser, got } = parse(`${line}\r\nContent-Length: 1\r\n\r\nx`)
    assert.deepEqual([got.statusCode, got.body, parser.keepsAlive], [200, 'x', true], line)
  }
  for (const line of ['HTTP/1 200 OK', 'HTTP/0.9 200 OK', 'HTTP/1.1\t200 OK', 'HTTP/1.1 20 OK', ' HTTP/1.1 200 OK', 'HTTP/11.1 200 OK']) {
    assert.throws(() => parse(`${line}\r\n\r\n`), MalformedResponse, line)
  }
})

test('a name with a blank spoils nothing, and says nothing', () => {
  const { got } = parse('HTTP/1.1 200 OK\r\nX Space: 1\r\n folded\r\nContent-Length : 9\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nab')
  assert.deepEqual(got.fields, ['X-A', '1', 'Content-Length', '2'])
  assert.equal(got.body, 'ab')
  for (const line of ['X(: 1', 'X\t: 1', ': none', 'none'])
    assert.throws(() => parse(`HTTP/1.1 200 OK\r\n${line}\r\n\r\n`), MalformedResponse, line)
})

test('folded lines go on with their own field, and never with a length', () => {
  const { got } = parse('HTTP/1.1 200 OK\r\nX-A: 1\r\nConnection: close\r\n x\r\nContent-Length: 0\r\n\r\n')
  assert.deepEqual(got.fields, ['X-A', '1', 'Content-Length', '0'])
  for (const line of ['Content-Length: 1\r\n 2', 'Transfer-Encoding: chunked\r\n x']) {
    assert.throws(() => parse(`HTTP/1.1 200 OK\r\n${line}\r\n\r\nx`), MalformedResponse, line)
  }
})
