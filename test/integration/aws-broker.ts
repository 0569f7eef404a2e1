// SQS, and SNS before it, as brokers that the cases of pub/sub can be run with.

import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { Listener, PubSubBroker, PubSubRoute } from './pubsub-contract.ts'
import { startFauxqs } from './servers.ts'

const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' }
/** Gives out again soon what a dead gateway had. */
const Attributes = { VisibilityTimeout: '3' }

export interface AwsBroker extends PubSubBroker {
  readonly queues: SQSClient
  /** The URL of a new queue. */
  createQueue(): Promise<string>
  /** A new topic that a queue gets messages of, as the URLs of backends have it; in SNS's envelope unless they are raw. */
  createTopic(queueUrl: string, isRaw: boolean): Promise<string>
  /** A queue as the URLs of backends have it. */
  addressOf(queueUrl: string): string
  receive(queueUrl: string): Promise<readonly Message[]>
  countMessages(queueUrl: string): Promise<number>
}

/** Publishers write to SNS where `isSns` says so, else to the queue itself; subscribers read a queue. */
export async function startAws(isSns: boolean): Promise<AwsBroker> {
  const server = await startFauxqs()
  const endpoint = `http://127.0.0.1:${server.port}`
  const settings = `region=us-east-1&endpoint=${endpoint}`
  const queues = new SQSClient({ endpoint, region: 'us-east-1', credentials: KEYS })
  const topics = new SNSClient({ endpoint, region: 'us-east-1', credentials: KEYS })
  let names = 0

  async function createQueue(): Promise<string> {
    const { QueueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: `q${names++}`, Attributes }))
    return QueueUrl
  }

  async function createTopic(QueueUrl: string, isRaw: boolean): Promise<string> {
    const { TopicArn = '' } = await topics.send(new CreateTopicCommand({ Name: `t${names++}` }))
    const { Attributes: known } = await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }))
    const delivery = { RawMessageDelivery: String(isRaw) }
    await topics.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: known?.['QueueArn'], Attributes: delivery }))
    return `/${TopicArn}?${settings}`
  }

  const addressOf = (queueUrl: string): string => `${queueUrl.replace(/^https?:\/\//, '')}?${settings}`

  async function receive(QueueUrl: string): Promise<readonly Message[]> {
    const { Messages = [] } = await queues.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    )
    return Messages
  }

  async function countMessages(QueueUrl: string): Promise<number> {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
    const { Attributes: counts = {} } = await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }))
    return Object.values(counts).reduce((sum, text) => sum + Number(text), 0)
  }

  function listen(QueueUrl: string): Listener {
    const bodies: string[] = []
    return {
      async read() {
        for (let messages = await receive(QueueUrl); messages.length > 0; messages = await receive(QueueUrl)) {
          for (const { Body = '', ReceiptHandle } of messages) {
            bodies.push(Body)
            await queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
          }
        }
        return bodies
      },
      close: () => Promise.resolve(),
    }
  }

  async function create(): Promise<PubSubRoute> {
    const [published, subscribed] = [await createQueue(), await createQueue()]
    return {
      topic: isSns ? await createTopic(published, true) : addressOf(published),
      subscription: `${addressOf(subscribed)}&waittime=1s`,
      async publish(...bodies) {
        for (const MessageBody of bodies) await queues.send(new SendMessageCommand({ QueueUrl: subscribed, MessageBody }))
      },
      listen: () => Promise.resolve(listen(published)),
    }
  }

  return {
    server,
    scheme: isSns ? 'awssns' : 'awssqs',
    subscriptionScheme: 'awssqs',
    environment: { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_EC2_METADATA_DISABLED: 'true' },
    keeps: true,
    connections: 0,
    recoveryMs: 0,
    ...(isSns ? { mostBytes: 250_000 } : null),
    queues,
    create,
    createQueue,
    createTopic,
    addressOf,
    receive,
    countMessages,
    dial: () => Promise.resolve(),
    close() {
      queues.destroy()
      topics.destroy()
      return Promise.resolve()
    },
  }
}
