// Scheme `awssns`: topics of Amazon SNS.

import { clientConfigOf } from '../aws.ts'
import { openClientOf } from '../link.ts'
import { clientKeyOf, clientNameOf, readSettings } from './aws-address.ts'
import { writeMessage } from './aws-messages.ts'
import type { Scheme, Send } from './scheme.ts'

export const sns: Scheme = {
  connect(address) {
    const config = clientConfigOf(readSettings(address))
    return {
      name: `sns ${clientNameOf(address)}`,
      key: clientKeyOf(address),
      async open() {
        const { SNSClient, PublishBatchCommand } = await import('@aws-sdk/client-sns')
        const client = new SNSClient(config)
        const topic = (own: typeof address): Send => {
          // The name of a topic stands in the path: `awssns:///arn:…`.
          const TopicArn = own.name.replace(/^\//, '')
          return async function sendToSns(message, scope) {
            const { text, attributes, ordering } = writeMessage(message)
            const entry = { Id: '0', Message: text, MessageAttributes: attributes, ...ordering }
            const command = new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [entry] })
            const { Failed: [failure] = [] } = await client.send(command, { abortSignal: scope.signal })
            if (failure !== undefined) throw new Error(`sns: ${failure.Code}: ${failure.Message ?? 'refused'}`)
          }
        }
        const subscribe = (): Promise<never> => Promise.reject(new Error('a topic of SNS is read through a queue of SQS'))
        return openClientOf({ topic, subscribe }, () => client.destroy())
      },
    }
  },
}
