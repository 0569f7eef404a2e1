// What becomes of messages that fail where the broker takes none back: they are tried again here, and passed in the end.

import type { KafkaRecord } from '../../../brokers/kafka-consumer.ts'
import type { Message } from '../workers.ts'

export interface AttemptInit {
  /** Attempts in all; the first is made whatever this says. */
  readonly most: number
  /** Handles a message once more. */
  readonly again: (message: Message) => void
  /** So many attempts have failed. Rejects where that cannot be told: the message is then tried again. */
  readonly pass: (record: KafkaRecord, attempts: number) => Promise<void>
}

/** `attempt`: of how many, counted from 1. */
export function messageOf(record: KafkaRecord, init: AttemptInit, attempt = 1): Message {
  return {
    body: record.body,
    // Also the first failure waits: there is no broker on whose way it would lose time.
    isRepeated: true,
    succeed: record.settle,
    async fail() {
      if (attempt < init.most) return init.again(messageOf(record, init, attempt + 1))
      try {
        await init.pass(record, attempt)
      } catch (error) {
        init.again(messageOf(record, init, attempt))
        throw error
      }
      record.settle()
    },
  }
}
