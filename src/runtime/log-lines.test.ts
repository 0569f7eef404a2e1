import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger, type Sinks } from './log.ts'
import { makeConfig } from '../testing/index.ts'

function linesOf(dialect: 2 | 3, message: string, frames?: readonly string[]): string[] {
  let text = ''
  const none = (): never => assert.fail('neither GELF nor syslog is configured')
  const output: Sinks = { write: (piece) => void (text += piece), gelf: none, syslog: none }
  createLogger(output, makeConfig({ dialect })).error(message, frames)
  assert.ok(text.endsWith('\n'))
  return text.slice(0, -1).split('\n')
}

test('a message is one line, whatever stands in it', () => {
  for (const end of ['\n', '\r', '\r\n', '\u2028', '\u0085', '\u001b[2K\n']) {
    for (const dialect of [2, 3] as const) {
      const lines = linesOf(dialect, `said: x${end}2030/01/01 00:00:00 KRAKEND CRITICAL: forged`)
      assert.equal(lines.length, 1)
      assert.match(lines[0] as string, /ERROR: \[?said: x\\[^\u0000-\u001f]*forged\]?$/)
    }
  }
})

test('the frames of a stack are lines of their own, and each is one', () => {
  const lines = linesOf(3, 'Error: x', ['    at a (b.ts:1:2)', '    at c\nforged'])
  assert.deepEqual(lines.slice(1), ['    at a (b.ts:1:2)', '    at c\\nforged'])
})

test('no log has a secret of the file, neither standard output nor a GELF server nor syslog', () => {
  const written: string[] = []
  const sink = { write: (text: string) => void written.push(text), writeOrPrint: () => assert.fail('no access log') }
  const output: Sinks = { write: (text) => void written.push(text), gelf: () => sink, syslog: () => sink }
  const secrets = { values: [{ value: 'topsecret', reference: '${env:KEY}' }], files: [] }
  const blocks = { 'telemetry/logging': { level: 'DEBUG', stdout: true, syslog: true }, 'telemetry/gelf': { address: '127.0.0.1:12201' } }
  for (const extraConfig of [new Map(), new Map<string, unknown>(Object.entries(blocks))])
    createLogger(output, makeConfig({ extraConfig, secrets })).error('dial http://b/?key=topsecret')
  assert.equal(written.length, 4)
  for (const text of written) assert.match(text, /dial http:\/\/b\/\?key=\*\*\*/)
})

test('syslog has its own layout, and standard output the one of the block where syslog cannot have it', () => {
  const said: unknown[] = []
  const fail = (): never => assert.fail('nothing is written there')
  const output: Sinks = { write: fail, gelf: fail, syslog: () => ({ write: (...texts) => void said.push(texts) }) }
  const log = (block: object, more: object = {}): unknown => {
    const blocks = { 'telemetry/logging': { level: 'INFO', prefix: '[GW]', syslog: true, ...block }, ...more }
    createLogger(output, makeConfig({ extraConfig: new Map(Object.entries(blocks)) })).warning('a\nb', ['    at x'])
    return said.pop()
  }
  const format = { format: 'custom', custom_format: 'x %{message}' }
  assert.deepEqual(log(format), ['WARNING > a\\nb\n    at x\n', 'x a\\nb\n    at x\n'])
  const [line] = log({}, { 'telemetry/logstash': {} }) as [string]
  assert.match(line, /^WARNING > \{"@timestamp":.*,"message":"a\\\\nb\\n    at x","module":"\[GW\]"\}\n$/)
})

test('logstash tells the offset of its time in figures, and beside a GELF server its JSON is the whole line', () => {
  const written: string[] = []
  const output: Sinks = {
    write: (line) => void written.push(line),
    gelf: () => assert.fail('it gets no JSON'),
    syslog: () => assert.fail('none'),
  }
  const logging = { level: 'INFO', stdout: true, prefix: '[GW]' }
  for (const more of [{}, { 'telemetry/gelf': { address: '127.0.0.1:12201' } }]) {
    const blocks = { 'telemetry/logging': logging, 'telemetry/logstash': {}, ...more }
    createLogger(output, makeConfig({ extraConfig: new Map(Object.entries(blocks)) })).info('a')
  }
  const [whole = '', bare = ''] = written
  assert.match(whole, / INFO\S* \{"@timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d",/)
  assert.match(bare, /^\{"@timestamp":.*"module":"\[GW\]"\}\n$/)
})
