// Content types by first bytes, as Go's DetectContentType has them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sniffContentType } from './sniff.ts'

const bytes = (latin: string): Buffer => Buffer.from(latin, 'latin1')

test('texts by their first tag', () => {
  const html = 'text/html; charset=utf-8'
  assert.equal(sniffContentType('<!DOCTYPE html><p>x</p>'), html)
  assert.equal(sniffContentType(' \n\t<html lang="en">'), html)
  assert.equal(sniffContentType('<!-- x'), html)
  assert.equal(sniffContentType('<p>x'), html)
  assert.equal(sniffContentType('<paragraph>'), 'text/plain; charset=utf-8')
  assert.equal(sniffContentType('<p'), 'text/plain; charset=utf-8')
  assert.equal(sniffContentType('\n<?xml version="1.0"?><a/>'), 'text/xml; charset=utf-8')
  assert.equal(sniffContentType('<?XML version="1.0"?>'), 'text/plain; charset=utf-8')
})

test('everything without control bytes is text, also nothing at all', () => {
  assert.equal(sniffContentType(''), 'text/plain; charset=utf-8')
  assert.equal(sniffContentType('{"a":1}'), 'text/plain; charset=utf-8')
  assert.equal(sniffContentType('ünïcode ✓'), 'text/plain; charset=utf-8')
  assert.equal(sniffContentType(bytes('a\x1bb')), 'text/plain; charset=utf-8')
  assert.equal(sniffContentType(bytes('\x00\x01\x02\x03\xff')), 'application/octet-stream')
  assert.equal(sniffContentType(bytes('text\x08')), 'application/octet-stream')
})

test('magic numbers', () => {
  const cases: [string, string][] = [
    ['%PDF-1.7', 'application/pdf'],
    ['\xfe\xff\x00a', 'text/plain; charset=utf-16be'],
    ['\xff\xfea\x00', 'text/plain; charset=utf-16le'],
    ['\xef\xbb\xbfa', 'text/plain; charset=utf-8'],
    ['\x89PNG\r\n\x1a\n', 'image/png'],
    ['GIF89a..', 'image/gif'],
    ['\xff\xd8\xff\xe0', 'image/jpeg'],
    ['RIFF\x01\x02\x03\x04WEBPVP8', 'image/webp'],
    ['RIFF\x01\x02\x03\x04WAVEfmt', 'audio/wave'],
    ['RIFF\x01\x02\x03\x04AVI LIST', 'video/avi'],
    ['\x1aE\xdf\xa3\x01', 'video/webm'],
    [`${'\x01'.repeat(34)}LP`, 'application/vnd.ms-fontobject'],
    ['wOF2\x00', 'font/woff2'],
    ['\x1f\x8b\x08\x00', 'application/x-gzip'],
    ['PK\x03\x04', 'application/zip'],
    ['\x00asm\x01\x00', 'application/wasm'],
  ]
  for (const [body, contentType] of cases) assert.equal(sniffContentType(bytes(body)), contentType, JSON.stringify(body))
})

test('MP4 by the brands of its first box', () => {
  assert.equal(sniffContentType(bytes('\x00\x00\x00\x14ftypmp42\x00\x00\x00\x00isom')), 'video/mp4')
  assert.equal(sniffContentType(bytes('\x00\x00\x00\x14ftypisom\x00\x00\x00\x00mp41')), 'video/mp4')
  assert.equal(sniffContentType(bytes('\x00\x00\x00\x10ftypisommp42mp41')), 'application/octet-stream', 'the version is no brand')
  assert.equal(sniffContentType(bytes('\x00\x00\x00\x7fftypmp42\x00\x00\x00\x00isom')), 'application/octet-stream')
})

test('only the first 512 bytes count', () => {
  assert.equal(sniffContentType(bytes(`${'a'.repeat(512)}\x00`)), 'text/plain; charset=utf-8')
  assert.equal(sniffContentType(bytes(`${'a'.repeat(511)}\x00`)), 'application/octet-stream')
})
