// Where lines go: standard output, without holding up requests. The format is KrakenD's basic logger.

import sonicBoom from 'sonic-boom'
import type { Dialect } from '../config/types.ts'
import type { Logger } from '../engine/component.ts'

export interface Output {
  readonly write: (text: string) => void
  /** Writes what is still buffered; call it before the process ends. */
  readonly flush: () => void
}

/** Buffered standard output. A reader that goes away (`| head`) silences it and stops nothing. */
export function openStandardOutput(): Output {
  const stream = new sonicBoom.SonicBoom({ fd: 1, sync: false })
  let isBroken = false
  stream.on('error', () => {
    isBroken = true
  })
  return {
    write(text) {
      if (!isBroken) stream.write(text)
    },
    flush() {
      if (isBroken) return
      try {
        stream.flushSync()
      } catch {
        isBroken = true
      }
    },
  }
}

/** `2026/08/04 12:00:00 KRAKEND INFO: text`; KrakenD 1.x: no name, the text in brackets. */
export function createLogger(output: Output, dialect: Dialect): Logger {
  const write = (level: string, message: string): void => {
    output.write(dialect === 3 ? `${timestamp()} KRAKEND ${level}: ${message}\n` : `${timestamp()}  ${level}: [${message}]\n`)
  }
  return {
    debug: (message) => write('DEBUG', message),
    info: (message) => write('INFO', message),
    warning: (message) => write('WARNING', message),
    error: (message) => write('ERROR', message),
    critical: (message) => write('CRITICAL', message),
  }
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
