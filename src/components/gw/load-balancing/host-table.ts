// What is known of hosts, in shared memory: requests in flight, errors in a row, ejections and health, the same for all workers. Knows no request.

import type { SharedMemory } from '../../../engine/compile/component.ts'
import type { Tally } from '../../../engine/tally.ts'

/** Hosts with a state of their own; more of them share one. security: what a name server says of hosts costs no memory. */
const MAX_HOSTS = 256
const FIELDS = 5
const NAME = 0
const ERRORS = 1
const EJECTIONS = 2
/** Checks with the same result in a row: above 0 good ones, below 0 bad ones. */
const CHECKS = 3
const IS_UNHEALTHY = 4
const MAX_EJECTION_FACTOR = 10
const INT32 = Int32Array.BYTES_PER_ELEMENT
const INT64 = BigInt64Array.BYTES_PER_ELEMENT
/** One word says when hosts are checked next, in seconds; the rest is for hosts. */
const BYTES = INT64 * (MAX_HOSTS + 1) + INT32 * MAX_HOSTS * FIELDS

interface HostMemory {
  readonly words: Int32Array
  readonly times: BigInt64Array
  readonly inFlight: Tally
}

/** The state of one host. */
export class HostRecord {
  readonly url: string
  readonly #words: Int32Array
  readonly #times: BigInt64Array
  readonly #inFlight: Tally
  readonly #at: number
  readonly #index: number

  constructor(url: string, { words, times, inFlight }: HostMemory, index: number) {
    this.url = url
    this.#words = words
    this.#times = times
    this.#inFlight = inFlight
    this.#index = index
    this.#at = index * FIELDS
  }

  get inFlight(): number {
    return this.#inFlight.read(this.#index)
  }

  begin(): void {
    this.#inFlight.add(this.#index, 1)
  }

  end(): void {
    this.#inFlight.add(this.#index, -1)
  }

  isEjected(nowMs: number): boolean {
    return Atomics.load(this.#times, this.#index) > BigInt(Math.floor(nowMs))
  }

  get isUnhealthy(): boolean {
    return Atomics.load(this.#words, this.#at + IS_UNHEALTHY) === 1
  }

  succeed(): void {
    if (Atomics.load(this.#words, this.#at + ERRORS) !== 0) Atomics.store(this.#words, this.#at + ERRORS, 0)
    if (Atomics.load(this.#words, this.#at + EJECTIONS) !== 0) Atomics.store(this.#words, this.#at + EJECTIONS, 0)
  }

  /** Errors in a row, this one included. */
  fail(): number {
    return Atomics.add(this.#words, this.#at + ERRORS, 1) + 1
  }

  /** Leaves it out for `baseMs`, longer each time in a row; gives how long. */
  eject(nowMs: number, baseMs: number): number {
    Atomics.store(this.#words, this.#at + ERRORS, 0)
    const count = Atomics.add(this.#words, this.#at + EJECTIONS, 1) + 1
    const ms = baseMs * Math.min(count, MAX_EJECTION_FACTOR)
    Atomics.store(this.#times, this.#index, BigInt(Math.ceil(nowMs + ms)))
    return ms
  }

  /** The result of a check; says whether the host has changed by it. */
  check(isGood: boolean, thresholds: { readonly healthy: number; readonly unhealthy: number }): boolean {
    const before = Atomics.load(this.#words, this.#at + CHECKS)
    const now = isGood ? Math.max(0, before) + 1 : Math.min(0, before) - 1
    Atomics.store(this.#words, this.#at + CHECKS, now)
    if (isGood ? now < thresholds.healthy : -now < thresholds.unhealthy) return false
    const state = isGood ? 0 : 1
    return Atomics.exchange(this.#words, this.#at + IS_UNHEALTHY, state) !== state
  }
}

export class HostTable {
  readonly #memory: HostMemory
  readonly #records = new Map<string, HostRecord>()

  /** Hosts of the same name are the same in every worker and after a reload. */
  constructor(shared: Pick<SharedMemory, 'buffer' | 'tally'>, name: string) {
    const memory = shared.buffer(name, BYTES)
    this.#memory = {
      times: new BigInt64Array(memory, 0, MAX_HOSTS + 1),
      words: new Int32Array(memory, INT64 * (MAX_HOSTS + 1)),
      inFlight: shared.tally(`${name} in flight`, MAX_HOSTS),
    }
  }

  /** The record of a host, the same in every worker and after a reload. */
  recordOf(url: string): HostRecord {
    let record = this.#records.get(url)
    if (record === undefined) {
      if (this.#records.size >= MAX_HOSTS) this.#records.clear()
      record = new HostRecord(url, this.#memory, this.#placeOf(hashOf(url)))
      this.#records.set(url, record)
    }
    return record
  }

  /** Whether it is this caller's turn to check hosts: one of all workers, once in `intervalMs`. */
  takeTurn(nowMs: number, intervalMs: number): boolean {
    const { times } = this.#memory
    const due = Atomics.load(times, MAX_HOSTS)
    if (BigInt(Math.floor(nowMs)) < due) return false
    return Atomics.compareExchange(times, MAX_HOSTS, due, BigInt(Math.floor(nowMs + intervalMs))) === due
  }

  /** The first free place from the one of its hash on, or the one it has. */
  #placeOf(hash: number): number {
    for (let step = 0; step < MAX_HOSTS; step++) {
      const index = (hash + step) % MAX_HOSTS
      const known = Atomics.compareExchange(this.#memory.words, index * FIELDS + NAME, 0, hash | 0)
      if (known === 0 || known === (hash | 0)) return index
    }
    return hash % MAX_HOSTS
  }
}

/** FNV-1a, never 0. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hash === 0 ? 1 : hash
}
