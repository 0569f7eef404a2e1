// Names that strangers choose leave nothing behind in the tables of the whole process.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_BODY } from '../../engine/body.ts'
import { MAX_REMEMBERED_LENGTH } from '../../engine/few-texts.ts'
import { HeaderMap, rememberedNames } from '../../engine/headers.ts'
import { rememberedRequestNames, requestHead } from './request-head.ts'
import { Framing, readField, rememberedResponseNames } from './response-fields.ts'

const LONG = Array.from({ length: 50 }, (_, index) => `n${index}-${'x'.repeat(MAX_REMEMBERED_LENGTH)}`)

test('long names of clients leave nothing behind', () => {
  const before = rememberedNames()
  assert.equal(HeaderMap.fromClient(LONG.flatMap((name) => [name, '1'])).names().length, LONG.length)
  assert.equal(rememberedNames(), before)
  HeaderMap.fromClient(['x-short-and-new', '1'])
  assert.equal(rememberedNames(), before + 1)
})

test('long names of requests to backends leave nothing behind', () => {
  const send = (names: readonly string[]): string => {
    const headers = new HeaderMap(names.flatMap((name) => [name, '1']))
    const request = { method: 'GET', origin: 'http://h', path: '/', headers, body: NO_BODY, wantsStream: false }
    const options = { isProxied: false, host: 'h', authorization: null, proxyAuthorization: null, asksForGzip: false, closes: false }
    return requestHead(request, options).text
  }
  const before = rememberedRequestNames()
  assert.match(send(LONG), /n49-x+: 1\r\n/)
  assert.equal(rememberedRequestNames(), before)
  send(['X-Short-And-New'])
  assert.equal(rememberedRequestNames(), before + 1)
})

test('long names of answers leave nothing behind', () => {
  const receive = (name: string): string[] => {
    const fields: string[] = []
    const line = `${name}: 1`
    readField(line, 0, line.length, fields, new Framing(false))
    return fields
  }
  const before = rememberedResponseNames()
  for (const name of LONG) assert.equal(receive(name)[1], '1')
  assert.equal(rememberedResponseNames(), before)
  receive('X-Short-And-New')
  assert.equal(rememberedResponseNames(), before + 1)
})
