// Numbers and memory that a plugin has in common with itself in every worker, over reloads and fresh workers.

import type { SharedMemory } from '../../engine/compile/component.ts'
import type { Counter } from '../types.ts'

/** Names of memory that plugins ask for begin so: whoever keeps it bounds their number. */
export const PLUGIN_MEMORY = 'plugin '
/** Longer names are made of what clients send: each would stay until the process ends. */
const MAX_NAME_LENGTH = 200
const COUNTER_BYTES = 8

export interface PluginMemory {
  /** The number of that name, 0 at first. Throws a TypeError for a name of no or more than 200 characters, a RangeError when there are too many. */
  counter(name: string): Counter
  /** The zeroed memory of that name and size. Throws as `counter` does. */
  buffer(name: string, byteLength: number): SharedArrayBuffer
}

/** What belongs to the plugin of that name, at whatever place. */
export function pluginMemory(shared: SharedMemory, plugin: string): PluginMemory {
  const open = (what: string, name: string, byteLength: number): SharedArrayBuffer => {
    checkName(what, name)
    // Lengths keep apart what two names have in common: "a" + "b/c" is not "a/b" + "c".
    return shared.buffer(`${PLUGIN_MEMORY}${what} ${plugin.length} ${plugin} ${name}`, byteLength)
  }
  return {
    counter: (name) => new SharedCounter(open('counter', name, COUNTER_BYTES), name),
    buffer: (name, byteLength) => open('buffer', name, byteLength),
  }
}

function checkName(what: string, name: unknown): void {
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_LENGTH)
    throw new TypeError(`the name of a ${what} has 1 to ${MAX_NAME_LENGTH} characters`)
}

class SharedCounter implements Counter {
  readonly #value: BigInt64Array<SharedArrayBuffer>
  readonly #name: string

  constructor(memory: SharedArrayBuffer, name: string) {
    this.#value = new BigInt64Array(memory)
    this.#name = name
  }

  add(by = 1): number {
    this.#check(by)
    for (;;) {
      const old = this.get()
      const next = old + by
      this.#check(next)
      if (this.compareAndSet(old, next)) return next
    }
  }

  get(): number {
    return Number(Atomics.load(this.#value, 0))
  }

  set(value: number): void {
    this.#check(value)
    Atomics.store(this.#value, 0, BigInt(value))
  }

  compareAndSet(old: number, value: number): boolean {
    this.#check(old)
    this.#check(value)
    const known = BigInt(old)
    return Atomics.compareExchange(this.#value, 0, known, BigInt(value)) === known
  }

  #check(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`the counter "${this.#name}" takes safe integers: ${String(value)} is none`)
  }
}
