// The sinks of one kind that a thread writes to: one for each name, kept as long as configurations ask for it.

interface Ending {
  /** Resolves when all is sent, or when nobody has taken it for a second. */
  end(): Promise<void>
}

/** The configuration that is served, and one that is opened beside it. */
const MAX_OPEN = 2

export class OpenSinks<S extends Ending> {
  /** The one that was asked for last stands last. */
  readonly #open = new Map<string, S>()
  #last = ''

  /** Ask for each line: whoever has lines to say keeps his sink, whatever was opened and given up meanwhile. */
  get(name: string, create: () => S): S {
    const known = this.#open.get(name)
    if (known !== undefined && name === this.#last) return known
    this.#last = name
    this.#open.delete(name)
    const sink = known ?? create()
    this.#open.set(name, sink)
    const [oldest] = this.#open
    if (oldest !== undefined && this.#open.size > MAX_OPEN) {
      this.#open.delete(oldest[0])
      void oldest[1].end()
    }
    return sink
  }

  /** Those that are open take nothing afterwards. */
  async end(): Promise<void> {
    await Promise.all([...this.#open.values()].map((sink) => sink.end()))
  }
}
