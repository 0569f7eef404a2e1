// Who speaks to syslog and how urgently, as KrakenD has it.

import { escapeControls } from '../engine/printable.ts'
import type { LoggingOptions } from './logging-block.ts'

export interface SyslogTarget {
  /** Stands before the number of the process. */
  readonly tag: string
  /** `local3.err`. */
  readonly priority: string
}

export const FACILITIES: readonly string[] = Array.from({ length: 8 }, (_, i) => `local${i}`)
/** A line of syslog, as a pattern of `custom_format`. */
export const SYSLOG_PATTERN = '%{level} > %{message}'
const DEFAULT_FACILITY = 'local3'
/** compat: the level of the block counts, not that of the line. */
const SEVERITIES: ReadonlyMap<string, string> = new Map([
  ['DEBUG', 'debug'],
  ['INFO', 'info'],
  ['WARNING', 'warning'],
  ['ERROR', 'err'],
  ['CRITICAL', 'crit'],
])
const OTHER_SEVERITY = 'crit'

export function syslogTarget({ prefix, level, syslog_facility: facility }: LoggingOptions, program: string): SyslogTarget {
  const severity = SEVERITIES.get(level.toUpperCase()) ?? OTHER_SEVERITY
  return {
    tag: prefix === '' ? program : escapeControls(prefix),
    priority: `${FACILITIES.includes(facility) ? facility : DEFAULT_FACILITY}.${severity}`,
  }
}
