// A member of a consumer group of Kafka: so many messages at once, and offsets committed up to where everything is handled.

import type { Consumer, Message, MessagesStream } from '@platformatic/kafka'
import { clientOptions, type KafkaCluster, kafkaReason, watch, type Watched } from './kafka.ts'
import { KafkaCommits } from './kafka-commits.ts'
import { assignRanges } from './kafka-ranges.ts'
import type { Opened } from './link.ts'
import { Room } from './room.ts'

export interface KafkaSubscription {
  readonly cluster: KafkaCluster
  readonly group: string
  /** Its name in the group as long as it is subscribed, through all losses of brokers: whoever comes back with it has its partitions at once. */
  readonly member: string
  readonly topics: readonly string[]
  /** Where a group begins that has read nothing yet. */
  readonly from: 'earliest' | 'latest'
  /** Messages that are given out and neither settled nor left. */
  readonly ahead: number
}

export interface KafkaRecord {
  readonly body: Buffer
  readonly headers: ReadonlyMap<Buffer, Buffer>
  readonly key: Buffer | undefined
  /** `topic/partition/offset`, for logs. */
  readonly name: string
  /** It is handled, and is not read again. */
  readonly settle: () => void
  /** It cannot be, and is read again when its partition is read anew. */
  readonly leave: () => void
}

export interface KafkaReader {
  /** Takes no more messages; those that were given out can still be settled. */
  pause(): void
}

/** compat: what the client of gocloud asks for. */
const SESSION = { sessionTimeout: 10_000, heartbeatInterval: 3000, rebalanceTimeout: 60_000 }
/** security: what one answer may bring into memory; a larger message comes alone. */
const MOST_BYTES = 4 * 1024 * 1024
const WAIT_MS = 500
/** What was given out is settled within its agent's time; the last offsets get this long. */
const LAST_COMMIT_MS = 2000
/** Who asks for messages hears something every half second, if only that there are none. */
const SILENT_MS = 30_000

export async function openKafkaReader(subscription: KafkaSubscription, take: (record: KafkaRecord) => void): Promise<Opened<KafkaReader>> {
  const { Consumer: Client } = await import('@platformatic/kafka')
  const { cluster, group, member, topics, from } = subscription
  const fetching = { maxBytes: MOST_BYTES, maxBytesPerPartition: MOST_BYTES, maxWaitTime: WAIT_MS, highWaterMark: subscription.ahead }
  const ranges = { protocols: [{ name: 'range', version: 1 }], partitionAssigner: assignRanges }
  const options = {
    ...clientOptions(cluster),
    groupId: group,
    groupInstanceId: member,
    autocommit: false,
    ...SESSION,
    ...ranges,
    ...fetching,
  }
  const client = new Client(options)
  // With what it reads, and so that its group knows: a member that is only gone keeps its partitions for a while.
  const opened = await watch(client, () => client.close(true))
  try {
    const stream = await client.consume({ topics: [...topics], mode: 'committed', fallbackMode: from, autocommit: false })
    return readerOf(opened, stream, subscription, take)
  } catch (error) {
    await opened.close()
    throw new Error(kafkaReason(error), { cause: error })
  }
}

function readerOf(
  opened: Watched<Consumer>,
  stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>,
  subscription: KafkaSubscription,
  take: (record: KafkaRecord) => void,
): Opened<KafkaReader> {
  const { value: consumer, fail } = opened
  const commits = new KafkaCommits(consumer, fail)
  const room = new Room(subscription.ahead)
  const flow = new Flow(commits, room, take)
  consumer.on('consumer:heartbeat:stalled', () => fail('the group has not heard of this member for too long'))
  stream.on('fetch', () => flow.hear())
  stream.on('error', ignore)
  flow.readAll(stream).catch((error: unknown) => fail(kafkaReason(error)))
  const timer = setInterval(() => {
    if (flow.isDeaf && (consumer.assignments ?? []).length > 0) fail('no broker answers')
  }, SILENT_MS / 3).unref()
  async function close(): Promise<void> {
    clearInterval(timer)
    room.close()
    await commits.finish(LAST_COMMIT_MS)
    await opened.close()
  }
  const ended = opened.ended.then((reason) => {
    clearInterval(timer)
    room.close()
    return reason
  })
  return { value: { pause: () => room.close() }, ended, close }
}

/** Gives messages out, and waits while there are too many. */
class Flow {
  readonly #commits: KafkaCommits
  readonly #room: Room
  readonly #take: (record: KafkaRecord) => void
  #isWaiting = false
  #heardMs = performance.now()

  constructor(commits: KafkaCommits, room: Room, take: (record: KafkaRecord) => void) {
    this.#commits = commits
    this.#room = room
    this.#take = take
  }

  /** A broker has answered. */
  hear(): void {
    this.#heardMs = performance.now()
  }

  /** Whether messages are asked for and nobody has answered for long. */
  get isDeaf(): boolean {
    if (this.#isWaiting) this.hear()
    return !this.#room.isClosed && performance.now() - this.#heardMs > SILENT_MS
  }

  /** Rejects when the stream breaks. */
  async readAll(stream: AsyncIterable<Message>): Promise<void> {
    for await (const message of stream) {
      if (this.#room.isClosed) return
      const offsets = this.#commits.of(message)
      if (!offsets.begin(message.offset)) continue
      this.#room.take()
      this.#take(this.#recordOf(message))
      this.#isWaiting = true
      await this.#room.whenLeft(1, () => this.#commits.isFull(message))
      this.#isWaiting = false
      this.hear()
    }
  }

  #recordOf(message: Message): KafkaRecord {
    const offsets = this.#commits.of(message)
    const once = (then: () => void): (() => void) => {
      let isDecided = false
      return () => {
        if (isDecided) return
        isDecided = true
        then()
        this.#commits.moved()
        this.#room.giveBack()
      }
    }
    return {
      // A record without a value, as deletions are.
      body: message.value ?? Buffer.alloc(0),
      headers: message.headers,
      key: message.key,
      name: `${message.topic}/${message.partition}/${message.offset}`,
      settle: once(() => offsets.settle(message.offset)),
      leave: once(() => offsets.leave(message.offset)),
    }
  }
}

function ignore(): void {}
