// Scheme `awssqs`: queues of Amazon SQS. A request asks for its message itself: none waits here while its time in the queue runs out.

import { setTimeout } from 'node:timers/promises'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { parseDurationMs } from '../../go/duration.ts'
import { quote } from '../../go/quote.ts'
import type { Scope } from '../../engine/scope.ts'
import { clientConfigOf } from '../aws.ts'
import { openClientOf } from '../link.ts'
import { type Address, parameterOf } from './address.ts'
import { clientKeyOf, clientNameOf, readSettings } from './aws-address.ts'
import { hasBase64, readBody, writeMessage } from './aws-messages.ts'
import { readFlag } from './parameters.ts'
import { type IncomingMessage, OpenError, type Scheme, type Send, type Source } from './scheme.ts'

type Sdk = typeof import('@aws-sdk/client-sqs')

/** The longest that SQS lets a request wait for messages. */
const LONGEST_WAIT_S = 20
const EMPTY_MS = 250

export const sqs: Scheme = {
  connect(address) {
    const config = clientConfigOf(readSettings(address))
    readWaitS(address)
    readFlag(address, 'raw')
    readFlag(address, 'nacklazy')
    return {
      name: `sqs ${clientNameOf(address)}`,
      key: clientKeyOf(address),
      async open() {
        const sdk = await import('@aws-sdk/client-sqs')
        const client = new sdk.SQSClient(config)
        const topic = (own: Address): Send => compileSend(client, sdk, queueUrlOf(own))
        const subscribe = (own: Address) => Promise.resolve(openClientOf(new SqsSource(client, sdk, own), () => {}))
        return openClientOf({ topic, subscribe }, () => client.destroy())
      },
    }
  },
}

function compileSend(client: SQSClient, { SendMessageBatchCommand }: Sdk, QueueUrl: string): Send {
  return async function sendToSqs(message, scope) {
    const { text, attributes, ordering } = writeMessage(message)
    const entry = { Id: '0', MessageBody: text, MessageAttributes: attributes, ...ordering }
    const command = new SendMessageBatchCommand({ QueueUrl, Entries: [entry] })
    const { Failed: [failure] = [] } = await client.send(command, { abortSignal: scope.signal })
    if (failure !== undefined) throw new Error(`sqs: ${failure.Code}: ${failure.Message ?? 'refused'}`)
  }
}

class SqsSource implements Source {
  readonly #client: SQSClient
  readonly #sdk: Sdk
  readonly #queueUrl: string
  readonly #isRaw: boolean
  readonly #waitS: number | null

  constructor(client: SQSClient, sdk: Sdk, address: Address) {
    this.#client = client
    this.#sdk = sdk
    this.#queueUrl = queueUrlOf(address)
    this.#isRaw = readFlag(address, 'raw')
    this.#waitS = readWaitS(address)
  }

  async take(scope: Scope): Promise<IncomingMessage> {
    const { ReceiveMessageCommand } = this.#sdk
    for (;;) {
      // A wait that outlives the request would hide a message from the others.
      const leftS = Math.floor((scope.deadline - performance.now()) / 1000)
      const WaitTimeSeconds = Math.max(0, Math.min(this.#waitS ?? LONGEST_WAIT_S, leftS, LONGEST_WAIT_S))
      const input = { QueueUrl: this.#queueUrl, MaxNumberOfMessages: 1, MessageAttributeNames: ['All'], WaitTimeSeconds }
      const { Messages: [message] = [] } = await this.#client.send(new ReceiveMessageCommand(input), { abortSignal: scope.signal })
      if (message !== undefined) {
        const { Body: text = '', MessageAttributes: attributes, ReceiptHandle: handle } = message
        return { body: readBody(text, hasBase64(attributes), this.#isRaw), ack: () => this.#remove(handle), leave() {} }
      }
      await setTimeout(EMPTY_MS, undefined, { signal: scope.signal })
    }
  }

  async #remove(ReceiptHandle: string | undefined): Promise<void> {
    const input = { QueueUrl: this.#queueUrl, Entries: [{ Id: '0', ReceiptHandle }] }
    const { Failed: [failure] = [] } = await this.#client.send(new this.#sdk.DeleteMessageBatchCommand(input))
    if (failure !== undefined) throw new Error(`sqs: ${failure.Code}: ${failure.Message ?? 'not deleted'}`)
  }
}

/** The URL of a queue, which is written without its scheme. */
function queueUrlOf({ name }: Address): string {
  return `https://${name}`
}

/** Seconds that SQS waits for messages; null where nobody says. Throws an OpenError. */
function readWaitS(address: Address): number | null {
  const text = parameterOf(address, 'waittime')
  if (text === '') return null
  const ms = parseDurationMs(text)
  if (ms === null || ms < 0) throw new OpenError(`open ${address.url}: invalid value of waittime: ${quote(text)}`)
  return Math.trunc(ms / 1000)
}
