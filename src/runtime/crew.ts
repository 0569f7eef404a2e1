// The threads that serve with one state of the code, one thread or several: what they are asked, and how a port goes from one crew to the next.

import type { Server } from 'node:net'
import type { GatewayConfig } from '../config/types.ts'
import type { Opening } from './messages.ts'

/** Gets the listening socket of each thread in turn, null for one that has none; sends it on before the event loop turns. */
export type TakeSocket = (index: number, socket: Server | null) => Promise<void>

/** What the gateway of a configuration is made of. */
export interface Inventory {
  /** Names of the plugins that it has. */
  readonly plugins: ReadonlySet<string>
  /** Files that were read on the way, as they were named. */
  readonly files: ReadonlySet<string>
}

/** Two steps change a configuration everywhere at once: `open` on all threads first, then `swap` or `discard`. */
export interface Crew {
  /** Builds the gateway of a configuration beside the one that serves; gives what it is made of. Rejects when it cannot be served; nothing changes then. */
  open(opening: Opening): Promise<Inventory>
  /** When it resolves, the opened gateway serves all new requests; the old one goes when its last request has ended. */
  swap(): Promise<void>
  /** Gives up the opened gateway. */
  discard(): Promise<void>
  /** Takes connections, with the settings of this configuration. Rejects with a StartFailure or a system error. */
  listen(config: GatewayConfig): Promise<void>
  /** Makes everything ready for `take`. Rejects as `listen` does. */
  prepare(config: GatewayConfig): Promise<void>
  /** Listens where a thread of another crew did; anew without its socket. */
  take: TakeSocket
  /** Every connection ends with its next answer; resolves when hardly one is left between two requests. */
  drain(): Promise<void>
  /**
   * Gives its sockets away, or lets others listen beside it and stops listening then; what has begun ends here. Only `stop` may
   * follow.
   */
  handOver(take: TakeSocket, movesSockets: boolean): Promise<void>
  /** Takes no more connections, and resolves when the last request has ended or was cut off, with which; again with less patience, if need be. */
  stop(maxWaitMs: number): Promise<boolean>
}
