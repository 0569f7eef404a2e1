// Tables: an array part, and a hash part that keeps the order in which keys were first inserted. Knows neither metamethods nor errors.
//
// The rules of length, order and removal are those of gopher-lua's table.go, which scripts can observe: trailing nils stay in the array
// part, and a key keeps its place in the order after it was removed.

import { SparsePart } from './sparse-part.ts'
import type { Value } from './value.ts'

/** Up to here an integer key belongs to the array part (gopher-lua's MaxArrayIndex). */
const MAX_ARRAY_INDEX = 67_108_864
/** perf: an array part grows by nils only if they are few; further keys go to a sparse map that behaves like a part of the array. */
const MAX_GAP = 1024
/** perf: up to this number of keys that are not in the index a search beats a map. */
const MAX_UNINDEXED = 8

/** Where `next` puts what it finds. */
export interface Cursor {
  key: Value
  value: Value
}

export class LuaTable {
  metatable: LuaTable | undefined = undefined
  array: Value[]
  /** Integer keys beyond the end of `array`. */
  private sparse: SparsePart | null = null
  private keys: Value[] = []
  private values: Value[] = []
  /** Position of the first `indexed` keys. */
  private index: Map<Value, number> | null = null
  private indexed = 0
  private sharesKeys = false
  private sharesIndex = false
  /** An upper bound of the border: nothing but nil behind it. */
  private border: number

  constructor(array: Value[] = []) {
    this.array = array
    this.border = array.length
  }

  /** A table of these fields, in their order. */
  static of(fields: Readonly<Record<string, Value>>): LuaTable {
    const table = new LuaTable()
    for (const [name, value] of Object.entries(fields)) table.setHash(name, value)
    return table
  }

  /** A table of distinct keys; `values` holds no nil. Takes both arrays over. */
  static record(keys: Value[], values: Value[]): LuaTable {
    const table = new LuaTable()
    if (keys.length > MAX_UNINDEXED) {
      for (let i = 0; i < keys.length; i++) table.set(keys[i], values[i])
      return table
    }
    table.keys = keys
    table.values = values
    return table
  }

  /** A copy that shares what it can until one of the two is written. Neither array parts nor metatables: for libraries. */
  cloneRecord(): LuaTable {
    const copy = new LuaTable()
    if (this.indexed < this.keys.length) this.buildIndex()
    copy.keys = this.keys
    copy.values = this.values.slice()
    copy.index = this.index
    copy.indexed = this.indexed
    copy.sharesKeys = true
    copy.sharesIndex = true
    this.sharesKeys = true
    this.sharesIndex = true
    return copy
  }

  get(key: Value): Value {
    if (typeof key === 'string') return this.getString(key)
    if (typeof key === 'number') return this.getNumber(key)
    if (key === undefined) return undefined
    const at = this.find(key)
    return at < 0 ? undefined : this.values[at]
  }

  getString(key: string): Value {
    const at = this.find(key)
    return at < 0 ? undefined : this.values[at]
  }

  getNumber(key: number): Value {
    // perf: an index that is no element gives undefined anyway; only keys that are properties of arrays would be wrong, and none is a number.
    if (key > 0 && key <= this.array.length && Number.isInteger(key)) return this.array[key - 1]
    if (isArrayKey(key)) return this.sparse === null ? undefined : this.sparse.get(key)
    if (key !== key) return undefined
    const at = this.find(key)
    return at < 0 ? undefined : this.values[at]
  }

  /** The caller has refused nil and NaN. Returns how many bytes it took, about. */
  set(key: Value, value: Value): number {
    if (typeof key === 'number' && isArrayKey(key)) return this.setInteger(key, value)
    return this.setHash(key === 0 ? 0 : key, value)
  }

  setInteger(key: number, value: Value): number {
    const length = this.array.length
    if (key <= length) {
      this.array[key - 1] = value
    } else if (key === length + 1 && this.sparse === null) {
      this.array.push(value)
    } else if (key - length <= MAX_GAP) {
      return this.extend(key, value)
    } else {
      return this.setSparse(key, value)
    }
    if (value !== undefined && key > this.border) this.border = key
    return key > length ? 16 : 0
  }

  setHash(key: Value, value: Value): number {
    const at = this.find(key)
    if (at >= 0) {
      this.values[at] = value
      return 0
    }
    if (value === undefined) return 0
    if (this.sharesKeys) {
      this.keys = this.keys.slice()
      this.sharesKeys = false
    }
    this.keys.push(key)
    this.values.push(value)
    if (this.index !== null && !this.sharesIndex && this.indexed === this.keys.length - 1) {
      this.index.set(key, this.indexed)
      this.indexed++
    } else if (this.keys.length - this.indexed > MAX_UNINDEXED) {
      this.buildIndex()
    }
    return 64
  }

