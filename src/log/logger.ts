// The levels of the gateway's log, and a logger out of one function.

import type { Logger } from '../engine/compile/component.ts'

/** What the gateway has to say, from the least to the most urgent. */
export const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'] as const
export type Level = (typeof LEVELS)[number]

/** Takes one message; `frames` are lines of the gateway's own that stand below it. */
export type WriteLine = (level: Level, message: string, frames: readonly string[]) => void

const NO_FRAMES: readonly string[] = []

/** A logger that gives the messages of these levels to one function; of the others nothing is left. */
export function loggerOf(write: WriteLine, isWritten: (level: Level) => boolean = () => true): Logger {
  const methodOf = (level: Level): Logger[Level] =>
    isWritten(level) ? (message, frames = NO_FRAMES) => write(level, message, frames) : drop
  return {
    debug: methodOf('debug'),
    info: methodOf('info'),
    warning: methodOf('warning'),
    error: methodOf('error'),
    critical: methodOf('critical'),
  }
}

function drop(): void {}

/** For what somebody else says already. */
export const SILENT: Logger = { debug: drop, info: drop, warning: drop, error: drop, critical: drop }
