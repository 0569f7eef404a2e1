// `backend/pubsub` with SQS and SNS against an emulator.

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { type FauxqsServer, startFauxqs } from 'fauxqs'
import { assertTaken, type PubSubEndpoint, type PubSubGateway, servePubSub } from './pubsub-kit.ts'

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_EC2_METADATA_DISABLED: 'true' }

describe('backend/pubsub with SQS and SNS', { timeout: 300_000 }, () => {
  let emulator: FauxqsServer
  let queues: SQSClient
  let gateway: PubSubGateway
  let names = 0

  before(async () => {
    emulator = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
    queues = new SQSClient({ endpoint: address(), region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
  })

  afterEach(() => gateway.stop())

  after(async () => {
    queues.destroy()
    await emulator.stop()
  })

  const address = (): string => `http://127.0.0.1:${emulator.port}`
  const settings = (): string => `region=us-east-1&endpoint=${address()}`

  async function createQueue(): Promise<string> {
    const { QueueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: `q${names++}` }))
    return QueueUrl
  }

  /** As the URLs of backends have it. */
  const pathOf = (queueUrl: string): string => queueUrl.replace(/^https?:\/\//, '')

  async function serve(...endpoints: PubSubEndpoint[]): Promise<PubSubGateway> {
    gateway = await servePubSub(endpoints, CREDENTIALS)
    return gateway
  }

  async function receive(QueueUrl: string) {
    const { Messages = [] } = await queues.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], MaxNumberOfMessages: 10, WaitTimeSeconds: 2 }),
    )
    return Messages
  }

  async function countMessages(QueueUrl: string): Promise<number> {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
    const { Attributes = {} } = await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }))
    return Object.values(Attributes).reduce((sum, text) => sum + Number(text), 0)
  }

  test('a message of SQS with attributes, and one that is no text', async () => {
    const url = await createQueue()
    const filtered = { input_headers: ['X-Foo'] }
    const { post } = await serve({ path: '/p', host: 'awssqs://', topic: `${pathOf(url)}?${settings()}`, endpoint: filtered })
    assertTaken(await post('/p', '{"a":1}', { 'X-Foo': 'a b/c' }))
    const [message] = await receive(url)
    assert.equal(message?.Body, '{"a":1}')
    assert.equal(message.MessageAttributes?.['X-Foo']?.StringValue, 'a%20b%2Fc')
    assert.match(message.MessageAttributes?.['User-Agent']?.StringValue ?? '', /^KrakenD%20Version%20/)
  })

  test('a message for each request, deleted when it has been decoded, of SNS as well', async () => {
    const url = await createQueue()
    const { ask } = await serve({ path: '/s', host: 'awssqs://', subscription: `${pathOf(url)}?${settings()}&waittime=1s` })
    const send = (MessageBody: string) => queues.send(new SendMessageCommand({ QueueUrl: url, MessageBody }))
    await send('{"a":1}')
    assert.deepEqual(await ask('/s'), [200, '{"a":1}', 'true'])
    assert.equal(await countMessages(url), 0)
    await send('{"TopicArn":"arn:aws:sns:x","Message":"{\\"a\\":2}"}')
    assert.deepEqual(await ask('/s'), [200, '{"a":2}', 'true'])
    await send('no json')
    assert.equal((await ask('/s'))[0], 500)
    assert.equal(await countMessages(url), 1)
    assert.deepEqual((await ask('/s')).slice(0, 2), [500, 'context deadline exceeded'])
  })

  test('a message of SNS reaches a queue that has subscribed', async () => {
    const topics = new SNSClient({
      endpoint: address(),
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    const url = await createQueue()
    const { TopicArn = '' } = await topics.send(new CreateTopicCommand({ Name: 't' }))
    const { Attributes } = await queues.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }))
    await topics.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.['QueueArn'] }))
    const { ask, post } = await serve(
      { path: '/p', host: 'awssns:///', topic: `${TopicArn}?${settings()}` },
      { path: '/s', host: 'awssqs://', subscription: `${pathOf(url)}?${settings()}` },
    )
    assertTaken(await post('/p', '{"n":1}'))
    assert.deepEqual(await ask('/s'), [200, '{"n":1}', 'true'])
    topics.destroy()
  })

  test('a queue that is not there is an error of its request', async () => {
    const path = `${pathOf(await createQueue())}-nowhere?${settings()}`
    const { ask, post } = await serve({ path: '/p', host: 'awssqs://', topic: path }, { path: '/s', host: 'awssqs://', subscription: path })
    const [[published], [asked]] = [await post('/p', 'x'), await ask('/s')]
    assert.deepEqual([published, asked, (await ask('/__health'))[0]], [500, 500, 200])
  })
})
