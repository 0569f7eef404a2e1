// A message as the JSON object that `telemetry/logstash` makes of it, keys sorted.

import { compileLocalTime } from './local-time.ts'
import type { Level } from './logger.ts'

export interface LogstashInit {
  readonly host: string
  /** What stands in `module`. */
  readonly module: string
}

const HTML = /[<>&\u2028\u2029]/g

/** Gives the object on one line. A stack stands in the message, below its text. */
export function compileLogstashMessage({ host, module }: LogstashInit): (level: Level, message: string, time: Date) => string {
  const timestamp = compileLocalTime('2006-01-02T15:04:05.000000Z07:00')
  const before = `","@version":1,"host":${encode(host)},"level":"`
  const after = `,"module":${encode(module)}}`
  return (level, message, time) => `{"@timestamp":"${timestamp(time)}${before}${level.toUpperCase()}","message":${encode(message)}${after}`
}

/** As Go encodes a text: what HTML could misread is escaped as well. */
function encode(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(HTML, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
