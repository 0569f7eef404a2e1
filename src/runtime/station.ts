// What serves requests, be it one thread or several. Knows only how it is told what to do.

import type { GatewayConfig } from '../config/types.ts'

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
