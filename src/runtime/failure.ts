// Why a start fails: exit code, log lines and the text for a person. Plain data, so that it can cross threads.

import type { GatewayConfig } from '../config/types.ts'
import { ConfigError, type Logger, StartGivenUp } from '../engine/compile/component.ts'
import { bindReason, joinHostPort } from '../go/host-port.ts'

/** Exit codes of `run`. */
export const EXIT = {
  ok: 0,
  /** The port cannot be had, or the system gives no more threads and files. */
  noPort: 1,
  /** A component has not what it needs: a port, the keys of tokens (KrakenD logs that and ends). */
  givenUp: 1,
  /** A component or a route refuses the configuration (KrakenD panics there). */
  refused: 2,
} as const

export interface Failure {
  readonly exitCode: number
  readonly lines: readonly { readonly level: 'info' | 'error' | 'critical'; readonly message: string }[]
  /** For standard error; empty when the log says it all. */
  readonly text: string
  /** In few words. */
  readonly reason: string
}

/** A start that cannot go on, for a reason that has nothing to do with bugs. */
export class StartFailure extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.reason)
    this.name = 'StartFailure'
    this.failure = failure
  }
}

/** A thread has ended, so its answer never comes; the message is what it said last. */
export class WorkerDied extends Error {}

/** The failure behind what opening a gateway or a port threw; null for a bug. */
export function describeFailure(error: unknown, config: GatewayConfig): Failure | null {
  if (error instanceof StartFailure) return error.failure
  if (error instanceof ConfigError) {
    const { message } = error
    const exitCode = error instanceof StartGivenUp ? EXIT.givenUp : EXIT.refused
    return { exitCode, lines: [{ level: 'critical', message }], text: `${message}\n`, reason: message }
  }
  if (!(error instanceof Error)) return null
  if (error instanceof WorkerDied) return describeLack(error.message)
  const { syscall } = error as NodeJS.ErrnoException
  return syscall === 'listen' || syscall === 'bind' ? describePortFailure(error, config) : null
}

/** What Node.js says where the system has no thread to give, or no files for one. */
const LACK = /^.*(?:ERR_WORKER_INIT_FAILED|EMFILE|too many open files).*$/m

function describeLack(said: string): Failure | null {
  const [lack] = LACK.exec(said) ?? []
  if (lack === undefined) return null
  const reason = `a worker cannot start: ${lack}`
  const text = 'The limit of open files or of threads is too low: raise it (ulimit -n, ulimit -u), or serve with fewer workers.\n'
  return { exitCode: EXIT.noPort, lines: [{ level: 'critical', message: `[SERVICE: Workers] ${reason}` }], text, reason }
}

/** The failure of a port that cannot be had. */
export function describePortFailure(error: NodeJS.ErrnoException, { server: { listenIp, port } }: GatewayConfig): Failure {
  const words = bindReason(error)
  const reason = words === null ? error.message : `listen tcp ${joinHostPort(listenIp, port)}: ${words}`
  const text = error.code === 'EADDRINUSE' ? `Port ${port} is in use: stop the other process, or choose a port with --port.\n` : ''
  return { exitCode: EXIT.noPort, lines: [{ level: 'error', message: `[SERVICE: Gin] ${reason}` }], text, reason }
}

/**
 * The failure of a TLS section that cannot be used.
 * compat: KrakenD logs that and ends with success; scripts may rely on it.
 */
export function describeTlsFailure({ message }: ConfigError): Failure {
  const lines = [
    { level: 'error', message: `[SERVICE: Gin] ${message}` },
    { level: 'info', message: '[SERVICE: Gin] Router execution ended' },
  ] as const
  return { exitCode: EXIT.ok, lines, text: '', reason: message }
}

/** Tells the failure, and gives the exit code. */
export function reportFailure({ lines, text, exitCode }: Failure, log: Logger): number {
  for (const { level, message } of lines) log[level](message)
  if (text !== '') process.stderr.write(text)
  return exitCode
}
