// What serves requests, be it one thread or several, and which of the two a process has.

import type { GatewayConfig } from '../config/types.ts'
import type { ResourcePool, SharedMemory } from '../engine/compile/component.ts'
import { createLogger, type Output } from './log.ts'

/** Two steps change a configuration everywhere at once: `open` on all threads first, then `swap` or `discard`. */
export interface Station {
  /** Builds the gateway of a configuration beside the one that serves. Rejects when it cannot be served; nothing changes then. */
  open(config: GatewayConfig): Promise<void>
  /** When it resolves, the opened gateway serves all new requests; the old one goes when its last request has ended. */
  swap(): Promise<void>
  /** Gives up the opened gateway. */
  discard(): Promise<void>
  /** Takes connections, with the settings of this configuration. Rejects with a StartFailure or a system error. */
  listen(config: GatewayConfig): Promise<void>
  /** Takes no more connections, and resolves when the last request has ended or was cut off. */
  stop(maxWaitMs: number): Promise<void>
}

export interface StationInit {
  /** Threads that serve; 1: this one. */
  readonly workers: number
  readonly output: Output
  /** The memory that parts of the process have as well. */
  readonly shared: SharedMemory
  /** What parts of the process share with a gateway of this thread. */
  readonly pool: ResourcePool
}

/** perf: what one thread does not need is not loaded. */
export async function openStation(config: GatewayConfig, { workers, output, shared, pool }: StationInit): Promise<Station> {
  if (workers > 1) {
    const { Supervisor } = await import('./supervisor.ts')
    return new Supervisor({ workers, output, shared, config })
  }
  const { GatewayHost } = await import('./gateway-host.ts')
  return new GatewayHost({
    shared,
    pool,
    createLog: (next) => createLogger(output, next),
    writeAccessLine: output.write,
    sharesPort: false,
  })
}
