// One message of the log becomes its lines, in the format that a configuration asks for.

import { type Dialect, perDialect } from '../config/dialect.ts'
import { escapeControls } from '../engine/printable.ts'
import { compileLocalTime } from './local-time.ts'
import { compilePattern, type PatternContext } from './line-pattern.ts'
import type { ImprovedLogging, Logging } from './logging-block.ts'
import { compileLogstashMessage } from './logstash-message.ts'
import type { Level } from './logger.ts'

/** Gives whole lines, each with its line feed. */
export type FormatLines = (level: Level, message: string, frames: readonly string[]) => string

export interface FormatInit extends PatternContext {
  readonly dialect: Dialect
  readonly now: () => Date
  /** The name of this machine. */
  readonly host: string
}

interface LineQuirks {
  /** `2026/08/04 12:00:00 KRAKEND INFO: text`; else `2026/08/04 12:00:00  INFO: [text]`. */
  readonly namesLogger: boolean
  /** The level in a line of the logging block. */
  readonly level: string
}

const NO_FRAMES: readonly string[] = []
const VERSION_3: LineQuirks = { namesLogger: true, level: '%{level}' }
/** KrakenD 1.x cuts levels to six letters. */
const LINE_QUIRKS = perDialect(VERSION_3, { 2: { namesLogger: false, level: '%{level:.6s}' } })

/**
 * security: messages repeat what clients, backends and token servers say, so none of it may become a line, a colour or a JSON key of its own.
 */
export function compileFormat(logging: Logging, init: FormatInit): FormatLines {
  if (logging.kind === 'basic') return basicFormat(init)
  const { format, prefix, custom_format: pattern } = logging.options
  if (logging.isLogstash) return logstashComponent(logging, init)
  // compat: with a GELF server standard output has the default format, whatever the block says.
  if (logging.gelf !== null) return patternFormat(defaultPattern(init.dialect), prefix, init)
  if (format === 'logstash') return logstashFormat(init)
  return patternFormat(format === 'custom' ? pattern : defaultPattern(init.dialect), format === 'custom' ? '' : prefix, init)
}

/** `telemetry/logstash`: the message becomes JSON with the prefix in it, which the format then takes for its message. */
function logstashComponent(logging: ImprovedLogging, init: FormatInit): FormatLines {
  const { prefix } = logging.options
  const encode = compileLogstashMessage({ host: init.host, module: prefix === '' ? 'KRAKEND' : prefix })
  const inner = compileFormat({ ...logging, isLogstash: false, options: { ...logging.options, prefix: '' } }, init)
  return function formatComponent(level, message, frames) {
    const text = [escapeControls(message), ...frames.map(escapeControls)].join('\n')
    return inner(level, encode(level, text, init.now()), NO_FRAMES)
  }
}

function basicFormat({ dialect, now }: FormatInit): FormatLines {
  const { namesLogger } = LINE_QUIRKS[dialect]
  const timestamp = everySecond(compileLocalTime('2006/01/02 15:04:05'))
  return function formatBasic(level, message, frames) {
    const name = level.toUpperCase()
    const text = escapeControls(message)
    const line = namesLogger ? `${timestamp(now())} KRAKEND ${name}: ${text}\n` : `${timestamp(now())}  ${name}: [${text}]\n`
    return line + linesOf(frames)
  }
}

/** compat: colours are written to files and pipes as well. */
function defaultPattern(dialect: Dialect): string {
  return ` %{time:2006/01/02 - 15:04:05.000} %{color}▶ ${LINE_QUIRKS[dialect].level}%{color:reset} %{message}`
}

function patternFormat(pattern: string, prefix: string, init: FormatInit): FormatLines {
  const write = compilePattern(pattern, init)
  let id = 0
  return function formatPattern(level, message, frames) {
    return `${prefix}${write({ level, message: escapeControls(message), time: init.now(), id: ++id })}\n${linesOf(frames)}`
  }
}

/** KrakenD's members in its order and spacing; its time is local whatever the zone says. A stack stands in the message, below its text. */
function logstashFormat({ now }: FormatInit): FormatLines {
  const timestamp = compileLocalTime('2006-01-02T15:04:05.000')
  return function formatLogstash(level, message, frames) {
    const text = JSON.stringify([escapeControls(message), ...frames.map(escapeControls)].join('\n'))
    return `{"@timestamp":"${timestamp(now())}+00:00", "@version": 1, "level": "${level.toUpperCase()}", "message": ${text}, "module": "KRAKEND"}\n`
  }
}

function linesOf(frames: readonly string[]): string {
  let lines = ''
  for (const frame of frames) lines += `${escapeControls(frame)}\n`
  return lines
}

/** perf: the text of a second is made once. */
function everySecond(write: (time: Date) => string): (time: Date) => string {
  let known = Number.NaN
  let text = ''
  return (time) => {
    const second = Math.trunc(time.getTime() / 1000)
    if (second !== known) text = write(time)
    known = second
    return text
  }
}
