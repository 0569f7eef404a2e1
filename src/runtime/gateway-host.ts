// Serves gateways in this thread: one at a time, each replaced without a pause.

import { setTimeout } from 'node:timers/promises'
import type { GatewayConfig } from '../config/types.ts'
import { ConfigError, type Logger, type ResourcePool, type SharedMemory } from '../engine/compile/component.ts'
import { asError, describeBug } from '../engine/errors.ts'
import { serverConfigOf } from '../engine/routing/router-options.ts'
import type { Exchange } from '../engine/types.ts'
import { openGateway } from '../gateway.ts'
import { createNodeServer, type NodeServer } from '../http/server/listener.ts'
import { describeTlsFailure, StartFailure } from './failure.ts'
import { returnStartMemory, surviveBugs, VERSION } from './process.ts'
import { ServedGateway } from './served-gateway.ts'
import type { Station } from './station.ts'

export interface HostInit {
  readonly shared: SharedMemory
  /** What its gateways hand on to each other. */
  readonly pool: ResourcePool
  /** The logger for one configuration. */
  readonly createLog: (config: GatewayConfig) => Logger
  readonly writeAccessLine: (line: string) => void
  /** Whether other threads listen on the same port. */
  readonly sharesPort: boolean
}

const RELEASE_WITHIN_MS = 2000

interface Opened {
  readonly served: ServedGateway
  readonly log: Logger
}

export class GatewayHost implements Station {
  readonly #init: HostInit
  #current: Opened | null = null
  #next: Opened | null = null
  #server: NodeServer | null = null
  readonly #retiring = new Map<Opened, Promise<void>>()

  constructor(init: HostInit) {
    this.#init = init
  }

  async open(config: GatewayConfig): Promise<void> {
    const log = this.#init.createLog(config)
    const gateway = await openGateway(config, {
      log,
      shared: this.#init.shared,
      pool: this.#init.pool,
      version: `Version ${VERSION}`,
      environment: process.env,
      writeAccessLine: this.#init.writeAccessLine,
    })
    this.#next = { served: new ServedGateway(gateway), log }
  }

  swap(): Promise<void> {
    const old = this.#current
    this.#current = this.#next
    this.#next = null
    if (old !== null) void this.#retire(old)
    return Promise.resolve()
  }

  async discard(): Promise<void> {
    const given = this.#next
    this.#next = null
    if (given !== null) await this.#retire(given)
  }

  async listen(config: GatewayConfig): Promise<void> {
    const opened = this.#current
    if (opened === null) throw new Error('nothing to serve')
    this.#server = await createServer(config, this.#handle, opened.log)
    await this.#server.listen(config.server.port, { reusePort: this.#init.sharesPort })
    surviveBugs(() => this.#current?.log ?? null)
    returnStartMemory()
  }

  async stop(maxWaitMs: number): Promise<void> {
    await this.#server?.close(maxWaitMs)
    const opened = [this.#current, this.#next].filter((one) => one !== null)
    for (const one of [...opened, ...this.#retiring.keys()]) one.served.abandon()
    const released = Promise.all([...this.#retiring.values(), ...opened.map((one) => this.#retire(one))])
    // A component that cannot let go of something must not hold the process.
    await Promise.race([released, setTimeout(RELEASE_WITHIN_MS, null, { ref: false })])
  }

  readonly #handle = (exchange: Exchange): void | Promise<void> => (this.#current as Opened).served.handle(exchange)

  /** Never rejects: an old gateway that cannot let go must not harm the new one. */
  #retire(old: Opened): Promise<void> {
    const { served, log } = old
    const { requests } = served
    if (requests > 0) log.info(`[SERVICE: Reload] the old configuration stays for ${requests} requests in flight`)
    const done = served
      .retire()
      .catch((error: unknown) => log.error(...describeBug('[SERVICE: Reload]', asError(error))))
      .finally(() => this.#retiring.delete(old))
    this.#retiring.set(old, done)
    return done
  }
}

async function createServer(config: GatewayConfig, handle: (exchange: Exchange) => void | Promise<void>, log: Logger): Promise<NodeServer> {
  try {
    return await createNodeServer(serverConfigOf(config), handle, log)
  } catch (error) {
    throw error instanceof ConfigError ? new StartFailure(describeTlsFailure(error)) : error
  }
}
