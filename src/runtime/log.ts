// Where lines go: standard output, without holding up requests, in the format that the configuration asks for.

import { fstatSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import type { GatewayConfig } from '../config/types.ts'
import type { Logger } from '../engine/compile/component.ts'
import { compileFormat } from '../log/line-format.ts'
import { loggerOf, type WriteLine } from '../log/logger.ts'
import { NO_SYSLOG, readLogging } from '../log/logging-block.ts'
import { LineWriter } from './line-writer.ts'
import { TITLE } from './process.ts'

export interface Output {
  /** Takes whole lines, each with its line feed. */
  readonly write: (text: string) => void
  /** Resolves when everything is written so far, so that lines of other threads come after it; at the latest when nobody has read anything for a second. */
  readonly drain: () => Promise<void>
  /** The same; writes nothing afterwards. */
  readonly end: () => Promise<void>
  /** From now on other threads write as well. */
  readonly share: () => void
}

/** What a pipe takes in one piece (PIPE_BUF): lines of several threads so never mix. */
const ATOMIC_BYTES = 4096
const ALONE_BYTES = 64 * 1024

/** Buffered standard output, for one thread alone or for several. A reader that goes away (`| head`) silences it and stops nothing. */
export function openStandardOutput(isShared: boolean): Output {
  const writer = new LineWriter(1, { maxPieceBytes: isShared ? ATOMIC_BYTES : ALONE_BYTES, neverBlocks: isNonBlockingPipe() })
  // What a crash leaves behind is what one wants to read.
  process.on('exit', () => writer.flushSync())
  return {
    write: (text) => writer.write(text),
    drain: () => writer.drain(),
    end: () => writer.end(),
    share: () => writer.limitPieces(ATOMIC_BYTES),
  }
}

/** Node.js makes pipes and sockets non-blocking when the main thread first uses `process.stdout`. */
function isNonBlockingPipe(): boolean {
  if (process.platform === 'win32') return false
  const status = fstatSync(isMainThread ? process.stdout.fd : 1)
  return status.isFIFO() || status.isSocket()
}

/** The logger of one configuration: its level, its format. Throws a ConfigError where KrakenD does not start with them. */
export function createLogger(
  output: Pick<Output, 'write'>,
  { dialect, extraConfig }: Pick<GatewayConfig, 'dialect' | 'extraConfig'>,
): Logger {
  const logging = readLogging(extraConfig)
  const format = compileFormat(logging, { dialect, now: () => new Date(), pid: process.pid, program: TITLE })
  const write: WriteLine = (level, message, frames) => output.write(format(level, message, frames))
  if (logging.kind === 'basic') return loggerOf(write)
  return loggerOf(write, (level) => logging.isWritten && logging.levels.has(level))
}

/** What a log has to say about itself, once for each configuration. */
export function introduceLog({ extraConfig }: Pick<GatewayConfig, 'extraConfig'>, log: Logger): void {
  const logging = readLogging(extraConfig)
  if (logging.kind === 'improved') {
    log.debug('[SERVICE: telemetry/logging] Improved logging started.')
    if (logging.options.syslog) log.warning(`[SERVICE: Logging] ${NO_SYSLOG}`)
  } else if (logging.problem !== null) log.error(`[SERVICE: Logging] Unable to create the logger: ${logging.problem}`)
}
