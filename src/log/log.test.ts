// What `telemetry/logging` makes of a message: levels, formats, patterns, and what KrakenD does not start with.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { Dialect } from '../config/types.ts'
import { ConfigError } from '../engine/compile/component.ts'
import { checkBlock } from '../engine/compile/check-blocks.ts'
import { checkOptions, makeSite } from '../testing/index.ts'
import { compilePattern, explainPattern } from './line-pattern.ts'
import { compileFormat, type FormatLines } from './line-format.ts'
import { loggerOf } from './logger.ts'
import { loggingBlock, readLogging } from './logging-block.ts'
import { syslogTarget } from './syslog-target.ts'

const TIME = new Date(2026, 7, 4, 12, 0, 0, 123)

function read(block: unknown): ReturnType<typeof readLogging> {
  return readLogging(new Map([['telemetry/logging', block]]))
}

function formatOf(block: unknown, dialect: Dialect = 3): FormatLines {
  const logging = block === null ? readLogging(new Map()) : read(block)
  return compileFormat(logging, { dialect, now: () => TIME, pid: 42, program: 'krakend', host: 'gw-1' })
}

describe('formats', () => {
  test('the default has prefix, time, colour and level', () => {
    const format = formatOf({ level: 'DEBUG', prefix: '[GW]', stdout: true })
    assert.equal(format('info', 'hello', []), '[GW] 2026/08/04 - 12:00:00.123 ▶ INFO\u001b[0m hello\n')
    assert.equal(format('warning', 'hello', ['    at x']), '[GW] 2026/08/04 - 12:00:00.123 \u001b[33m▶ WARNING\u001b[0m hello\n    at x\n')
    const old = formatOf({ level: 'DEBUG', stdout: true }, 2)
    assert.equal(old('critical', 'hello', []), ' 2026/08/04 - 12:00:00.123 \u001b[35m▶ CRITIC\u001b[0m hello\n')
  })
  test('logstash is one JSON object a line, whatever stands in the message', () => {
    const format = formatOf({ level: 'DEBUG', prefix: '[GW]', stdout: true, format: 'logstash' })
    assert.equal(
      format('error', 'hello', []),
      '{"@timestamp":"2026-08-04T12:00:00.123+00:00", "@version": 1, "level": "ERROR", "message": "hello", "module": "KRAKEND"}\n',
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const line = format('info', message, ['    at "x"'])
        assert.equal(line.indexOf('\n'), line.length - 1)
        assert.deepEqual(Object.keys(JSON.parse(line) as object), ['@timestamp', '@version', 'level', 'message', 'module'])
      }),
    )
  })
  test('custom drops the prefix; a message starts no line in any format', () => {
    const format = formatOf({ level: 'DEBUG', prefix: '[GW]', stdout: true, format: 'custom', custom_format: '%{level:.4s}|%{message}' })
    assert.equal(format('debug', 'a\nb', []), 'DEBU|a\\nb\n')
  })
  test('any other format is the default one', () => {
    assert.match(formatOf({ level: 'INFO', stdout: true, format: 'json' })('info', 'x', []), /^ 2026\/08\/04 - /)
  })
})

test('verbs of a pattern, with their layouts', () => {
  const expected: Readonly<Record<string, string>> = {
    '%{id}/%{id:03d}': '7/007',
    '%{pid:x}': '2a',
    '%{program} %{module}': 'krakend KRAKEND',
    '[%{level:-8s}]': '[ERROR   ]',
    '[%{level:8s}]': '[   ERROR]',
    '%{message:q}': '"say \\"x\\""',
    '%{message:.3s}%{message:x}': 'say73617920227822',
    '%{time:15:04}': '12:00',
    '%{color}x%{color:bold}y%{color:reset}': '\u001b[31mx\u001b[31;1my\u001b[0m',
    '%{shortfile} %{longfunc} %{callpath}': '???:0 ??? ???',
    '%{level:d}': '%!d(string=ERROR)',
    '%{message} %{ %{MESSAGE}': 'say "x" %{ %{MESSAGE}',
  }
  for (const [pattern, text] of Object.entries(expected)) {
    const write = compilePattern(pattern, { pid: 42, program: 'krakend' })
    assert.equal(write({ level: 'error', message: 'say "x"', time: TIME, id: 7 }), text, pattern)
  }
})

