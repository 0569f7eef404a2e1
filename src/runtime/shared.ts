// State that outlives one compiled configuration: memory that workers share, and things that a reload hands on.

import type { ResourcePool, SharedMemory } from '../engine/compile/component.ts'
import { openBroadcast } from './worker-broadcast.ts'
import { PLUGIN_MEMORY } from '../plugins/counters/counters.ts'

/** The gateway names its memory after places of the file; plugins may name theirs after whatever they see. */
const MAX_PLUGIN_BUFFERS = 10_000

/**
 * Shared memory of one process; `make` gets memory that this thread does not know yet.
 * Every size of a name is kept: a worker that starts during a reload must get what the others have.
 */
export function createSharedMemory(make: SharedMemory['buffer'] = (_name, byteLength) => new SharedArrayBuffer(byteLength)): SharedMemory {
  const buffers = new Map<string, SharedArrayBuffer>()
  let pluginBuffers = 0
  return {
    buffer(name, byteLength) {
      const key = `${byteLength} ${name}`
      const known = buffers.get(key)
      if (known !== undefined) return known
      const isPlugins = name.startsWith(PLUGIN_MEMORY)
      if (isPlugins && pluginBuffers === MAX_PLUGIN_BUFFERS)
        throw new RangeError(`plugins have ${MAX_PLUGIN_BUFFERS} counters and buffers: there is no more memory for them`)
      const buffer = make(name, byteLength)
      buffers.set(key, buffer)
      if (isPlugins) pluginBuffers++
      return buffer
    },
    channel: openBroadcast,
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
