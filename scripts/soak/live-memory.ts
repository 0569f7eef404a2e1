// What the main thread of a gateway holds: how much the process has of the system says little about it, as the heap takes what it may and
// gives back late.

import { openInspector } from '../../src/testing/inspector.ts'
import type { RunningCommand } from '../../src/testing/process.ts'

interface Usage {
  readonly usedSize: number
  /** Buffers beside the heap. */
  readonly backingStorageSize: number
}

export interface Scales {
  /** MiB that are left after a collection of garbage. */
  weigh(): Promise<number>
  close(): void
}

/** Of a gateway that runs with `INSPECTED`. */
export async function openScales(gateway: RunningCommand): Promise<Scales> {
  const { call, close } = await openInspector(gateway)
  async function weigh(): Promise<number> {
    // What the first one finds dead may hold what the second one takes.
    for (let i = 0; i < 2; i++) await call('HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize } = (await call('Runtime.getHeapUsage')) as Usage
    return (usedSize + backingStorageSize) / 2 ** 20
  }
  return { weigh, close }
}
