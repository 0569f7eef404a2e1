// The serving process from its first log line to its exit code: opens a station, the parts of the process and the port, and closes them again.

import type { Logger } from '../engine/compile/component.ts'
import { ProcessParts } from '../process-parts.ts'
import { describeFailure, EXIT, reportFailure } from './failure.ts'
import { createLogger, introduceLog, openStandardOutput, type Output } from './log.ts'
import { nameProcess, VERSION } from './process.ts'
import { Reloader } from './reloader.ts'
import { createResourcePool, createSharedMemory } from './shared.ts'
import { HANGUP, watchSignals } from './signals.ts'
import { type Reading, Station } from './station.ts'

export type { Reading } from './station.ts'

export interface ServeOptions {
  /** Threads that serve; 1: this one, as long as there are no plugins. */
  readonly workers: number
  /** Modules that Node.js imports first in each worker. */
  readonly imports: readonly string[]
  /** No plugin may fail to load, whatever is written (`--strict`). */
  readonly isStrict: boolean
  /** Reads and checks the file again, knowing which plugins are served; null when it has errors, which it has printed then. */
  readonly reread: (served: ReadonlySet<string>) => Promise<Reading | null>
}

/** What still holds the process after its end, a backend call that was cut off, is given that long. */
const LINGER_MS = 1000

/** Serves until SIGINT or SIGTERM; resolves with the exit code when the last request has ended. */
export async function serve(reading: Reading, options: ServeOptions): Promise<number> {
  nameProcess()
  const output = openStandardOutput(false)
  const exitCode = await serveLogged(reading, options, output)
  await output.end()
  setTimeout(() => process.exit(exitCode), LINGER_MS).unref()
  return exitCode
}

async function serveLogged(reading: Reading, options: ServeOptions, output: Output): Promise<number> {
  const { config } = reading
  let log: Logger
  try {
    log = createLogger(output, config)
  } catch (error) {
    const failure = describeFailure(error, config)
    if (failure === null) throw error
    return reportFailure(failure, createLogger(output, { ...config, extraConfig: new Map() }))
  }
  introduceLog(config, log)
  log.info(`Starting KrakenD v${VERSION}`)
  log.info(`Working directory is ${process.cwd()}`)
  log.info('Starting the KrakenD instance')
  return serveOnce(reading, options, output, log)
}

async function serveOnce(reading: Reading, options: ServeOptions, output: Output, log: Logger): Promise<number> {
  const { config } = reading
  const { reread, ...rest } = options
  const signals = watchSignals()
  const shared = createSharedMemory()
  const pool = createResourcePool()
  const parts = new ProcessParts({ shared, pool, environment: process.env, version: `Version ${VERSION}` })
  const station = new Station({ ...rest, output, shared, pool })
  try {
    await station.open(reading)
    await station.swap()
    await parts.change(await parts.plan(config, log))
    await station.listen(config)
  } catch (error) {
    const failure = describeFailure(error, config)
    if (failure === null) throw error
    const exitCode = reportFailure(failure, log)
    await station.stop(config.service.maxShutdownWaitTimeMs)
    await parts.stop()
    return exitCode
  }
  const stopped = signals.untilStop()
  log.info(`[SERVICE: Gin] Listening on port: ${config.server.port}`)
  const reloader = new Reloader({ station, parts, config, reread, createLog: (next) => createLogger(output, next) })
  signals.onReload(() => reloader.request())
  const signal = await stopped
  // The terminal that is gone would answer with an error.
  if (signal !== HANGUP) process.stderr.write(`Signal intercepted: ${signal}\n`)
  // A reload that hangs at a key service must not hold the end back: it ends by itself, without effect.
  void reloader.stop()
  await station.stop(reloader.config.service.maxShutdownWaitTimeMs)
  await parts.stop()
  reloader.log.info('[SERVICE: Gin] Router execution ended')
  return EXIT.ok
}