test('patterns that KrakenD does not start with', () => {
  assert.equal(explainPattern('%{message}'), null)
  assert.equal(explainPattern('x'), 'logger: invalid log format: x')
  assert.equal(explainPattern(''), 'logger: invalid log format: ')
  assert.equal(explainPattern('%{message} %{nobody}'), 'logger: unknown variable: nobody')
  assert.equal(explainPattern('%{constructor}'), 'logger: unknown variable: constructor')
  assert.throws(
    () => read({ level: 'INFO', format: 'custom', custom_format: 'x' }),
    new ConfigError('Failed to initialized string formatter: logger: invalid log format: x'),
  )
  assert.doesNotThrow(() => read({ level: 'INFO', custom_format: 'x' }))
})

test('a level lets the more urgent lines pass, in any case of its letters', () => {
  const levelsOf = (level: string): string[] => {
    const logging = read({ level, stdout: true })
    return logging.kind === 'improved' ? [...logging.levels] : []
  }
  assert.deepEqual(levelsOf('debug'), ['debug', 'info', 'warning', 'error', 'critical'])
  assert.deepEqual(levelsOf('NOTICE'), ['warning', 'error', 'critical'])
  assert.deepEqual(levelsOf('Critical'), ['critical'])
  for (const level of ['', 'FATAL', 'FOO']) assert.deepEqual(read({ level }), { kind: 'basic', problem: 'logger: invalid log level' })
  assert.deepEqual(read({ level: 5 }), { kind: 'basic', problem: 'logger: invalid log level' })
  assert.deepEqual(read('INFO'), { kind: 'basic', problem: 'logger: invalid log level' })
})

test('switches of a wrong type stop the start, as in KrakenD', () => {
  for (const name of ['stdout', 'syslog']) assert.throws(() => read({ level: 'INFO', [name]: 'true' }), ConfigError)
})

test('syslog hears the level of the block, whatever that of a line, and a facility that it knows', () => {
  const targetOf = (block: object): unknown => {
    const logging = read(block)
    return logging.kind === 'improved' ? syslogTarget(logging.options, 'krakend') : null
  }
  const priorities = ['DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL'].map((level) => targetOf({ level }))
  const names = ['debug', 'info', 'crit', 'warning', 'err', 'crit']
  assert.deepEqual(
    priorities,
    names.map((name) => ({ tag: 'krakend', priority: `local3.${name}` })),
  )
  assert.deepEqual(targetOf({ level: 'info', prefix: '[GW]', syslog_facility: 'local7' }), { tag: '[GW]', priority: 'local7.info' })
  assert.deepEqual(targetOf({ level: 'info', syslog_facility: 'local8' }), { tag: 'krakend', priority: 'local3.info' })
})

test('of levels that are not written nothing is left', () => {
  const lines: string[] = []
  const log = loggerOf(
    (level, message) => void lines.push(`${level} ${message}`),
    (level) => level === 'error',
  )
  log.info('a')
  log.error('b')
  assert.deepEqual(lines, ['error b'])
})

test('check says what a block does not do', () => {
  assert.deepEqual(checkOptions(loggingBlock, { level: 'INFO', stdout: true }), [])
  assert.deepEqual(checkOptions(loggingBlock, { level: 'FOO', stdout: true }), [
    'warning level: "FOO" is no level: the whole block is ignored, every line from DEBUG on goes to standard output',
  ])
  assert.deepEqual(checkOptions(loggingBlock, { level: 'INFO' }), [
    'warning stdout: is not true: only the access log is written, no errors and no warnings',
  ])
  assert.deepEqual(checkOptions(loggingBlock, { level: 'INFO', syslog: true }), [])
  const wrong = { level: 'INFO', stdout: true, format: 'custom', custom_format: '%{shortfile} %{x}' }
  assert.equal(checkBlock(loggingBlock, wrong, { dialect: 3, once: makeSite().once })[0]?.fails, 'start')
  assert.deepEqual(checkOptions(loggingBlock, wrong), [
    'error custom_format: logger: unknown variable: x: the gateway does not start',
    'warning custom_format: %{shortfile} names a place in KrakenD\'s own source: here it is always "???"',
  ])
})

test('a switch that is none is what is told of it: the gateway does not start', () => {
  for (const name of ['stdout', 'syslog']) {
    const issues = checkBlock(loggingBlock, { level: 'INFO', [name]: 'true' }, { dialect: 3, once: (_key, make) => make() })
    const own = issues.filter(({ path }) => path[0] === name)
    assert.deepEqual(
      own.map(({ code, fails }) => [code, fails]),
      [['wrong-type', 'start']],
    )
  }
})
