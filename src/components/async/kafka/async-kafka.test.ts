import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOptions } from '../../../testing/index.ts'
import type { Message } from '../workers.ts'
import { messageOf } from './attempts.ts'
import { runUntilError, withoutDebug } from '../test-agent.ts'
import { asyncKafka } from './index.ts'

test('brokers that are none, and a group without a name, are findings without the text that may be a password', () => {
  const found = checkOptions(asyncKafka, { brokers: 'kafka://me:secret@b:1' })
  assert.deepEqual(found, ['error brokers: is no list of host:port', 'error group: "" is no consumer group'])
  assert.deepEqual(checkOptions(asyncKafka, { brokers: 'a:9092, b', group: 'g' }), [])
  assert.match(checkOptions(asyncKafka, { brokers: 'a', group: 'g', offset: 'first' }).join(), /^error offset: "first" is none of /)
})

test('an agent whose brokers are away tells it once, tries again, and ends at once', async () => {
  const block = { brokers: '127.0.0.1:1', group: 'g' }
  const agent = { name: 'orders', consumer: { topic: 't' }, backend: [{ url_pattern: '/', host: ['http://b'] }] }
  const lines = await runUntilError({ ...agent, extra_config: { '_gw/async/kafka': block } })
  assert.deepEqual(withoutDebug(lines), [
    'ERROR [SERVICE: Asyncagent][orders] building the kafka subscriber: connect ECONNREFUSED 127.0.0.1:1',
  ])
})

test('a message is tried so often, and settled when it is passed; one that cannot be passed is tried again', async () => {
  const said: string[] = []
  const queue: Message[] = []
  const record = {
    body: Buffer.from('x'),
    headers: new Map(),
    key: undefined,
    name: 't/0/7',
    settle: () => void said.push('settled'),
    leave: assert.fail,
  }
  let canPass = false
  const again = (message: Message): void => void queue.push(message)
  async function pass(_record: unknown, attempts: number): Promise<void> {
    said.push(`pass after ${attempts}`)
    if (!canPass) throw new Error('away')
  }
  await messageOf(record, { most: 2, again, pass }).fail()
  assert.deepEqual([said, queue.length], [[], 1])
  await assert.rejects(async () => queue.shift()?.fail(), /away/)
  canPass = true
  await queue.shift()?.fail()
  assert.deepEqual([said, queue.length], [['pass after 2', 'pass after 2', 'settled'], 0])
  await messageOf(record, { most: 0, again, pass }).fail()
  assert.deepEqual(said.slice(-2), ['pass after 1', 'settled'])
  messageOf(record, { most: 2, again, pass }).succeed()
  assert.equal(said.at(-1), 'settled')
})
