// Serves gateways in this thread: one at a time, each replaced without a pause.

import type { GatewayConfig } from '../config/types.ts'
import { ConfigError, type Logger, type ResourcePool, type SharedMemory } from '../engine/compile/component.ts'
import { asError, describeBug } from '../engine/errors.ts'
import { serverConfigOf } from '../engine/routing/router-options.ts'
import { settlesWithin } from '../engine/settles-within.ts'
import type { RefusedRequest } from '../engine/ports.ts'
import type { Exchange, Handler } from '../engine/types.ts'
import { openGateway } from '../gateway.ts'
import { createNodeServer, type NodeServer } from '../http/server/listener.ts'
import type { Crew, Inventory, TakeSocket } from './crew.ts'
import { describeTlsFailure, StartFailure } from './failure.ts'
import type { Opening } from './messages.ts'
import { openLineFile } from './line-file.ts'
import { restrainMemory, returnStartMemory } from './memory.ts'
import { surviveBugs, VERSION } from './process.ts'
import { ServedGateway } from './served-gateway.ts'

export interface HostInit {
  readonly shared: SharedMemory
  /** What its gateways hand on to each other. */
  readonly pool: ResourcePool
  /** The logger for one configuration. */
  readonly createLog: (config: GatewayConfig) => Logger
  /** Where one configuration's access log goes. */
  readonly openAccessLog: (config: GatewayConfig) => (line: string) => void
  /** Takes what scripts print. */
  readonly print: (text: string) => void
  /** Whether other threads listen on the same port. */
  readonly sharesPort: boolean
}

const RELEASE_WITHIN_MS = 2000

interface Opened {
  readonly served: ServedGateway
  readonly log: Logger
  readonly hasPlugins: boolean
  /** Makes its certificates those of the next handshake; null where there is nothing to do. */
  readonly renewTls: (() => void) | null
}

export class GatewayHost implements Crew {
  readonly #init: HostInit
  #current: Opened | null = null
  #next: Opened | null = null
  #server: NodeServer | null = null
  readonly #retiring = new Map<Opened, Promise<void>>()

  constructor(init: HostInit) {
    this.#init = init
  }

  async open({ config, served, isStrict }: Opening): Promise<Inventory> {
    const plugins = new Set<string>()
    const log = this.#init.createLog(config)
    const renewTls = (await this.#server?.prepareTls(serverConfigOf(config))) ?? null
    const gateway = await openGateway(config, {
      log,
      shared: this.#init.shared,
      pool: this.#init.pool,
      version: `Version ${VERSION}`,
      environment: process.env,
      writeAccessLine: this.#init.openAccessLog(config),
      print: this.#init.print,
      openLines: openLineFile,
      pluginRules: { isStrict, served, onServed: (name) => void plugins.add(name) },
    })
    this.#next = { served: new ServedGateway(gateway), log, hasPlugins: plugins.size > 0, renewTls }
    return { plugins, files: gateway.files }
  }

  swap(): Promise<void> {
    const old = this.#current
    this.#current = this.#next
    this.#next = null
    this.#current?.renewTls?.()
    if (old !== null) void this.#retire(old)
    return Promise.resolve()
  }

  async discard(): Promise<void> {
    const given = this.#next
    this.#next = null
    if (given !== null) await this.#retire(given)
  }

  async listen(config: GatewayConfig): Promise<void> {
    if (this.#server === null) await this.prepare(config)
    await this.take(0, null)
  }

  async prepare(config: GatewayConfig): Promise<void> {
    const opened = this.#current ?? this.#next
    if (opened === null) throw new Error('nothing to serve')
    this.#server = await createServer(config, { handle: this.#handle, refused: this.#refused, log: opened.log })
  }

  readonly take: TakeSocket = async (_index, socket) => {
    const server = this.#server as NodeServer
    await (socket === null ? server.listen(undefined, { reusePort: this.#init.sharesPort }) : server.adopt(socket))
    surviveBugs(() => this.#current)
    restrainMemory({ isAlone: !this.#init.sharesPort })
    returnStartMemory()
  }

  async drain(): Promise<void> {
    await this.#server?.drain()
  }

  async handOver(take: TakeSocket, movesSockets: boolean): Promise<void> {
    const server = this.#server as NodeServer
    this.#tellOfRequests(this.#current as Opened)
    await take(0, movesSockets ? server.release() : null)
    if (!movesSockets) await server.leave()
  }

  async stop(maxWaitMs: number): Promise<boolean> {
    const hasCut = (await this.#server?.close(maxWaitMs)) ?? false
    const opened = [this.#current, this.#next].filter((one) => one !== null)
    for (const one of [...opened, ...this.#retiring.keys()]) one.served.abandon()
    const released = Promise.all([...this.#retiring.values(), ...opened.map((one) => this.#retire(one))])
    // A component that cannot let go of something must not hold the process.
    await settlesWithin(RELEASE_WITHIN_MS, released)
    return hasCut
  }

  readonly #handle = (exchange: Exchange): void | Promise<void> => (this.#current as Opened).served.handle(exchange)

  readonly #refused = (request: RefusedRequest): void => (this.#current as Opened).served.refused?.(request)

  #tellOfRequests({ served: { requests }, log }: Opened): void {
    if (requests > 0) log.info(`[SERVICE: Reload] the old configuration stays for ${requests} requests in flight`)
  }

  /** Never rejects: an old gateway that cannot let go must not harm the new one. */
  #retire(old: Opened): Promise<void> {
    const { served, log } = old
    this.#tellOfRequests(old)
    const done = served
      .retire()
      .catch((error: unknown) => {
        const failures = error instanceof AggregateError ? (error.errors as unknown[]) : [error]
        for (const failure of failures) log.error(...describeBug('[SERVICE: Reload]', asError(failure)))
      })
      .finally(() => this.#retiring.delete(old))
    this.#retiring.set(old, done)
    return done
  }
}

interface Served {
  readonly handle: Handler
  readonly refused: (request: RefusedRequest) => void
  readonly log: Logger
}

async function createServer(config: GatewayConfig, { handle, refused, log }: Served): Promise<NodeServer> {
  try {
    return await createNodeServer(serverConfigOf(config), handle, log, refused)
  } catch (error) {
    throw error instanceof ConfigError ? new StartFailure(describeTlsFailure(error)) : error
  }
}
