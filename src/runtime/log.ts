// Where lines go: standard output, without holding up requests. The format is KrakenD's basic logger.

import { fstatSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import type { Dialect } from '../config/types.ts'
import type { Logger } from '../engine/compile/component.ts'
import { escapeControls } from '../engine/printable.ts'
import { LineWriter } from './line-writer.ts'

export interface Output {
  /** Takes whole lines, each with its line feed. */
  readonly write: (text: string) => void
  /** Resolves when everything is written so far, so that lines of other threads come after it; at the latest when nobody has read anything for a second. */
  readonly drain: () => Promise<void>
  /** The same; writes nothing afterwards. */
  readonly end: () => Promise<void>
}

/** What a pipe takes in one piece (PIPE_BUF): lines of several threads so never mix. */
const ATOMIC_BYTES = 4096
const ALONE_BYTES = 64 * 1024

/** Buffered standard output, for one thread alone or for several. A reader that goes away (`| head`) silences it and stops nothing. */
export function openStandardOutput(isShared: boolean): Output {
  const writer = new LineWriter(1, { maxPieceBytes: isShared ? ATOMIC_BYTES : ALONE_BYTES, neverBlocks: isNonBlockingPipe() })
  // What a crash leaves behind is what one wants to read.
  process.on('exit', () => writer.flushSync())
  return { write: (text) => writer.write(text), drain: () => writer.drain(), end: () => writer.end() }
}

/** Node.js makes pipes and sockets non-blocking when the main thread first uses `process.stdout`. */
function isNonBlockingPipe(): boolean {
  if (process.platform === 'win32') return false
  const status = fstatSync(isMainThread ? process.stdout.fd : 1)
  return status.isFIFO() || status.isSocket()
}

export const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'] as const
export type Level = (typeof LEVELS)[number]

const NO_FRAMES: readonly string[] = []

/** A logger that gives every message to one function. */
export function loggerOf(write: (level: Level, message: string, frames: readonly string[]) => void): Logger {
  return {
    debug: (message, frames = NO_FRAMES) => write('debug', message, frames),
    info: (message, frames = NO_FRAMES) => write('info', message, frames),
    warning: (message, frames = NO_FRAMES) => write('warning', message, frames),
    error: (message, frames = NO_FRAMES) => write('error', message, frames),
    critical: (message, frames = NO_FRAMES) => write('critical', message, frames),
  }
}

/**
 * `2026/08/04 12:00:00 KRAKEND INFO: text`; KrakenD 1.x: no name, the text in brackets.
 * security: messages repeat what clients, backends and token servers say, so none of it may become a line of its own.
 */
export function createLogger(output: Output, dialect: Dialect): Logger {
  return loggerOf((level, message, frames) => {
    const name = level.toUpperCase()
    const text = escapeControls(message)
    let lines = dialect === 3 ? `${timestamp()} KRAKEND ${name}: ${text}\n` : `${timestamp()}  ${name}: [${text}]\n`
    for (const frame of frames) lines += `${escapeControls(frame)}\n`
    output.write(lines)
  })
}

let lastSecond = 0
let lastText = ''

/** Local time with seconds, made once a second. */
function timestamp(): string {
  const second = Math.trunc(Date.now() / 1000)
  if (second === lastSecond) return lastText
  lastSecond = second
  const time = new Date(second * 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  lastText = `${time.getFullYear()}/${two(time.getMonth() + 1)}/${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  return lastText
}
