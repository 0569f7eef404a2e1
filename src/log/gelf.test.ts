// Records of GELF and their datagrams, the blocks of GELF and logstash, and what both make of the log's lines.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { checkOptions } from '../testing/index.ts'
import { gelfBlock, readGelf } from './gelf-block.ts'
import { gelfDatagrams, gelfRecord } from './gelf-record.ts'
import { compileFormat } from './line-format.ts'
import { readLogging } from './logging-block.ts'
import { logstashBlock } from './logstash-block.ts'

const INIT = { host: 'gw-1', facility: 'krakend' }
const TIME = new Date(2026, 7, 4, 12, 0, 0, 123)

function formatOf(blocks: Record<string, unknown>): (message: string, frames?: string[]) => string {
  const context = { dialect: 3, now: () => TIME, pid: 42, program: 'krakend', host: 'gw-1' } as const
  const format = compileFormat(readLogging(new Map(Object.entries(blocks))), context)
  return (message, frames = []) => format('error', message, frames)
}

test('a record has the first line, and all lines where there are several', () => {
  const [one, many] = ['[KRAKEND]hello\n', 'first\nsecond\n'].map((text) => JSON.parse(gelfRecord(text, 1_786_000_000_123, INIT)) as object)
  const common = { version: '1.1', host: 'gw-1', timestamp: 1_786_000_000.123, level: 6, facility: 'krakend' }
  assert.deepEqual(one, { ...common, short_message: '[KRAKEND]hello' })
  assert.deepEqual(many, { ...common, short_message: 'first', full_message: 'first\nsecond' })
  assert.ok(!gelfRecord('x', 0, { ...INIT, facility: '' }).includes('facility'))
})

test('datagrams of at most 1420 bytes give the record back; one that needs more than 128 is refused', () => {
  const id = Buffer.from('12345678')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 128 * 1408 }), (length) => {
      const packed = Buffer.alloc(length, 'x')
      const datagrams = gelfDatagrams(packed, () => id) as Buffer[]
      assert.ok(datagrams.every((datagram) => datagram.length <= 1420))
      if (length <= 1420) return assert.deepEqual(datagrams, [packed])
      for (const [i, datagram] of datagrams.entries())
        assert.equal(datagram.toString('latin1', 0, 12), `\u001e\u000f12345678${String.fromCharCode(i, datagrams.length)}`)
      assert.deepEqual(Buffer.concat(datagrams.map((datagram) => datagram.subarray(12))), packed)
      return undefined
    }),
  )
  assert.equal(
    gelfDatagrams(Buffer.alloc(128 * 1408 + 1), () => id),
    null,
  )
})

test('addresses of servers, and what is wrong with others', () => {
  const read = (address: unknown): unknown => readGelf(new Map([['telemetry/gelf', { address, enable_tcp: true }]]))
  assert.deepEqual(read('graylog:12201'), { address: 'graylog:12201', host: 'graylog', port: 12201, isTcp: true })
  assert.deepEqual(read('[::1]:1'), { address: '[::1]:1', host: '::1', port: 1, isTcp: true })
  assert.deepEqual(read(':12201'), { address: ':12201', host: 'localhost', port: 12201, isTcp: true })
  assert.deepEqual(read(7), { problem: 'missing addr to send gelf logs' })
  assert.deepEqual(read('graylog'), { problem: 'address graylog: missing port in address' })
  assert.equal(readGelf(new Map()), null)
  assert.deepEqual(checkOptions(gelfBlock, { address: 'h:0' }), ['error address: address h:0: invalid port: nothing is sent'])
  assert.deepEqual(checkOptions(gelfBlock, { address: 'h:1' }), [])
})

describe('telemetry/logstash', () => {
  test('the message becomes JSON with sorted keys, and the prefix its module', () => {
    const blocks = {
      'telemetry/logstash': {},
      'telemetry/logging': { level: 'INFO', stdout: true, prefix: '[GW]', format: 'custom', custom_format: '%{message}' },
    }
    const line = formatOf(blocks)('<a> & "b"', ['    at x'])
    assert.match(line, /^\{"@timestamp":"2026-08-04T12:00:00\.123000(Z|[+-]\d\d:\d\d)","@version":1,"host":"gw-1","level":"ERROR",/)
    assert.ok(line.includes(String.raw`"message":"\u003ca\u003e \u0026 \"b\"\n    at x","module":"[GW]"}`), line)
    assert.equal(line.indexOf('\n'), line.length - 1)
  })
  test('whatever stands in a message, a line is one JSON object', () => {
    const blocks = {
      'telemetry/logstash': {},
      'telemetry/logging': { level: 'INFO', stdout: true, format: 'custom', custom_format: '%{message}' },
    }
    const format = formatOf(blocks)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const line = format(message)
        assert.equal(line.indexOf('\n'), line.length - 1)
        assert.equal((JSON.parse(line) as { module: string }).module, 'KRAKEND')
      }),
    )
  })
  test('in other formats the JSON is the message', () => {
    assert.match(
      formatOf({ 'telemetry/logstash': null, 'telemetry/logging': { level: 'INFO', stdout: true } })('x'),
      /▶ ERROR\S+ \{"@timestamp":/,
    )
  })
  test('a block that is told to be off is on all the same, and check says so', () => {
    assert.deepEqual(checkOptions(logstashBlock, { enabled: false }), ['warning enabled: is never read: messages become JSON all the same'])
    assert.deepEqual(checkOptions(logstashBlock, { enabled: true }), [])
  })
})

test('with a GELF server standard output has the default format', () => {
  const logging = { level: 'INFO', stdout: true, prefix: '[GW]', format: 'custom', custom_format: '%{message}' }
  const gelf = { address: 'h:1' }
  assert.match(formatOf({ 'telemetry/logging': logging, 'telemetry/gelf': gelf })('x'), /^\[GW\] 2026\/08\/04 - /)
  assert.match(formatOf({ 'telemetry/logging': logging, 'telemetry/gelf': {} })('x'), /^x\n$/)
})
