// Which parts of a body a Range field gives, and how several become one body.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinRanges, readRanges } from './ranges.ts'

test('ranges end with the body, and never come to more than it', () => {
  assert.deepEqual(readRanges('bytes=2-4', 10), [{ start: 2, end: 4 }])
  assert.deepEqual(readRanges('Bytes=7-', 10), [{ start: 7, end: 9 }])
  assert.deepEqual(readRanges('bytes=7-999999999999', 10), [{ start: 7, end: 9 }])
  assert.deepEqual(readRanges('bytes=0-1, 8-9', 10), [
    { start: 0, end: 1 },
    { start: 8, end: 9 },
  ])
  assert.equal(readRanges(`bytes=${'0-,'.repeat(900)}0-`, 10), 'all')
})

test('those that cannot be satisfied are none, those that are no numbers an error', () => {
  for (const field of ['bytes=4-2', 'bytes=99-', 'bytes=1', 'bytes=1-2-3', '']) assert.equal(readRanges(field, 10), null, field)
  assert.equal(readRanges('bytes=0-', 0), null)
  assert.throws(() => readRanges('bytes=-5', 10), { message: 'strconv.Atoi: parsing "": invalid syntax' })
})

test('several are parts of one body, each with its place', () => {
  const { body, contentType } = joinRanges(
    Buffer.from('0123456789'),
    [
      { start: 0, end: 1 },
      { start: 8, end: 9 },
    ],
    'text/x',
  )
  const boundary = contentType.replace('multipart/byteranges; boundary=', '')
  const part = (range: string, bytes: string) =>
    `--${boundary}\r\nContent-Range: bytes ${range}/10\r\nContent-Type: text/x\r\n\r\n${bytes}\r\n`
  assert.equal(body.toString(), `${part('0-1', '01')}${part('8-9', '89')}--${boundary}--\r\n`)
})
