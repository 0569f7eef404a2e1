// A whole gateway in memory: a file is compiled as ever, its backends are a function.

import { parseConfig } from '../config/parse.ts'
import type { GatewayConfig } from '../config/types.ts'
import { encodingsOf } from '../gateway.ts'
import { loadEncodings } from '../encodings/index.ts'
import { compileAgent, type CompiledAgent } from '../engine/compile/compile-agent.ts'
import { compileGateway, type CompiledGateway, type CompileInit } from '../engine/compile/compile.ts'
import { knownNamespaces, loadOrder, type Order } from '../engine/compile/order.ts'
import { SYSTEM_CLOCK } from '../engine/compile/site.ts'
import type { SharedMemory } from '../engine/compile/shared-memory.ts'
import type { Sender } from '../engine/types.ts'
import { order } from '../order.ts'
import { createResourcePool, createSharedMemory } from '../runtime/shared.ts'
import { type ExchangeInit, makeBackendResponse, makeExchange, type RecordedExchange } from './exchange.ts'
import { makeLog } from './log.ts'

export interface MemoryGatewayInit
  extends Pick<CompileInit, 'observer' | 'onStack' | 'offers'>, Partial<Pick<CompileInit, 'writeAccessLine' | 'openLines'>> {
  /** Whom backends' requests reach; `{"ok":true}` by default. */
  readonly backend?: Sender
  /** The gateway's own by default. */
  readonly order?: Order
  /** Contents by path. */
  readonly files?: Readonly<Record<string, string>>
  /** Variables of the process; none by default. */
  readonly environment?: Readonly<Record<string, string>>
  /** Its own by default. */
  readonly shared?: SharedMemory
}

export interface MemoryGateway extends CompiledGateway {
  /** Lines of the log: `WARNING text`. */
  readonly lines: readonly string[]
  /** One request through everything; resolves when it is answered. */
  ask(init?: ExchangeInit): Promise<RecordedExchange>
}

/** The configuration of a version-3 file; throws what is wrong in it. */
export function configOf(file: object): GatewayConfig {
  const { config, issues } = parseConfig({ version: 3, ...file }, { knownNamespaces: knownNamespaces(order) })
  if (config === null) throw new Error(issues.map(({ message }) => message).join('\n'))
  return config
}

/** Compiles a configuration. Rejects with a ConfigError where the gateway would not start. */
export async function openInMemory(config: GatewayConfig, init: MemoryGatewayInit = {}): Promise<MemoryGateway> {
  const log = makeLog()
  const gateway = await compileGateway(await compileInitOf(config, log, init))
  return {
    ...gateway,
    lines: log.lines,
    async ask(request = {}) {
      const exchange = makeExchange(request)
      await gateway.handle(exchange)
      exchange.finish()
      return exchange
    },
  }
}

/** Compiles the pipe of the first async agent of a configuration, and nothing that would bring messages to it. */
export async function openAgentInMemory(config: GatewayConfig, init: MemoryGatewayInit = {}): Promise<CompiledAgent> {
  const [agent] = config.asyncAgents
  if (agent === undefined) throw new Error('the configuration has no async agent')
  return compileAgent(agent, await compileInitOf(config, makeLog(), init))
}

async function compileInitOf(config: GatewayConfig, log: CompileInit['log'], init: MemoryGatewayInit): Promise<CompileInit> {
  const { backend = () => Promise.resolve(makeBackendResponse('{"ok":true}')), files = {}, observer = null, onStack = () => {} } = init
  const [loaded, encodings] = await Promise.all([loadOrder(init.order ?? order, config), loadEncodings(encodingsOf(config))])
  return {
    ...encodings,
    config,
    log,
    observer,
    onStack,
    clock: SYSTEM_CLOCK,
    shared: init.shared ?? createSharedMemory(),
    pool: createResourcePool(),
    transport: backend,
    transportWith: () => backend,
    client: backend,
    version: 'Version test',
    environment: init.environment ?? {},
    order: loaded,
    offers: init.offers ?? [],
    writeAccessLine: init.writeAccessLine ?? (() => {}),
    openLines: init.openLines ?? (() => ({ write() {}, end: () => Promise.resolve() })),
    print() {},
    readFile(path) {
      const content = files[path]
      if (content === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`)
      return Buffer.from(content)
    },
  }
}
