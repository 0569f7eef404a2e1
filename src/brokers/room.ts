// How many messages may be given out and not decided yet: whoever reads waits while there is no room. Knows no broker.

export class Room {
  readonly most: number
  #taken = 0
  #isClosed = false
  #changed = Promise.withResolvers<void>()

  constructor(most: number) {
    this.most = most
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get left(): number {
    return this.most - this.#taken
  }

  take(): void {
    this.#taken++
  }

  /** One of them is decided. */
  giveBack(): void {
    this.#taken--
    this.#change()
  }

  /** Nobody waits any more. */
  close(): void {
    this.#isClosed = true
    this.#change()
  }

  /** Resolves when so many have room and nothing else stands in the way, or when it is closed. */
  async whenLeft(count: number, isBlocked: () => boolean = () => false): Promise<void> {
    while (!this.#isClosed && (this.left < count || isBlocked())) await this.#changed.promise
  }

  #change(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}
