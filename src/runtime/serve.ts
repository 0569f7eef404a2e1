// One serving process: opens the gateway and its port, and closes both when it is told to.

import type { GatewayConfig } from '../config/types.ts'
import { ConfigError, type Logger } from '../engine/component.ts'
import type { Handler } from '../engine/types.ts'
import { openGateway } from '../gateway.ts'
import { createNodeServer, type NodeServer } from '../http/node-server.ts'
import { createLogger, openStandardOutput } from './log.ts'
import { createResourcePool, createSharedMemory } from './shared.ts'
import { VERSION } from './version.ts'

/** Exit codes of `run`. */
export const EXIT = {
  ok: 0,
  /** The port cannot be had. */
  noPort: 1,
  /** A component or a route refuses the configuration (KrakenD panics there). */
  refused: 2,
} as const

/** Serves until SIGINT or SIGTERM; resolves with the exit code when the last request has ended. */
export async function serve(config: GatewayConfig): Promise<number> {
  const output = openStandardOutput()
  const log = createLogger(output, config.dialect)
  log.info(`Starting KrakenD v${VERSION}`)
  log.info(`Working directory is ${process.cwd()}`)
  log.info('Starting the KrakenD instance')
  try {
    const gateway = await openGateway(config, {
      log,
      shared: createSharedMemory(),
      pool: createResourcePool(),
      version: `Version ${VERSION}`,
      environment: process.env,
      writeAccessLine: output.write,
    })
    const server = await openServer(config, gateway.handle, log)
    if (server === null) {
      await gateway.retire()
      return EXIT.ok
    }
    const stopped = untilSignal()
    await server.listen(config.port)
    log.info(`[SERVICE: Gin] Listening on port: ${config.port}`)
    process.stderr.write(`Signal intercepted: ${await stopped}\n`)
    await server.close(config.maxShutdownWaitTimeMs)
    await gateway.retire()
    log.info('[SERVICE: Gin] Router execution ended')
    return EXIT.ok
  } catch (error) {
    return explainFailure(error, config, log)
  } finally {
    output.flush()
  }
}

/**
 * The server, null when the file's TLS section cannot be used.
 * compat: KrakenD logs that and ends with success; scripts may rely on it.
 */
async function openServer(config: GatewayConfig, handle: Handler, log: Logger): Promise<NodeServer | null> {
  try {
    return await createNodeServer(config, handle, log)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    log.error(`[SERVICE: Gin] ${error.message}`)
    log.info('[SERVICE: Gin] Router execution ended')
    return null
  }
}

/** Go's names of the signals that end the process in order. */
function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    // A second signal must not kill requests that still run: the listeners stay.
    process.on('SIGINT', () => resolve('interrupt'))
    process.on('SIGTERM', () => resolve('terminated'))
  })
}

function explainFailure(error: unknown, config: GatewayConfig, log: Logger): number {
  if (error instanceof ConfigError) {
    log.critical(error.message)
    process.stderr.write(`${error.message}\n`)
    return EXIT.refused
  }
  const code = (error as { code?: unknown }).code
  const address = `${config.listenIp}:${config.port}`
  if (code === 'EADDRINUSE') {
    log.error(`[SERVICE: Gin] listen tcp ${address}: bind: address already in use`)
    process.stderr.write(`Port ${config.port} is in use: stop the other process, or choose a port with --port.\n`)
    return EXIT.noPort
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    log.error(`[SERVICE: Gin] listen tcp ${address}: bind: ${code === 'EACCES' ? 'permission denied' : 'cannot assign requested address'}`)
    return EXIT.noPort
  }
  throw error
}
