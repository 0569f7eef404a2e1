// One text in memory that all workers see, such as a key set or a token: whoever may fetch it does so for all. Knows nothing of threads and HTTP.

const HEADER_BYTES = 32
const LOADING = 0
const VERSION = 1
const LENGTH = 2
const STORED_AT = 2
const LOADING_SINCE = 3

export interface Snapshot {
  /** Grows with every published text. */
  readonly version: number
  readonly storedAtMs: number
  readonly bytes: Buffer
}

/**
 * One slot for the newest text. Whoever may load (`tryBegin`) does so for all; the others wait for it.
 * A reader never sees half a text: the version is odd while it is being written.
 */
export class SharedSlot {
  readonly #words: Int32Array
  readonly #times: Float64Array
  readonly #bytes: Buffer

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, 4)
    this.#times = new Float64Array(memory, 0, 4)
    this.#bytes = Buffer.from(memory, HEADER_BYTES)
  }

  get version(): number {
    return Atomics.load(this.#words, VERSION)
  }

  /** True when this worker is to load. A load that began more than `limitMs` ago is given up for lost. */
  tryBegin(nowMs: number, limitMs: number): boolean {
    const isFree = Atomics.compareExchange(this.#words, LOADING, 0, 1) === 0
    const isLost = !isFree && Math.abs(nowMs - (this.#times[LOADING_SINCE] as number)) > limitMs
    if (isFree || isLost) this.#times[LOADING_SINCE] = nowMs
    return isFree || isLost
  }

  /** Ends what `tryBegin` began and wakes those who wait. */
  end(): void {
    Atomics.store(this.#words, LOADING, 0)
    Atomics.notify(this.#words, LOADING)
  }

  /** Resolves when nobody loads any more, or after `limitMs`. */
  async waitForEnd(limitMs: number): Promise<void> {
    await Atomics.waitAsync(this.#words, LOADING, 1, limitMs).value
  }

  /** Makes a text visible to all. One that is too large is not: false. */
  publish(bytes: Buffer, storedAtMs: number): boolean {
    const version = this.version
    if (bytes.length > this.#bytes.length || version % 2 === 1) return false
    if (Atomics.compareExchange(this.#words, VERSION, version, version + 1) !== version) return false
    this.#times[STORED_AT] = storedAtMs
    Atomics.store(this.#words, LENGTH, bytes.length)
    bytes.copy(this.#bytes)
    Atomics.store(this.#words, VERSION, version + 2)
    return true
  }

  /** The newest text, or null when there is none or when it is just being replaced. */
  read(): Snapshot | null {
    const version = this.version
    if (version === 0 || version % 2 === 1) return null
    const storedAtMs = this.#times[STORED_AT] as number
    const bytes = Buffer.from(this.#bytes.subarray(0, Atomics.load(this.#words, LENGTH)))
    return this.version === version ? { version, storedAtMs, bytes } : null
  }
}
