// What is known of hosts, in shared memory: requests in flight, errors in a row, ejections and health, the same for all workers. Knows no request.

import type { SharedMemory } from '../../../engine/compile/component.ts'
import type { Tally } from '../../../engine/tally.ts'

/** Hosts with a state of their own; more of them at a time share one. security: what a name server says of hosts costs no memory. */
const MAX_HOSTS = 256
const FIELDS = 5
const NAME = 0
const ERRORS = 1
const EJECTIONS = 2
/** Checks with the same result in a row: above 0 good ones, below 0 bad ones. */
const CHECKS = 3
const IS_UNHEALTHY = 4
/** Of the table: 1 while a worker gives places out. */
const LOCK = MAX_HOSTS * FIELDS
/** A worker that was ended in the middle holds others up for no longer. */
const MAX_LOCK_MS = 10
const MAX_EJECTION_FACTOR = 10
const INT32 = Int32Array.BYTES_PER_ELEMENT
const INT64 = BigInt64Array.BYTES_PER_ELEMENT
/** One word says when hosts are checked next, in seconds; the rest is for hosts. */
export const HOST_MEMORY_BYTES = INT64 * (MAX_HOSTS + 1) + INT32 * (MAX_HOSTS * FIELDS + 1)

interface HostMemory {
  readonly words: Int32Array
  readonly times: BigInt64Array
  /** What a worker that dies has added is taken off. */
  readonly inFlight: Tally
  /** How many gateways name a host: one a worker, and those that retire. */
  readonly holders: Tally
}

/** The state of one host. */
export class HostRecord {
  readonly url: string
  readonly #words: Int32Array
  readonly #times: BigInt64Array
  readonly #inFlight: Tally
  readonly #holders: Tally
  readonly #at: number
  readonly #index: number

  constructor(url: string, { words, times, inFlight, holders }: HostMemory, index: number) {
    this.url = url
    this.#words = words
    this.#times = times
    this.#inFlight = inFlight
    this.#holders = holders
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

  hold(): void {
    this.#holders.add(this.#index, 1)
  }

  release(): void {
    this.#holders.add(this.#index, -1)
  }

  /** Nobody names it, and nothing runs there. */
  get isUnused(): boolean {
    return this.#holders.read(this.#index) === 0 && this.inFlight === 0
  }

  /** Nothing is known of it. */
  clear(): void {
    for (const field of [ERRORS, EJECTIONS, CHECKS, IS_UNHEALTHY]) Atomics.store(this.#words, this.#at + field, 0)
    Atomics.store(this.#times, this.#index, 0n)
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
  #held: ReadonlyMap<string, HostRecord> = new Map()

  /** Hosts of the same name are the same in every worker and after a reload. */
  constructor(shared: Pick<SharedMemory, 'buffer' | 'tally'>, name: string) {
    const memory = shared.buffer(name, HOST_MEMORY_BYTES)
    this.#memory = {
      times: new BigInt64Array(memory, 0, MAX_HOSTS + 1),
      words: new Int32Array(memory, INT64 * (MAX_HOSTS + 1)),
      inFlight: shared.tally(`${name} in flight`, MAX_HOSTS),
      holders: shared.tally(`${name} holders`, MAX_HOSTS),
    }
  }

  /** The records of the hosts that this gateway names from now on, the same in every worker and after a reload. */
  hold(urls: readonly string[]): ReadonlyMap<string, HostRecord> {
    this.#lock()
    const before = this.#held
    const wanted = new Set(urls)
    for (const [url, record] of before) if (!wanted.has(url)) record.release()
    this.#held = new Map([...wanted].map((url) => [url, before.get(url) ?? this.#take(url)]))
    this.#unlock()
    return this.#held
  }

  /** Whether it is this caller's turn to check hosts: one of all workers, once in `intervalMs`. */
  takeTurn(nowMs: number, intervalMs: number): boolean {
    const { times } = this.#memory
    const due = Atomics.load(times, MAX_HOSTS)
    if (BigInt(Math.floor(nowMs)) < due) return false
    return Atomics.compareExchange(times, MAX_HOSTS, due, BigInt(Math.floor(nowMs + intervalMs))) === due
  }

  #take(url: string): HostRecord {
    const hash = hashOf(url) | 0
    const record = new HostRecord(url, this.#memory, this.#placeOf(hash))
    record.hold()
    return record
  }

  /** The place that the host has, else a free one, else one whose host nobody names any more; that of its hash where all are in use. */
  #placeOf(hash: number): number {
    let free = -1
    let unused = -1
    for (let step = 0; step < MAX_HOSTS; step++) {
      const index = ((hash >>> 0) + step) % MAX_HOSTS
      const name = Atomics.load(this.#memory.words, index * FIELDS + NAME)
      if (name === hash) return index
      if (name === 0) {
        if (free < 0) free = index
      } else if (unused < 0 && this.#at(index).isUnused) unused = index
    }
    const place = free < 0 ? unused : free
    if (place < 0) return (hash >>> 0) % MAX_HOSTS
    this.#at(place).clear()
    Atomics.store(this.#memory.words, place * FIELDS + NAME, hash)
    return place
  }

  #at(index: number): HostRecord {
    return new HostRecord('', this.#memory, index)
  }

  /** One worker at a time: two that look for a place for the same host find the same. */
  #lock(): void {
    const { words } = this.#memory
    while (Atomics.compareExchange(words, LOCK, 0, 1) !== 0) if (Atomics.wait(words, LOCK, 1, MAX_LOCK_MS) === 'timed-out') return
  }

  #unlock(): void {
    const { words } = this.#memory
    Atomics.store(words, LOCK, 0)
    Atomics.notify(words, LOCK, 1)
  }
}

/** FNV-1a, never 0. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hash === 0 ? 1 : hash
}
