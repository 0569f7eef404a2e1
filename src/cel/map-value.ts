// The maps that expressions make: `{'a': 1}`.

import { CelError, CelMap, Uint } from './values.ts'
import type { Value } from './values.ts'

/** Keys that JavaScript compares as CEL does. */
type PlainKey = null | boolean | string | number | bigint

/** A later entry of the same key counts. */
export class MapValue extends CelMap {
  readonly #plain = new Map<PlainKey, Value>()
  /** Unsigned keys: 1 and 1u are different ones. */
  #unsigned: Map<bigint, Value> | null = null

  static of(entries: Iterable<readonly [Value, Value]>): MapValue {
    const map = new MapValue()
    for (const [key, value] of entries) map.#set(key, value)
    return map
  }

  get size(): number {
    return this.#plain.size + (this.#unsigned?.size ?? 0)
  }

  /** Where there is no such key, a number of another type that is equal will do. */
  find(key: Value): Value | undefined {
    if (key instanceof Uint) return this.#unsigned?.get(key.value) ?? this.#plain.get(key.value)
    if (typeof key === 'object' && key !== null) return undefined
    const found = this.#plain.get(key)
    if (found !== undefined) return found
    if (typeof key === 'bigint') return this.#unsigned?.get(key)
    return typeof key === 'number' && Number.isInteger(key) ? this.#findInteger(BigInt(key)) : undefined
  }

  keys(): readonly Value[] {
    const unsigned = this.#unsigned === null ? [] : [...this.#unsigned.keys()].map((key) => new Uint(key))
    return [...this.#plain.keys(), ...unsigned]
  }

  #findInteger(key: bigint): Value | undefined {
    return this.#plain.get(key) ?? this.#unsigned?.get(key)
  }

  #set(key: Value, value: Value): void {
    if (key instanceof Uint) {
      this.#unsigned ??= new Map()
      this.#unsigned.set(key.value, value)
    } else if (typeof key === 'object' && key !== null) throw new CelError('unsupported key type')
    else this.#plain.set(key, value)
  }
}
