// What is counted at each place, in memory that all workers share and that reloads keep: found by its name, whoever asks.

import { countOne, readCounter, type Words } from './counters.ts'
import { HISTOGRAM_WORDS, SampleSlab } from './samples.ts'
import { CIPHER_NAMES, VERSION_NAMES } from './tls-names.ts'

/** `SharedMemory.buffer`. */
export type GiveMemory = (name: string, byteLength: number) => SharedArrayBuffer

const WORD_BYTES = 4
const COUNTER_WORDS = 2

/** Statuses of one endpoint that have a counter of their own. */
const STATUSES = 32
/** The status and its counter. */
const STATUS_WORDS = 1 + COUNTER_WORDS
const OTHERS = STATUSES * STATUS_WORDS
const SIZE = OTHERS + COUNTER_WORDS
const TIME = SIZE + HISTOGRAM_WORDS
const RESPONSE_WORDS = TIME + HISTOGRAM_WORDS

/** A histogram with the words where it stands. */
export interface Histogram {
  readonly words: Words
  readonly at: number
}

/** The answers of one endpoint. */
export class ResponseMeter {
  readonly #words: Words
  readonly #slab: SampleSlab

  constructor(memory: SharedArrayBuffer, slab: SampleSlab) {
    this.#words = new Int32Array(memory)
    this.#slab = slab
  }

  /** `bytes` of the body, `nanoseconds` until it had left. */
  answered(status: number, bytes: number, nanoseconds: number): void {
    const words = this.#words
    countOne(words, this.#placeOf(status))
    this.#slab.add(words, SIZE, bytes)
    this.#slab.add(words, TIME, nanoseconds)
  }

  /** Status → answers; 0 for all statuses beyond the first that were seen. */
  statuses(): [status: number, count: number][] {
    const words = this.#words
    const found: [number, number][] = []
    for (let at = 0; at < OTHERS; at += STATUS_WORDS) {
      const status = Atomics.load(words, at)
      if (status !== 0) found.push([status, readCounter(words, at + 1)])
    }
    const others = readCounter(words, OTHERS)
    return others > 0 ? [...found, [0, others]] : found
  }

  get size(): Histogram {
    return { words: this.#words, at: SIZE }
  }

  get time(): Histogram {
    return { words: this.#words, at: TIME }
  }

  /** security: a backend chooses the status of `no-op` answers, so there is a bound to how many get a counter. */
  #placeOf(status: number): number {
    const words = this.#words
    for (let i = 0; i < STATUSES; i++) {
      const at = ((status + i) % STATUSES) * STATUS_WORDS
      if (words[at] === status) return at + 1
      const before = Atomics.compareExchange(words, at, 0, status)
      if (before === 0 || before === status) return at + 1
    }
    return OTHERS
  }
}

/** A counter and a histogram for each of the four outcomes. */
const OUTCOME_WORDS = COUNTER_WORDS + HISTOGRAM_WORDS
const OUTCOMES = 4

export interface Outcome {
  readonly isComplete: boolean
  readonly hasError: boolean
  readonly count: number
  /** Nanoseconds. */
  readonly latency: Histogram
}

/** What a pipe came to. */
export class PipeMeter {
  readonly #words: Words
  readonly #slab: SampleSlab

  constructor(memory: SharedArrayBuffer, slab: SampleSlab) {
    this.#words = new Int32Array(memory)
    this.#slab = slab
  }

  ended(isComplete: boolean, hasError: boolean, nanoseconds: number): void {
    const at = outcomeAt(isComplete, hasError)
    countOne(this.#words, at)
    this.#slab.add(this.#words, at + COUNTER_WORDS, nanoseconds)
  }

  /** All four. */
  outcomes(): Outcome[] {
    const words = this.#words
    return [false, true].flatMap((isComplete) =>
      [false, true].map((hasError) => {
        const at = outcomeAt(isComplete, hasError)
        return { isComplete, hasError, count: readCounter(words, at), latency: { words, at: at + COUNTER_WORDS } }
      }),
    )
  }
}

function outcomeAt(isComplete: boolean, hasError: boolean): number {
  return ((isComplete ? 2 : 0) + (hasError ? 1 : 0)) * OUTCOME_WORDS
}

const CONNECTED = 0
const DISCONNECTED = 2
const VERSIONS = 4
const CIPHERS = VERSIONS + VERSION_NAMES.length * COUNTER_WORDS
const ROUTER_WORDS = CIPHERS + CIPHER_NAMES.length * COUNTER_WORDS

/** Requests of all endpoints. Its counters are never set back: who wants a window takes the difference. */
export class RouterMeter {
  readonly #words: Words

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
  }

  connected(): void {
    countOne(this.#words, CONNECTED)
  }

  disconnected(): void {
    countOne(this.#words, DISCONNECTED)
  }

  /** `TLSv1.3` and the cipher's standard name. */
  encrypted(version: string, cipher: string): void {
    countOne(this.#words, VERSIONS + placeIn(VERSION_NAMES, version) * COUNTER_WORDS)
    countOne(this.#words, CIPHERS + placeIn(CIPHER_NAMES, cipher) * COUNTER_WORDS)
  }

  get counts(): { readonly connected: number; readonly disconnected: number } {
    return { connected: readCounter(this.#words, CONNECTED), disconnected: readCounter(this.#words, DISCONNECTED) }
  }

  /** Those that were seen, by KrakenD's names. */
  get tls(): { readonly versions: readonly [string, number][]; readonly ciphers: readonly [string, number][] } {
    return { versions: this.#seen(VERSION_NAMES, VERSIONS), ciphers: this.#seen(CIPHER_NAMES, CIPHERS) }
  }

  #seen(names: readonly (readonly [string, string])[], at: number): [string, number][] {
    const all = names.map(([, name], i): [string, number] => [name, readCounter(this.#words, at + i * COUNTER_WORDS)])
    return all.filter(([, count]) => count > 0)
  }
}

/** The last of the list stands for whatever it lacks. */
function placeIn(names: readonly (readonly [string, string])[], name: string): number {
  const index = names.findIndex(([own]) => own === name)
  return index === -1 ? names.length - 1 : index
}

/** Opens meters. The same name is the same meter in every worker and after a reload. */
export class Meters {
  readonly slab: SampleSlab
  readonly #memory: GiveMemory

  constructor(memory: GiveMemory) {
    this.#memory = memory
    this.slab = new SampleSlab(memory('telemetry/metrics samples', SampleSlab.BYTES))
  }

  router(): RouterMeter {
    return new RouterMeter(this.#words('router', ROUTER_WORDS))
  }

  /** `name`: an endpoint's path in the router's form. */
  response(name: string): ResponseMeter {
    return new ResponseMeter(this.#words(`response ${name}`, RESPONSE_WORDS), this.slab)
  }

  pipe(layer: 'pipe' | 'backend', name: string): PipeMeter {
    return new PipeMeter(this.#words(`${layer} ${name}`, OUTCOMES * OUTCOME_WORDS), this.slab)
  }

  #words(name: string, words: number): SharedArrayBuffer {
    return this.#memory(`telemetry/metrics ${name}`, words * WORD_BYTES)
  }
}
