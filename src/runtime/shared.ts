// State that outlives one compiled configuration: memory that workers share, and things that a reload hands on.

import type { ResourcePool, SharedMemory } from '../engine/component.ts'

/** Shared memory of one process. */
export function createSharedMemory(): SharedMemory {
  const buffers = new Map<string, SharedArrayBuffer>()
  return {
    buffer(name, byteLength) {
      const known = buffers.get(name)
      if (known?.byteLength === byteLength) return known
      const buffer = new SharedArrayBuffer(byteLength)
      buffers.set(name, buffer)
      return buffer
    },
  }
}

interface Held {
  readonly value: unknown
  users: number
  readonly dispose: () => void
}

/** A pool that disposes of a thing when its last user gave it back. */
export function createResourcePool(): ResourcePool {
  const held = new Map<string, Held>()
  return {
    share<T>(key: string, create: () => T, dispose: (value: T) => void): T {
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
      if (entry === undefined || --entry.users > 0) return
      held.delete(key)
      entry.dispose()
    },
  }
}
