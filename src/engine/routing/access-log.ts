// The access log: one line for each request after its answer, in gin's format, and one for each of its errors.

import { step } from '../compile/component.ts'
import { GatewayError, MergeError } from '../errors.ts'
import { escapeControls } from '../printable.ts'
import type { Handler, Layer } from '../types.ts'
import { quote } from '../../go/quote.ts'

export const accessLines = step({
  stage: 'routed',
  name: 'access log',
  build(site) {
    const { config, router, writeAccessLine } = site
    if (router.disable_access_log || site.has('_gw/access-log')) return null
    return accessLog({ skippedPaths: router.logger_skip_paths, rounds: config.quirks.roundsLatency, write: writeAccessLine })
  },
})

export interface AccessLogOptions {
  /** Paths without a line. */
  readonly skippedPaths: readonly string[]
  /** Whether times have two digits and 8 characters, or all digits and 13 characters. */
  readonly rounds: boolean
  /** Takes one line, with its line feed. */
  readonly write: (line: string) => void
}

export function accessLog({ skippedPaths, rounds, write }: AccessLogOptions): Layer<Handler> {
  const skipped = new Set(skippedPaths)
  const latencyWidth = rounds ? 8 : 13
  const secondText = textOfSeconds()
  return (next) =>
    function logAccess(exchange) {
      const { path, rawQuery } = exchange
      if (!skipped.has(path)) {
        exchange.onFinish(() => {
          const status = String(exchange.statusCode).padStart(3)
          const latency = formatLatency(performance.now() - exchange.startMs, rounds).padStart(latencyWidth)
          // security: quoted, nothing that a client sends starts a new line or colours a terminal.
          const target = rawQuery === '' ? path : `${path}?${rawQuery}`
          // security: KrakenD 1.x takes any text for the client's address.
          const clientIp = escapeControls(exchange.clientIp).padStart(15)
          const method = escapeControls(exchange.method).padEnd(7)
          const line = `[GIN] ${secondText(Date.now())} | ${status} | ${latency} | ${clientIp} | ${method}  ${quote(target)}\n`
          write(exchange.failure === null ? line : line + errorLines(exchange.failure))
        })
      }
      return next(exchange)
    }
}

/** gin's list of what went wrong, a line for each: `Error #01: invalid status code`. compat: refused tokens and bots are not in it. */
function errorLines(failure: Error): string {
  if (failure instanceof GatewayError && failure.isTold) return ''
  const errors = failure instanceof MergeError ? failure.errors : [failure]
  // security: the text may hold what a backend says.
  return errors.map(({ message }, i) => `Error #${String(i + 1).padStart(2, '0')}: ${escapeControls(message)}\n`).join('')
}

/** perf: the text of a second is made once for all lines of it. Takes milliseconds since 1970. */
function textOfSeconds(): (ms: number) => string {
  let second = Number.NaN
  let text = ''
  return (ms) => {
    const now = Math.floor(ms / 1000)
    if (now !== second) {
      second = now
      text = formatTime(new Date(ms))
    }
    return text
  }
}

/** `2026/01/02 - 15:04:05`, local time. */
function formatTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${time.getFullYear()}/${two(time.getMonth() + 1)}/${two(time.getDate())}`
  return `${day} - ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
}

/**
 * A Go duration, which newer versions of gin round: `118.5µs`, `1.97ms`, `2.34s`, `1m30s`.
 * perf: for every request, so without the whole numbers of 64 bits that go/duration.ts writes.
 */
export function formatLatency(ms: number, rounds: boolean): string {
  if (ms < 1) return `${roundTo(1e3, ms * 1000)}µs`
  if (ms < 1000) return `${roundTo(rounds ? 1e2 : 1e6, ms)}ms`
  if (ms < 60_000) return `${roundTo(rounds ? 1e2 : 1e9, ms / 1000)}s`
  const seconds = rounds ? Math.trunc(ms / 10_000) * 10 : Math.trunc(ms / 1000)
  const hours = Math.trunc(seconds / 3600)
  return `${hours > 0 ? `${hours}h` : ''}${Math.trunc((seconds % 3600) / 60)}m${seconds % 60}s`
}

/** To parts of one: of 1e3, three digits at most. */
function roundTo(parts: number, value: number): number {
  return Math.round(value * parts) / parts
}
