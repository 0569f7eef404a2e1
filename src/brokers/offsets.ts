// Which messages of one partition of Kafka are handled, and up to where it may be said: an offset that is committed speaks for all before it. Pure.

type State = 'open' | 'left' | 'done'

export class Offsets {
  readonly #most: number
  /** Messages behind the committed offset that block it, in their order: the first one is never done. */
  readonly #states = new Map<bigint, State>()
  #committed: bigint | null = null
  #highest = -1n

  /** `most`: messages that wait behind one that is not handled. */
  constructor(most: number) {
    this.#most = most
  }

  /** False for a message that was begun before: after a change of the group its members get anew what is not committed. */
  begin(offset: bigint): boolean {
    if (this.#committed !== null && offset >= this.#committed && offset <= this.#highest) return false
    // Before what is committed: the topic was made anew, or somebody wound it back.
    if (this.#committed === null || offset < this.#committed) {
      this.#states.clear()
      this.#committed = offset
    }
    this.#highest = offset
    this.#states.set(offset, 'open')
    return true
  }

  /** It is handled. */
  settle(offset: bigint): void {
    this.#set(offset, 'done')
  }

  /** It cannot be, and comes again when the partition is read anew. */
  leave(offset: bigint): void {
    this.#set(offset, 'left')
  }

  get isFull(): boolean {
    return this.#states.size >= this.#most
  }

  /** Gives up the first message, and says so, if it was left. */
  giveUpFirst(): boolean {
    const [first] = this.#states
    if (first?.[1] !== 'left') return false
    this.settle(first[0])
    return true
  }

  /** Where reading has to go on after what is handled; null where that has not moved since it was committed. */
  get position(): bigint | null {
    const [first] = this.#states.keys()
    const position = first ?? this.#highest + 1n
    return this.#committed === null || position <= this.#committed ? null : position
  }

  /** The broker knows of a position. */
  committed(position: bigint): void {
    if (this.#committed === null || position > this.#committed) this.#committed = position
  }

  #set(offset: bigint, state: State): void {
    if (!this.#states.has(offset)) return
    this.#states.set(offset, state)
    if (state !== 'done') return
    for (const [first, own] of this.#states) {
      if (own !== 'done') return
      this.#states.delete(first)
    }
  }
}