  /** gopher-lua's length: the last element that is not nil. */
  get length(): number {
    let border = this.sparse === null ? this.border : this.sparse.last(this.border)
    if (border > this.array.length) return border
    const { array } = this
    while (border > 0 && array[border - 1] === undefined) border--
    this.border = border
    return border
  }

  /** The entry after `key` in gopher-lua's order; false at the end. Unknown keys continue at the second key, as there. */
  next(key: Value, cursor: Cursor): boolean {
    if (key === undefined || typeof key === 'number') {
      const index = key ?? 0
      if (index >= 0 && index < MAX_ARRAY_INDEX && Number.isInteger(index) && (key === undefined || index !== 0)) {
        const { array } = this
        for (let i = index; i < array.length; i++) {
          const value = array[i]
          if (value !== undefined) {
            cursor.key = i + 1
            cursor.value = value
            return true
          }
        }
        if (this.sparse !== null && this.sparse.next(index, cursor)) return true
        if (index <= array.length || this.sparse?.has(index) === true) return this.nextHash(0, cursor)
      }
    }
    const at = this.find(key)
    return this.nextHash(at < 0 ? 1 : at + 1, cursor)
  }

  /** Inserts into the array part and shifts what follows (`table.insert` with a position). Returns the bytes it took. */
  insert(position: number, value: Value): number {
    this.densify()
    if (position > this.array.length || position <= 0) return position >= 1 ? this.set(position, value) : this.setHash(position, value)
    this.array.splice(position - 1, 0, value)
    this.border = this.array.length
    return 16
  }

  /** gopher-lua's `table.remove`: without a position the last slot of the array part goes, even when it is nil. */
  remove(position: number): Value {
    this.densify()
    const { array } = this
    if (array.length === 0 || position > array.length) return undefined
    const removed = position === array.length || position < 1 ? array.pop() : array.splice(position - 1, 1)[0]
    if (this.border > array.length) this.border = array.length
    return removed
  }

  /** Brings sparse keys into the array part, for what works on the array as a whole. */
  densify(): void {
    const { sparse } = this
    if (sparse === null) return
    this.sparse = null
    for (const key of sparse.sorted()) {
      while (this.array.length < key - 1) this.array.push(undefined)
      this.array.push(sparse.get(key))
    }
    this.border = this.array.length
  }

  /** How many keys are in the sparse part: what `length` and `next` may have to look at. */
  get sparseSize(): number {
    return this.sparse === null ? 0 : this.sparse.size
  }

  /** How many slots `densify` would make. */
  get denseLength(): number {
    return Math.max(this.array.length, this.sparse?.greatest() ?? 0)
  }

  private find(key: Value): number {
    const { keys, indexed } = this
    if (this.index !== null) {
      const at = this.index.get(key)
      if (at !== undefined) return at
    }
    for (let i = indexed; i < keys.length; i++) if (keys[i] === key) return i
    return -1
  }

  private buildIndex(): void {
    const index = new Map<Value, number>()
    const { keys } = this
    for (let i = 0; i < keys.length; i++) index.set(keys[i], i)
    this.index = index
    this.indexed = keys.length
    this.sharesIndex = false
  }

  private nextHash(from: number, cursor: Cursor): boolean {
    const { values } = this
    for (let i = from; i < values.length; i++) {
      const value = values[i]
      if (value !== undefined) {
        cursor.key = this.keys[i]
        cursor.value = value
        return true
      }
    }
    return false
  }

  private extend(key: number, value: Value): number {
    const { array, sparse } = this
    const before = array.length
    while (array.length < key - 1) array.push(sparse?.take(array.length + 1))
    sparse?.take(key)
    array.push(value)
    if (sparse !== null) {
      while (sparse.has(array.length + 1)) array.push(sparse.take(array.length + 1))
      if (sparse.size === 0) this.sparse = null
    }
    this.border = array.length
    return (array.length - before) * 16
  }

  private setSparse(key: number, value: Value): number {
    this.sparse ??= new SparsePart()
    this.sparse.set(key, value)
    return 64
  }
}

export function isArrayKey(key: number): boolean {
  return key > 0 && key < MAX_ARRAY_INDEX && Number.isInteger(key)
}
