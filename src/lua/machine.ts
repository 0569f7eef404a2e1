// What the threads of one state share: metatables by type, globals, the budget. Knows nothing of libraries and syntax.

import { getHeapStatistics } from 'node:v8'
import { LuaStop } from './errors.ts'
import type { Host } from './host.ts'
import { LuaTable } from './table.ts'
import type { LuaThread } from './thread.ts'
import { LuaChannel, LuaFunction, LuaUserData } from './value.ts'
import type { Value } from './value.ts'

/** How much one run may take. */
export interface Budget {
  /** Is the time of the script over? Asked every few thousand steps. */
  readonly isOver?: () => boolean
  /** How much heap and buffers may grow while the script runs, bytes; about. */
  readonly memory?: number
  /** Longest string, bytes. */
  readonly stringLength?: number
}

const DEFAULT_MEMORY = 256 * 1024 * 1024
/** Longest string, bytes, unless the budget says else. */
export const DEFAULT_STRING_LENGTH = 32 * 1024 * 1024
/** perf: memory is measured after so many bytes that were accounted for, … */
const MEASURE_EVERY = 16 * 1024 * 1024
/** … and after the clock was read so often, because closures and the like are not. */
const LOOKS_BETWEEN = 64

export type TypeName = 'nil' | 'boolean' | 'number' | 'string' | 'function' | 'userdata' | 'thread' | 'table' | 'channel'

export class Machine {
  readonly host: Host
  readonly registry = new Map<string, LuaTable>()
  readonly globals: LuaTable
  main!: LuaThread
  current!: LuaThread
  /** Metatables of all values of a type. */
  stringMetatable: LuaTable | undefined = undefined
  channelMetatable: LuaTable | undefined = undefined
  readonly isSuspendable: boolean
  /** The script made a string of more than 64 kB. */
  hasLongStrings = false
  private closers: Set<() => void> | null = null
  private typeMetatables: Map<TypeName, LuaTable | undefined> | null = null
  private readonly isOver: (() => boolean) | undefined
  private readonly memory: number
  readonly maxStringLength: number
  private owed = 0
  private looks = 0
  private heapAtStart = -1

  constructor(host: Host, globals: LuaTable, budget: Budget, isSuspendable: boolean) {
    this.isSuspendable = isSuspendable
    this.host = host
    this.globals = globals
    this.isOver = budget.isOver
    this.memory = budget.memory ?? DEFAULT_MEMORY
    this.maxStringLength = budget.stringLength ?? DEFAULT_STRING_LENGTH
  }

  /** Called again and again while the script runs. */
  checkBudget(): void {
    if (this.isOver?.() === true) throw new LuaStop('time', 'the script took longer than it may')
    if (++this.looks % LOOKS_BETWEEN === 0) this.measure()
  }

  /** So many bytes were taken. Strings beyond the longest allowed, and growth beyond the memory, stop the script. */
  charge(bytes: number): void {
    if (bytes > this.maxStringLength) throw new LuaStop('memory', `the script made a string of ${bytes} bytes, more than it may`)
    this.owed += bytes
    if (this.owed > MEASURE_EVERY) this.measure()
  }

  /** Tables took so many bytes. */
  take(bytes: number): void {
    this.owed += bytes
    if (this.owed > MEASURE_EVERY) this.measure()
  }

  private measure(): void {
    this.owed = 0
    // security: long strings are often beside the heap.
    const { used_heap_size: heap, external_memory: beside } = getHeapStatistics()
    const used = heap + beside
    if (this.heapAtStart < 0 || used < this.heapAtStart) this.heapAtStart = used
    if (used - this.heapAtStart > this.memory) throw new LuaStop('memory', 'the script took more memory than it may')
  }

  metatableOf(value: Value): LuaTable | undefined {
    if (value instanceof LuaTable || value instanceof LuaUserData) return value.metatable
    if (typeof value === 'string') return this.stringMetatable
    if (value instanceof LuaChannel) return this.channelMetatable
    return this.typeMetatables?.get(typeOf(value))
  }

  setMetatable(value: Value, metatable: LuaTable | undefined): void {
    if (value instanceof LuaTable || value instanceof LuaUserData) value.metatable = metatable
    else if (typeof value === 'string') this.stringMetatable = metatable
    else {
      this.typeMetatables ??= new Map()
      this.typeMetatables.set(typeOf(value), metatable)
    }
  }

  /** What the script has open. */
  get openCount(): number {
    return this.closers?.size ?? 0
  }

  /** For what a script opened: called when the state is closed, unless the function that this gives was called before. */
  onClose(close: () => void): () => void {
    this.closers ??= new Set()
    this.closers.add(close)
    return () => void this.closers?.delete(close)
  }

  close(): void {
    for (const close of this.closers ?? []) {
      try {
        close()
      } catch {
        // What nobody has closed is written as far as it can be.
      }
    }
    this.closers = null
  }

  metafield(value: Value, event: string): Value {
    return this.metatableOf(value)?.getString(event)
  }
}

export function typeOf(value: Value): TypeName {
  switch (typeof value) {
    case 'undefined':
      return 'nil'
    case 'boolean':
    case 'number':
    case 'string':
      return typeof value as TypeName
    default:
      if (value instanceof LuaTable) return 'table'
      if (value instanceof LuaFunction) return 'function'
      if (value instanceof LuaUserData) return 'userdata'
      return value instanceof LuaChannel ? 'channel' : 'thread'
  }
}
