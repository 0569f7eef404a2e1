// `backend/pubsub` with SQS and SNS against an emulator.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { startAws } from './aws-broker.ts'
import { pubSubBench, pubSubContract } from './pubsub-contract.ts'
import { assertTaken } from './pubsub-kit.ts'

describe('backend/pubsub with SNS', { timeout: 300_000 }, () => {
  const bench = pubSubBench(() => startAws(true))
  pubSubContract(bench)

  test('a message in its envelope reaches who reads a queue that has subscribed', async () => {
    const { broker } = bench
    const url = await broker.createQueue()
    const topic = await broker.createTopic(url, false)
    const { ask, post } = await bench.serve({ path: '/p', topic }, { path: '/s', subscription: broker.addressOf(url) })
    assertTaken(await post('/p', '{"n":1}'))
    assert.deepEqual(await ask('/s'), [200, '{"n":1}', 'true'])
  })
})

describe('backend/pubsub with SQS', { timeout: 300_000 }, () => {
  const bench = pubSubBench(() => startAws(false))
  pubSubContract(bench)

  test('a message with attributes, and one that is no text', async () => {
    const { broker } = bench
    const url = await broker.createQueue()
    const { post } = await bench.serve({ path: '/p', topic: broker.addressOf(url), endpoint: { input_headers: ['X-Foo'] } })
    assertTaken(await post('/p', '{"a":1}', { 'X-Foo': 'a b/c' }))
    const [message] = await broker.receive(url)
    assert.equal(message?.Body, '{"a":1}')
    assert.equal(message.MessageAttributes?.['X-Foo']?.StringValue, 'a%20b%2Fc')
    assert.match(message.MessageAttributes?.['User-Agent']?.StringValue ?? '', /^KrakenD%20Version%20/)
  })

  test('a message is deleted when it has been decoded, one of SNS is opened', async () => {
    const { broker } = bench
    const url = await broker.createQueue()
    const { ask } = await bench.serve({ path: '/s', subscription: `${broker.addressOf(url)}&waittime=1s` })
    const send = (MessageBody: string) => broker.queues.send(new SendMessageCommand({ QueueUrl: url, MessageBody }))
    await send('{"a":1}')
    assert.deepEqual(await ask('/s'), [200, '{"a":1}', 'true'])
    assert.equal(await broker.countMessages(url), 0)
    await send('{"TopicArn":"arn:aws:sns:x","Message":"{\\"a\\":2}"}')
    assert.deepEqual(await ask('/s'), [200, '{"a":2}', 'true'])
    await send('no json')
    assert.equal((await ask('/s'))[0], 500)
    assert.equal(await broker.countMessages(url), 1)
    assert.deepEqual((await ask('/s')).slice(0, 2), [500, 'context deadline exceeded'])
  })

  test('a queue that is not there is an error of its request', async () => {
    const { broker } = bench
    const path = broker.addressOf(`${await broker.createQueue()}-nowhere`)
    const { ask, post } = await bench.serve({ path: '/p', topic: path }, { path: '/s', subscription: path })
    const [[published], [asked]] = [await post('/p', 'x'), await ask('/s')]
    assert.deepEqual([published, asked, (await ask('/__health'))[0]], [500, 500, 200])
  })
})
