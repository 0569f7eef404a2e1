// The maps that expressions make: `{'a': 1}`.

import { Duration, Timestamp } from './time.ts'
import { CelError, CelMap, TypeValue, Uint } from './values.ts'
import type { Value } from './values.ts'

/** A later entry of the same key counts. */
export class MapValue extends CelMap {
  /** Keys that JavaScript compares as CEL does; a list and a map are only found as the very same ones. */
  readonly #plain = new Map<Value, Value>()
  /** Objects of which several may be the same key, by what they say. */
  #described: Map<string, readonly [key: Value, value: Value]> | null = null

  static of(entries: Iterable<readonly [Value, Value]>): MapValue {
    const map = new MapValue()
    for (const [key, value] of entries) map.#set(key, value)
    return map
  }

  get size(): number {
    return this.#plain.size + (this.#described?.size ?? 0)
  }

  /** Where there is no such key, a number of another type that is equal will do. */
  find(key: Value): Value | undefined {
    if (this.size === 0) return undefined
    const found = this.#get(key)
    if (found !== undefined) return found
    if (key instanceof Uint) return this.#plain.get(key.value)
    if (typeof key === 'bigint') return this.#get(new Uint(key))
    return typeof key === 'number' && Number.isInteger(key) ? this.#findInteger(BigInt(key)) : undefined
  }

  keys(): readonly Value[] {
    return [...this.#plain.keys(), ...Array.from(this.#described?.values() ?? [], ([key]) => key)]
  }

  #findInteger(key: bigint): Value | undefined {
    const found = this.#plain.get(key)
    return found === undefined ? this.#get(new Uint(key)) : found
  }

  #get(key: Value): Value | undefined {
    const description = describe(key)
    return description === null ? this.#plain.get(key) : this.#described?.get(description)?.[1]
  }

  #set(key: Value, value: Value): void {
    const description = describe(key)
    if (description === null) this.#plain.set(key, value)
    else (this.#described ??= new Map()).set(description, [key, value])
  }
}

/** null for a key that is compared as it is. Throws a CelError for bytes, which are none. */
function describe(key: Value): string | null {
  if (key instanceof Uint) return `${key.value}u`
  if (key instanceof TypeValue) return key.name
  if (key instanceof Duration) return `${key.nanos}ns`
  if (key instanceof Timestamp) return `${key.total}ns at ${key.offset}`
  if (key instanceof Uint8Array) throw new CelError('unsupported key type')
  return null
}
