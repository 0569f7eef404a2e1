// What outlives one compiled configuration: memory that workers share, and things that a reload hands on.

import type { Tally } from '../tally.ts'

/** Memory that every worker of this machine sees. */
export interface SharedMemory {
  /**
   * The zeroed memory of that name, made on first use. The same name gives the same memory in every worker and in
   * the next configuration after a reload, as long as the size is the same.
   */
  buffer(name: string, byteLength: number): SharedArrayBuffer
  /** So many numbers of that name, 0 at first, that every worker adds to; what one of them has added is taken off when its thread ends. */
  tally(name: string, length: number): Tally
  /** Tells the other workers something, and hears what they tell under that name. Values are copied; nobody is kept running by listening. */
  channel(name: string, onMessage: (message: unknown) => void): WorkerChannel
}

export interface WorkerChannel {
  send(message: unknown): void
  close(): void
}

/** Things that outlive a reload: counted, disposed of when no configuration uses them any more. */
export interface ResourcePool {
  share<T>(key: string, create: () => T, dispose: (value: T) => void | Promise<void>): T
  /** Gives one use back; resolves when what nobody uses any more is disposed of. */
  release(key: string): void | Promise<void>
}
