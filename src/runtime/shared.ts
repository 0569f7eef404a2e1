// State that outlives one compiled configuration: memory that workers share, and things that a reload hands on.

import type { ResourcePool, SharedMemory } from '../engine/compile/component.ts'

/**
 * Shared memory of one process; `make` gets memory that this thread does not know yet.
 * Every size of a name is kept: a worker that starts during a reload must get what the others have.
 */
export function createSharedMemory(make: SharedMemory['buffer'] = (_name, byteLength) => new SharedArrayBuffer(byteLength)): SharedMemory {
  const buffers = new Map<string, SharedArrayBuffer>()
  return {
    buffer(name, byteLength) {
      const key = `${byteLength} ${name}`
      let buffer = buffers.get(key)
      if (buffer === undefined) buffers.set(key, (buffer = make(name, byteLength)))
      return buffer
    },
  }
}

interface Held {
  readonly value: unknown
  users: number
  readonly dispose: () => void | Promise<void>
}

/** A pool that disposes of a thing when its last user gave it back. */
export function createResourcePool(): ResourcePool {
  const held = new Map<string, Held>()
  return {
    share<T>(key: string, create: () => T, dispose: (value: T) => void | Promise<void>): T {
      let entry = held.get(key)
      if (entry === undefined) {
        const value = create()
        entry = { value, users: 0, dispose: () => dispose(value) }
        held.set(key, entry)
      }
      entry.users++
      return entry.value as T
    },
    release(key) {
      const entry = held.get(key)
      if (entry === undefined || --entry.users > 0) return undefined
      held.delete(key)
      return entry.dispose()
    },
  }
}
