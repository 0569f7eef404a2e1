// What is said to Kafka of the messages that are handled: one commit after the other, for all partitions that moved.

import type { Consumer } from '@platformatic/kafka'
import { settlesWithin } from '../engine/settles-within.ts'
import { kafkaReason } from './kafka.ts'
import { pause } from './link.ts'
import { Offsets } from './offsets.ts'

interface Place {
  readonly topic: string
  readonly partition: number
  readonly leaderEpoch: number
}

/** Between two commits: what was handled within is handled again after a sudden death. */
const PAUSE_MS = 50
const AGAIN_MS = 1000
/** Commits that fail in a row before everything is opened anew. */
const MOST_FAILURES = 5
/** Messages of a partition that wait behind one that is not handled. security: their offsets are in memory. */
const MOST_OPEN = 10_000

export class KafkaCommits {
  readonly #consumer: Pick<Consumer, 'commit' | 'isActive' | 'on'>
  readonly #fail: (reason: string) => void
  readonly #partitions = new Map<string, { readonly place: Place; readonly offsets: Offsets }>()
  readonly #stopping = new AbortController()
  #running: Promise<void> | null = null

  constructor(consumer: Pick<Consumer, 'commit' | 'isActive' | 'on'>, fail: (reason: string) => void) {
    this.#consumer = consumer
    this.#fail = fail
    consumer.on('consumer:group:join', ({ assignments = [] }) => {
      const own = new Set(assignments.flatMap(({ topic, partitions }) => partitions.map((partition) => `${topic} ${partition}`)))
      // Another member reads them on; what is still handled here is not ours to commit.
      for (const key of this.#partitions.keys()) if (!own.has(key)) this.#partitions.delete(key)
    })
  }

  of(place: Place): Offsets {
    const key = `${place.topic} ${place.partition}`
    let own = this.#partitions.get(key)
    if (own === undefined) {
      own = { place, offsets: new Offsets(MOST_OPEN) }
      this.#partitions.set(key, own)
    }
    return own.offsets
  }

  /** Whether a partition has to wait: too many messages do behind one that is handled still. One that was left is given up. */
  isFull(place: Place): boolean {
    const offsets = this.of(place)
    while (offsets.isFull) {
      if (!offsets.giveUpFirst()) return true
      this.moved()
    }
    return false
  }

  /** Something is handled. */
  moved(): void {
    if (this.#stopping.signal.aborted) return
    this.#running ??= this.#run().finally(() => (this.#running = null))
  }

  /** Says the last of it; resolves after that time at the latest. */
  async finish(ms: number): Promise<void> {
    this.#stopping.abort()
    const last = async (): Promise<void> => {
      await this.#running
      await this.#commit()
    }
    await settlesWithin(ms, last().catch(ignore))
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    for (let failures = 0; !signal.aborted && this.#moves().length > 0;) {
      try {
        // During a change of the group nothing can be committed; after it everything can.
        if (this.#consumer.isActive()) await this.#commit()
        failures = 0
        await pause(PAUSE_MS, signal)
      } catch (error) {
        if (++failures > MOST_FAILURES) return this.#fail(`offsets cannot be committed: ${kafkaReason(error)}`)
        await pause(AGAIN_MS, signal)
      }
    }
  }

  #moves() {
    return [...this.#partitions.values()].flatMap(({ place: { topic, partition, leaderEpoch }, offsets }) => {
      const { position } = offsets
      return position === null ? [] : [{ move: { topic, partition, leaderEpoch, offset: position }, offsets }]
    })
  }

  async #commit(): Promise<void> {
    const moves = this.#moves()
    if (moves.length === 0) return
    await this.#consumer.commit({ offsets: moves.map(({ move }) => move) })
    for (const { offsets, move } of moves) offsets.committed(move.offset)
  }
}

function ignore(): void {}
