import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentConfig } from '../../../config/types.ts'
import { ProcessParts } from '../../../process-parts.ts'
import { createResourcePool } from '../../../runtime/shared.ts'
import { checkOptions, configOf, makeLog, makeSite } from '../../../testing/index.ts'
import { asyncAmqp } from './index.ts'

const AGENT = { name: 'orders', backend: [{ url_pattern: '/', host: ['http://b'] }] }

test('a host that is none, and limits that RabbitMQ does not know, are findings', () => {
  assert.deepEqual(checkOptions(asyncAmqp, { host: 'localhost:5672', prefetch_size: 5 }), [
    'error host: "localhost:5672" is no broker: it begins with amqp:// or amqps://; no message is ever read',
    'warning prefetch_size: RabbitMQ knows no such limit: ignored',
  ])
  assert.deepEqual(checkOptions(asyncAmqp, { host: 'amqps://u:p@h/v', name: 'q' }), [])
  assert.match(checkOptions(asyncAmqp, { host: 'amqp://h', durable: 'yes' }).join(), /^warning durable: /)
})

test('an agent whose broker is away tells it once without its password, tries again, and ends at once', async () => {
  const block = { host: 'amqp://me:secret@127.0.0.1:1' }
  const config = configOf({ async_agent: [{ ...AGENT, extra_config: { 'async/amqp': block } }] })
  assert.equal((config.asyncAgents[0] as AgentConfig).name, 'orders')
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
  assert.deepEqual(errors, ['ERROR [SERVICE: Asyncagent][orders] building the amqp subscriber: connect ECONNREFUSED 127.0.0.1:1'])
  assert.doesNotMatch(log.lines.join(), /secret/)
})
