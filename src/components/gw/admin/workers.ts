// How the workers of a process find each other: how many there are, and names for channels that no other process has.

import type { SharedMemory } from '../../../engine/compile/component.ts'

export interface Workers {
  count(): number
  join(): void
  leave(): void
  /** Of a channel, by what is said there. */
  channelName(kind: string): string
}

export function findWorkers({ buffer, tally }: Pick<SharedMemory, 'buffer' | 'tally'>): Workers {
  const workers = tally('admin workers', 1)
  const names = new Int32Array(buffer('admin channels', Int32Array.BYTES_PER_ELEMENT))
  // Gateways of other processes, and others in this one, have channels of their own.
  if (Atomics.load(names, 0) === 0) Atomics.compareExchange(names, 0, 0, 1 + Math.floor(Math.random() * (2 ** 31 - 2)))
  return {
    count: () => workers.read(0),
    join: () => workers.add(0, 1),
    leave: () => workers.add(0, -1),
    channelName: (kind) => `${kind} ${Atomics.load(names, 0)}`,
  }
}
