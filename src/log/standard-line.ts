// Lines that are no log of the gateway: what KrakenD says with Go's standard logger.

import { compileLocalTime } from './local-time.ts'

const writeTime = compileLocalTime('2006/01/02 15:04:05')

/** The text behind the local time, with its line feed. */
export function standardLine(text: string): string {
  return `${writeTime(new Date())} ${text}\n`
}
