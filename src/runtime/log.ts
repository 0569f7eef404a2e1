// Where lines go: standard output, syslog and GELF servers, without holding up requests, in the format that the configuration asks for.

import { fstatSync } from 'node:fs'
import { hostname } from 'node:os'
import { isMainThread } from 'node:worker_threads'
import type { Dialect, GatewayConfig } from '../config/types.ts'
import type { Logger, SharedMemory } from '../engine/compile/component.ts'
import { escapeControls } from '../engine/printable.ts'
import { maskerOf } from '../engine/secrets.ts'
import { type GelfTarget, gelfTargetOf, readGelf } from '../log/gelf-block.ts'
import { compileFormat, type FormatInit } from '../log/line-format.ts'
import { loggerOf, SILENT, type WriteLine } from '../log/logger.ts'
import { type ImprovedLogging, readLogging } from '../log/logging-block.ts'
import { SYSLOG_PATTERN, type SyslogTarget, syslogTarget } from '../log/syslog-target.ts'
import { GelfSinks, type GelfSink } from './gelf-sinks.ts'
import { LineWriter } from './line-writer.ts'
import { OpenSinks } from './open-sinks.ts'
import { TITLE } from './process.ts'
import { SinkHealth } from './sink-health.ts'
import { Syslog, type SyslogSink } from './syslog.ts'

export interface Output {
  /** Takes whole lines, each with its line feed. */
  readonly write: (text: string) => void
  /** Resolves when everything is written so far, so that lines of other threads come after it; at the latest when nobody has read anything for a second. */
  readonly drain: () => Promise<void>
  /** The same; writes nothing afterwards. */
  readonly end: () => Promise<void>
  /** The server of a configuration; the same as long as its address stays. To be asked for with each line. */
  readonly gelf: (target: GelfTarget) => GelfSink
  /** The daemon of this machine; the same for those who speak alike. To be asked for with each line. */
  readonly syslog: (target: SyslogTarget) => SyslogSink
  /** From now on other threads write as well. */
  readonly share: () => void
}

/** Where the log of a configuration may go. */
export type Sinks = Pick<Output, 'write' | 'gelf' | 'syslog'>

/** What a pipe takes in one piece (PIPE_BUF): lines of several threads so never mix. */
const ATOMIC_BYTES = 4096
const ALONE_BYTES = 64 * 1024
/** How it is said what has become of a server of the log. */
const BASIC = { kind: 'basic', problem: null } as const

/**
 * Buffered standard output, for one thread alone or for several. A reader that goes away (`| head`) silences it and stops nothing.
 * `shared`: the memory of all threads, so that what has become of a GELF server is said once.
 */
export function openOutput(isShared: boolean, shared: SharedMemory): Output {
  const writer = new LineWriter(1, { maxPieceBytes: isShared ? ATOMIC_BYTES : ALONE_BYTES, neverBlocks: isNonBlockingPipe() })
  const plain = compileFormat(BASIC, formatInit(3))
  // What a crash leaves behind is what one wants to read.
  process.on('exit', () => writer.flushSync())
  const say = loggerOf((level, message, frames) => writer.write(plain(level, message, frames)))
  const print = (text: string): void => writer.write(text)
  const sinks = new GelfSinks({ shared, say, host: hostname(), facility: TITLE, print })
  const daemons = new OpenSinks<Syslog>()
  const openSyslog = (target: SyslogTarget): Syslog =>
    new Syslog({ target, print, health: new SinkHealth({ shared, label: '[SERVICE: Logging]', name: 'syslog', say }) })
  return {
    write: print,
    drain: () => writer.drain(),
    async end() {
      await Promise.all([sinks.end(), daemons.end()])
      await writer.end()
    },
    gelf: (target) => sinks.open(target),
    syslog: (target) => daemons.get(`${target.tag} ${target.priority}`, () => openSyslog(target)),
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
export function createLogger(output: Sinks, config: Pick<GatewayConfig, 'dialect' | 'extraConfig' | 'secrets'>): Logger {
  const { dialect, extraConfig, secrets } = config
  const logging = readLogging(extraConfig)
  const format = compileFormat(logging, formatInit(dialect))
  const write: WriteLine = (level, message, frames) => output.write(format(level, message, frames))
  if (logging.kind === 'basic') return loggerOf(withoutSecrets(write, secrets))
  const writers = [openGelf(output, logging), logging.isWritten ? write : null, openSyslog(output, logging, dialect)]
  const [first, ...others] = writers.filter((writer) => writer !== null)
  if (first === undefined) return SILENT
  const writeAll: WriteLine = (...line) => [first, ...others].forEach((writer) => writer(...line))
  return loggerOf(withoutSecrets(others.length === 0 ? first : writeAll, secrets), (level) => logging.levels.has(level))
}

function openGelf(output: Sinks, { gelf, options: { prefix } }: ImprovedLogging): WriteLine | null {
  if (gelf === null) return null
  output.gelf(gelf)
  return (_level, message, frames) => output.gelf(gelf).write([prefix + escapeControls(message), ...frames.map(escapeControls)].join('\n'))
}

function openSyslog(output: Sinks, logging: ImprovedLogging, dialect: Dialect): WriteLine | null {
  const { options, isWritten } = logging
  if (!options.syslog) return null
  const target = syslogTarget(options, TITLE)
  output.syslog(target)
  const pattern = { ...options, format: 'custom', custom_format: SYSLOG_PATTERN }
  const format = compileFormat({ ...logging, gelf: null, options: pattern }, formatInit(dialect))
  const print = isWritten ? null : compileFormat(logging, formatInit(dialect))
  return (...line) => output.syslog(target).write(format(...line), print === null ? null : print(...line))
}

/** security: whatever repeats a secret of the file, no log has it. */
function withoutSecrets(write: WriteLine, secrets: GatewayConfig['secrets']): WriteLine {
  const mask = maskerOf(secrets)
  return mask === null ? write : (level, message, frames) => write(level, mask(message), frames)
}

/** Where a configuration's access log goes: to its GELF server, else to standard output. */
export function accessWriter(output: Pick<Sinks, 'write' | 'gelf'>, { extraConfig }: Pick<GatewayConfig, 'extraConfig'>): Output['write'] {
  const target = gelfTargetOf(extraConfig)
  if (target === null) return output.write
  output.gelf(target)
  return (text) => output.gelf(target).writeOrPrint(text)
}

function formatInit(dialect: Dialect): FormatInit {
  return { dialect, now: () => new Date(), pid: process.pid, program: TITLE, host: hostname() }
}

/** What a log has to say about itself, once for each configuration. */
export function introduceLog({ extraConfig }: Pick<GatewayConfig, 'extraConfig'>, log: Logger): void {
  const logging = readLogging(extraConfig)
  const gelf = readGelf(extraConfig)
  if (gelf !== null && 'problem' in gelf) log.error(`[SERVICE: Logging][GELF] Unable to create the writer: ${gelf.problem}`)
  if (logging.kind === 'improved') log.debug('[SERVICE: telemetry/logging] Improved logging started.')
  else if (logging.problem !== null) log.error(`[SERVICE: Logging] Unable to create the logger: ${logging.problem}`)
}
