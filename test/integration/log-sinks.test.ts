// The log where it goes beside standard output: GELF over UDP and TCP, syslog, and JSON for logstash; with two workers, and sinks that go away.

import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { describe, test } from 'node:test'
import { eventually } from './agent-kit.ts'
import { serveTwo } from './sink-kit.ts'
import { lacksSyslog, startGelf, startSyslog } from './sink-servers.ts'

type Line = Readonly<Record<string, unknown>>

const FAILURE = '[ENDPOINT: /fail]'

describe('telemetry/gelf', { timeout: 120_000 }, () => {
  for (const isTcp of [false, true]) {
    test(`over ${isTcp ? 'TCP' : 'UDP'}: the log and the access log of both workers; a server that goes away is missed once`, async (context) => {
      const gelf = await startGelf()
      context.after(() => gelf.remove())
      const gateway = await serveTwo(
        {
          'telemetry/gelf': { address: `127.0.0.1:${gelf.port}`, enable_tcp: isTcp },
          'telemetry/logging': { level: 'ERROR', prefix: '[GW]' },
        },
        context,
      )
      const records = (text: string): Line[] =>
        gelf
          .lines()
          .map((line) => JSON.parse(line) as Line)
          .filter((one) => String(one['short_message']).includes(text))
      await gateway.fail(20)
      await eventually(() => records(`[GW]${FAILURE}`).length === 20, 'errors of all requests')
      await eventually(() => records('| 500 |').length === 20, 'access lines of all requests')
      const { timestamp, short_message: message, ...rest } = records(FAILURE)[0] ?? {}
      assert.deepEqual(rest, { version: '1.1', host: hostname(), level: 6, ...(isTcp ? null : { facility: 'krakend' }) })
      assert.ok(Math.abs(Number(timestamp) * 1000 - Date.now()) < 60_000, String(timestamp))
      assert.match(String(message), /^\[GW\]\[ENDPOINT: \/fail\] .*connection refused/)

      await gelf.stop()
      await gateway.fail(10)
      await gelf.start()
      await eventually(async () => {
        await gateway.fail(1)
        return gateway.count('takes records again') === 1
      }, 'it takes records again')
      const before = records(FAILURE).length
      await gateway.fail(10)
      await eventually(() => records(FAILURE).length >= before + 10, 'records come again')
      assert.equal(await gateway.stop(), 0)
      assert.deepEqual([gateway.count('ERROR'), gateway.count('takes records again')], [1, 1])
      if (isTcp) assert.match(gateway.output(), /is gone: .*; records wait/)
    })
  }
})

describe('telemetry/logging', { timeout: 120_000 }, () => {
  test(
    'syslog has the lines of both workers; while the daemon is away standard output has them',
    { skip: lacksSyslog() },
    async (context) => {
      const syslog = await startSyslog()
      context.after(() => syslog.remove())
      const logging = { level: 'ERROR', prefix: '[GW]', syslog: true, syslog_facility: 'local5' }
      const gateway = await serveTwo({ 'telemetry/logging': logging }, context)
      const failures = (): string[] => syslog.lines().filter((line) => line.includes(FAILURE))
      await gateway.fail(20)
      await eventually(() => failures().length === 20, 'errors of all requests')
      assert.match(
        failures()[0] ?? '',
        new RegExp(`^local5\\.err \\[GW\\]\\[${gateway.child.pid}\\]: +ERROR > \\[ENDPOINT: /fail\\] .*refused`),
      )
      assert.equal(gateway.count(FAILURE), 0)

      await syslog.stop('SIGTERM')
      await eventually(async () => {
        await gateway.fail(1)
        return gateway.count('syslog cannot be written to') === 1
      }, 'the loss is told')
      await eventually(async () => {
        await gateway.fail(1)
        return gateway.count(FAILURE) >= 5
      }, 'standard output has the lines')
      await syslog.start()
      await gateway.waitFor('syslog takes records again')
      const before = failures().length
      await eventually(async () => {
        await gateway.fail(1)
        return failures().length >= before + 10
      }, 'lines come again')
      assert.equal(await gateway.stop(), 0)
      assert.deepEqual([gateway.count('syslog cannot be written to'), gateway.count('takes records again')], [1, 1])
    },
  )

  for (const [name, blocks] of Object.entries({
    'format logstash': { 'telemetry/logging': { level: 'DEBUG', stdout: true, format: 'logstash' } },
    'telemetry/logstash': {
      'telemetry/logstash': { enabled: true },
      'telemetry/logging': { level: 'DEBUG', stdout: true, format: 'custom', custom_format: '%{message}' },
    },
  })) {
    test(`${name}: each line is what logstash takes`, async (context) => {
      const gateway = await serveTwo(blocks, context)
      await gateway.fail(20)
      assert.equal(await gateway.stop(), 0)
      const lines = gateway
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Line)
      assert.equal(lines.filter(({ level, message }) => level === 'ERROR' && String(message).startsWith(FAILURE)).length, 20)
      for (const line of lines) {
        assert.equal(line['@version'], 1)
        assert.match(String(line['@timestamp']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}([+-]\d\d:\d\d|Z)$/)
        assert.match(String(line['level']), /^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$/)
        assert.equal(line['module'], 'KRAKEND')
      }
    })
  }
})
