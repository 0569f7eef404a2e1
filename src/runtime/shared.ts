// State that outlives one compiled configuration: memory that workers share, and things that a reload hands on.

import type { ResourcePool, SharedMemory } from '../engine/compile/component.ts'
import { Tally } from '../engine/tally.ts'
import { openBroadcast } from './worker-broadcast.ts'
import { PLUGIN_MEMORY } from '../plugins/counters/counters.ts'

/** The gateway names its memory after places of the file; plugins may name theirs after whatever they see. */
const MAX_PLUGIN_BUFFERS = 10_000

type Make = SharedMemory['buffer']

const fresh: Make = (_name, byteLength) => new SharedArrayBuffer(byteLength)

/**
 * Shared memory of one process; `make` gets memory that this thread does not know yet, `makePart` what is this thread's part of a tally.
 * Every size of a name is kept: a worker that starts during a reload must get what the others have.
 */
export function createSharedMemory(make: Make = fresh, makePart: Make = fresh): SharedMemory {
  const buffers = new Map<string, SharedArrayBuffer>()
  const tallies = new Map<string, Tally>()
  let pluginBuffers = 0
  const buffer: Make = (name, byteLength) => {
    const key = `${byteLength} ${name}`
    const known = buffers.get(key)
    if (known !== undefined) return known
    const isPlugins = name.startsWith(PLUGIN_MEMORY)
    if (isPlugins && pluginBuffers === MAX_PLUGIN_BUFFERS)
      throw new RangeError(`plugins have ${MAX_PLUGIN_BUFFERS} counters and buffers: there is no more memory for them`)
    const made = make(name, byteLength)
    buffers.set(key, made)
    if (isPlugins) pluginBuffers++
    return made
  }
  return {
    buffer,
    tally(name, length) {
      const byteLength = length * Int32Array.BYTES_PER_ELEMENT
      const tally = tallies.get(name) ?? new Tally(buffer(name, byteLength), makePart(name, byteLength))
      tallies.set(name, tally)
      return tally
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
