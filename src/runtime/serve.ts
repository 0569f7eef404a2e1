// The serving process from its first log line to its exit code: opens a station, the parts of the process and the port, and closes them again.

import { setTimeout } from 'node:timers/promises'
import type { Logger, SharedMemory } from '../engine/compile/component.ts'
import { DEADLINE_EXCEEDED } from '../engine/errors.ts'
import { HealthBoard } from '../engine/process/health-board.ts'
import { ProcessParts } from '../process-parts.ts'
import { processSettings } from '../engine/process/process-blocks.ts'
import { timerMs } from '../engine/timer-ms.ts'
import { standardLine } from '../log/standard-line.ts'
import { describeFailure, EXIT, reportFailure } from './failure.ts'
import { createLogger, introduceLog, openOutput, type Output } from './log.ts'
import { nameProcess, VERSION } from './process.ts'
import { Reloader, type Reread } from './reloader.ts'
import { createResourcePool, createSharedMemory } from './shared.ts'
import { HANGUP, watchSignals } from './signals.ts'
import { type Reading, Station } from './station.ts'

export type { Reading, Refused } from './station.ts'

export interface ServeOptions {
  /** Threads that serve; 1: this one, as long as there are no plugins. */
  readonly workers: number
  /** Modules that Node.js imports first in each worker. */
  readonly imports: readonly string[]
  /** No plugin may fail to load, whatever is written (`--strict`). */
  readonly isStrict: boolean
  /** Reads and checks the file again, knowing which plugins are served; prints what is wrong with it. */
  readonly reread: Reread
}

type OwnOptions = ServeOptions & { readonly shared: SharedMemory }

/** What still holds the process after its end, a backend call that was cut off, is given that long. */
const LINGER_MS = 250

/** Serves until SIGINT or SIGTERM; resolves with the exit code when the last request has ended. */
export async function serve(reading: Reading, options: ServeOptions): Promise<number> {
  nameProcess()
  const shared = createSharedMemory()
  const output = openOutput(false, shared)
  const exitCode = await serveLogged(reading, { ...options, shared }, output)
  await output.end()
  void setTimeout(LINGER_MS, null, { ref: false }).then(() => process.exit(exitCode))
  return exitCode
}

async function serveLogged(reading: Reading, options: OwnOptions, output: Output): Promise<number> {
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
  if (config.asyncAgents.length > 0) log.info('[SERVICE: Gin] Building the router')
  return serveOnce(reading, options, output, log)
}

async function serveOnce(reading: Reading, options: OwnOptions, output: Output, log: Logger): Promise<number> {
  const { config } = reading
  const { reread, shared, ...rest } = options
  const signals = watchSignals()
  const health = new HealthBoard(shared)
  health.start(performance.timeOrigin)
  const pool = createResourcePool()
  const facts = { commandLine: process.argv, residentBytes: () => process.memoryUsage.rss() }
  const named = { version: `Version ${VERSION}`, environment: process.env, process: facts, print: output.write }
  const parts = new ProcessParts({ shared, pool, ...named })
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
  const reloader = new Reloader({ station, parts, reading, reread, health, createLog: (next) => createLogger(output, next) })
  signals.onReload(() => reloader.request())
  const signal = await stopped
  // The terminal that is gone would answer with an error.
  if (signal !== HANGUP) process.stderr.write(standardLine(`Signal intercepted: ${signal}`))
  health.stop()
  // A reload that hangs at a key service must not hold the end back: it ends by itself, without effect.
  void reloader.stop()
  await waitBeforeStop(station, reloader)
  const hasCut = await station.stop(reloader.config.service.maxShutdownWaitTimeMs)
  if (hasCut)
    reloader.log.error(`[SERVICE: Gin] ${DEADLINE_EXCEEDED.message}: requests that still ran after max_shutdown_wait_time were cut off`)
  await parts.stop()
  reloader.log.info('[SERVICE: Gin] Router execution ended')
  return EXIT.ok
}

/** `_gw/shutdown`: who sends requests here learns that this one goes, and those that come meanwhile are answered as ever, each on its last connection. */
async function waitBeforeStop(station: Station, { config, log }: Reloader): Promise<void> {
  const { stopDelayMs } = processSettings(config.extraConfig)
  if (stopDelayMs === 0) return
  log.info(`[SERVICE: Gin] the port stays open for ${stopDelayMs / 1000} s more`)
  await Promise.all([station.drain(), setTimeout(timerMs(stopDelayMs))])
}
