// How the workers of a process find each other: how many there are, and names for channels that no other process has.

import type { SharedMemory } from '../../../engine/compile/component.ts'

export interface Workers {
  count(): number
  join(): void
  leave(): void
  /** Of a channel, by what is said there. */
  channelName(kind: string): string
}

export function findWorkers({ buffer }: Pick<SharedMemory, 'buffer'>): Workers {
  const workers = new Int32Array(buffer('admin workers', 2 * Int32Array.BYTES_PER_ELEMENT))
  // Gateways of other processes, and others in this one, have channels of their own.
  if (Atomics.load(workers, 1) === 0) Atomics.compareExchange(workers, 1, 0, 1 + Math.floor(Math.random() * (2 ** 31 - 2)))
  return {
    count: () => Atomics.load(workers, 0),
    join: () => void Atomics.add(workers, 0, 1),
    leave: () => void Atomics.sub(workers, 0, 1),
    channelName: (kind) => `${kind} ${Atomics.load(workers, 1)}`,
  }
}
