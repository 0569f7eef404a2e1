import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentConfig } from '../../../config/types.ts'
import { readBlock } from '../../../engine/compile/read-block.ts'
import { checkOptions, configOf, makeSite } from '../../../testing/index.ts'
import { runUntilError, withoutDebug } from '../test-agent.ts'
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
  const agent = { ...AGENT, extra_config: { 'async/amqp': block } }
  assert.equal((configOf({ async_agent: [agent] }).asyncAgents[0] as AgentConfig).name, 'orders')
  const lines = await runUntilError(agent)
  assert.deepEqual(withoutDebug(lines), [
    'ERROR [SERVICE: Asyncagent][orders] building the amqp subscriber: connect ECONNREFUSED 127.0.0.1:1',
  ])
  assert.doesNotMatch(lines.join(), /secret/)
})

test('an option of a wrong type makes the block wrong: the agent takes no message by guesses', () => {
  const site = makeSite()
  assert.equal(readBlock(asyncAmqp, new Map([['async/amqp', { name: 'q', durable: 'yes' }]]), site), 'skip')
  assert.notEqual(readBlock(asyncAmqp, new Map([['async/amqp', { NAME: 'q' }]]), site), 'skip')
})
