// The serving process from its first log line to its exit code: opens a station and its port, and closes both when it is told to.

import type { GatewayConfig } from '../config/types.ts'
import type { Logger } from '../engine/compile/component.ts'
import { describeFailure, EXIT, reportFailure } from './failure.ts'
import { createLogger, openStandardOutput, type Output } from './log.ts'
import { Reloader } from './reloader.ts'
import { createSharedMemory } from './shared.ts'
import { HANGUP, watchSignals } from './signals.ts'
import type { Station } from './station.ts'
import { VERSION } from './version.ts'

export interface ServeOptions {
  /** Threads that serve; 1: this one. */
  readonly workers: number
  /** Reads and checks the file again; null when it has errors, which it has printed then. */
  readonly reread: () => Promise<GatewayConfig | null>
}

/** What still holds the process after its end, a backend call that was cut off, is given that long. */
const LINGER_MS = 1000

/** Serves until SIGINT or SIGTERM; resolves with the exit code when the last request has ended. */
export async function serve(config: GatewayConfig, options: ServeOptions): Promise<number> {
  const output = openStandardOutput(options.workers > 1)
  const log = createLogger(output, config.dialect)
  log.info(`Starting KrakenD v${VERSION}`)
  log.info(`Working directory is ${process.cwd()}`)
  log.info('Starting the KrakenD instance')
  const exitCode = await serveOnce(config, options, output, log)
  await output.end()
  setTimeout(() => process.exit(exitCode), LINGER_MS).unref()
  return exitCode
}

async function serveOnce(config: GatewayConfig, options: ServeOptions, output: Output, log: Logger): Promise<number> {
  const signals = watchSignals()
  const station = await openStation(config, options.workers, output)
  try {
    await station.open(config)
    await station.swap()
    await station.listen(config)
  } catch (error) {
    const failure = describeFailure(error, config)
    if (failure === null) throw error
    const exitCode = reportFailure(failure, log)
    await station.stop(config.maxShutdownWaitTimeMs)
    return exitCode
  }
  const stopped = signals.untilStop()
  log.info(`[SERVICE: Gin] Listening on port: ${config.port}`)
  const reloader = new Reloader({ station, config, reread: options.reread, createLog: ({ dialect }) => createLogger(output, dialect) })
  signals.onReload(() => reloader.request())
  const signal = await stopped
  // The terminal that is gone would answer with an error.
  if (signal !== HANGUP) process.stderr.write(`Signal intercepted: ${signal}\n`)
  // A reload that hangs at a key service must not hold the end back: it ends by itself, without effect.
  void reloader.stop()
  await station.stop(reloader.config.maxShutdownWaitTimeMs)
  log.info('[SERVICE: Gin] Router execution ended')
  return EXIT.ok
}

/** perf: what one thread does not need is not loaded. */
async function openStation(config: GatewayConfig, workers: number, output: Output): Promise<Station> {
  if (workers > 1) {
    const { Supervisor } = await import('./supervisor.ts')
    return new Supervisor({ workers, output, dialect: config.dialect })
  }
  const { GatewayHost } = await import('./gateway-host.ts')
  return new GatewayHost({
    shared: createSharedMemory(),
    createLog: ({ dialect }) => createLogger(output, dialect),
    writeAccessLine: output.write,
    sharesPort: false,
  })
}
