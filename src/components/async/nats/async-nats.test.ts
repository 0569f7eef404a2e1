import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProcessParts } from '../../../process-parts.ts'
import { createResourcePool } from '../../../runtime/shared.ts'
import { checkOptions, configOf, makeLog, makeSite } from '../../../testing/index.ts'
import { asyncNats } from './index.ts'

test('names that JetStream does not know are findings', () => {
  assert.deepEqual(checkOptions(asyncNats, { stream: 'a.b', consumer: 'c*' }), [
    'error servers: names no server',
    'error stream: is no name of a stream',
    'error consumer: is no name of a consumer',
  ])
  assert.deepEqual(checkOptions(asyncNats, { servers: 'nats://h', stream: 'S', consumer: 'c' }), [])
})

test('an agent whose server is away tells it once without its password, tries again, and ends at once', async () => {
  const block = { servers: 'nats://me:secret@127.0.0.1:1', stream: 'S', consumer: 'c' }
  const agent = { name: 'orders', backend: [{ url_pattern: '/', host: ['http://b'] }] }
  const config = configOf({ async_agent: [{ ...agent, extra_config: { '_gw/async/nats': block } }] })
  const log = makeLog()
  const parts = new ProcessParts({
    shared: makeSite().shared,
    pool: createResourcePool(),
    version: 'Version test',
    environment: {},
    print() {},
  })
  await parts.change(await parts.plan(config, log))
  while (!log.lines.some((line) => line.startsWith('ERROR'))) await new Promise((resolve) => setImmediate(resolve))
  await parts.stop()
  const errors = log.lines.filter((line) => !line.startsWith('DEBUG'))
  assert.match(errors.join('\n'), /^ERROR \[SERVICE: Asyncagent\]\[orders\] building the nats subscriber: .*$/)
  assert.doesNotMatch(log.lines.join(), /secret/)
})
