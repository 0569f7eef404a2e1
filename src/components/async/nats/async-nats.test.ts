import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOptions } from '../../../testing/index.ts'
import { runUntilError, withoutDebug } from '../test-agent.ts'
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
  const lines = await runUntilError({ ...agent, extra_config: { '_gw/async/nats': block } })
  assert.match(withoutDebug(lines).join('\n'), /^ERROR \[SERVICE: Asyncagent\]\[orders\] building the nats subscriber: .*$/)
  assert.doesNotMatch(lines.join(), /secret/)
})
