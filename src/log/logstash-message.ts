// A message as the JSON object that `telemetry/logstash` makes of it, keys sorted.

import { encodeJson } from '../json/write.ts'
import { compileLocalTime } from './local-time.ts'
import type { Level } from './logger.ts'

export interface LogstashInit {
  readonly host: string
  /** What stands in `module`. */
  readonly module: string
}

/** Gives the object on one line. A stack stands in the message, below its text. */
export function compileLogstashMessage({ host, module }: LogstashInit): (level: Level, message: string, time: Date) => string {
  const timestamp = compileLocalTime('2006-01-02T15:04:05.000000-07:00')
  const before = `","@version":1,"host":${encode(host)},"level":"`
  const after = `,"module":${encode(module)}}`
  return (level, message, time) => `{"@timestamp":"${timestamp(time)}${before}${level.toUpperCase()}","message":${encode(message)}${after}`
}

function encode(text: string): string {
  return encodeJson(text.toWellFormed())
}
