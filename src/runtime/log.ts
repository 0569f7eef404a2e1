// Where lines go: standard output, without holding up requests. The format is KrakenD's basic logger.

import sonicBoom from 'sonic-boom'
import type { Dialect } from '../config/types.ts'
import type { Logger } from '../engine/component.ts'

export interface Output {
  /** Takes whole lines, each with its line feed. */
  readonly write: (text: string) => void
  /** Hands over what has been written so far, so that lines of other threads come after it. */
  readonly flush: () => void
  /** Resolves when everything is written, or when nobody has read anything for a second. Writes nothing afterwards. */
  readonly end: () => Promise<void>
}

/** What a pipe takes in one piece (PIPE_BUF): lines of several threads so never mix. */
const ATOMIC_BYTES = 4096
/** A reader that stands still costs lines, not the gateway's memory. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024
const END_WITHIN_MS = 1000
/** The reader is gone for good; anything else (a full disk) may pass. */
const FINAL_ERRORS = new Set(['EPIPE', 'EBADF'])

/** Buffered standard output. A reader that goes away (`| head`) silences it and stops nothing. */
export function openStandardOutput(): Output {
  let giveUpMs = Infinity
  const stream = new sonicBoom.SonicBoom({
    fd: 1,
    sync: false,
    maxWrite: ATOMIC_BYTES,
    maxLength: MAX_BUFFERED_BYTES,
    retryEAGAIN: () => Date.now() < giveUpMs,
  })
  let pending = ''
  let pendingBytes = 0
  let isBroken = false
  let lost = 0
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (FINAL_ERRORS.has(error.code ?? '')) isBroken = true
  })
  stream.on('drop', (text: string) => {
    if (lost === 0) stream.once('drain', reportLost)
    lost += text.split('\n').length - 1
  })
  function reportLost(): void {
    const text = `krakend: ${lost} lines of the log were lost, nobody read them\n`
    lost = 0
    write(text)
  }
  // perf: one write for all lines of a turn of the event loop; a line may so wait for the requests beside it, not longer.
  function write(text: string): void {
    if (isBroken) return
    const bytes = Buffer.byteLength(text)
    if (pendingBytes + bytes > ATOMIC_BYTES) handOver()
    if (pending === '') setImmediate(handOver)
    pending += text
    pendingBytes += bytes
  }
  function handOver(): void {
    if (pending === '') return
    const text = pending
    pending = ''
    pendingBytes = 0
    if (!isBroken) stream.write(text)
  }
  function flush(): void {
    handOver()
    if (isBroken) return
    giveUpMs = Date.now() + END_WITHIN_MS
    try {
      stream.flushSync()
    } catch {
      // Whoever should read it does not: there is nobody to tell.
    }
    giveUpMs = Infinity
  }
  function end(): Promise<void> {
    handOver()
    if (isBroken) return Promise.resolve()
    giveUpMs = Date.now() + END_WITHIN_MS
    return new Promise((resolve) => {
      const timer = setTimeout(finish, END_WITHIN_MS)
      stream.on('write', () => {
        giveUpMs = Date.now() + END_WITHIN_MS
        timer.refresh()
      })
      stream.flush(finish)
      function finish(): void {
        clearTimeout(timer)
        // Nothing comes after this; whatever is left, nobody reads.
        isBroken = true
        resolve()
      }
    })
  }
  // What a crash leaves behind is what one wants to read.
  process.on('exit', flush)
  return { write, flush, end }
}

export const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'] as const
export type Level = (typeof LEVELS)[number]

/** A logger that gives every message to one function. */
export function loggerOf(write: (level: Level, message: string) => void): Logger {
  return {
    debug: (message) => write('debug', message),
    info: (message) => write('info', message),
    warning: (message) => write('warning', message),
    error: (message) => write('error', message),
    critical: (message) => write('critical', message),
  }
}

/** `2026/08/04 12:00:00 KRAKEND INFO: text`; KrakenD 1.x: no name, the text in brackets. */
export function createLogger(output: Output, dialect: Dialect): Logger {
  return loggerOf((level, message) => {
    const name = level.toUpperCase()
    output.write(dialect === 3 ? `${timestamp()} KRAKEND ${name}: ${message}\n` : `${timestamp()}  ${name}: [${message}]\n`)
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
