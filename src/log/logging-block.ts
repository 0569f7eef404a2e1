// The service's block `telemetry/logging`: what it may say and what becomes of it.

import type { Static } from 'typebox'
import type { ExtraConfig } from '../config/types.ts'
import { block, type CheckedBlock, ConfigError } from '../engine/compile/component.ts'
import { readBlock } from '../engine/compile/read-block.ts'
import { certainIssue, type Issue, warningIssue } from '../schema/issue.ts'
import { Type } from '../schema/type.ts'
import { type GelfTarget, gelfTargetOf } from './gelf-block.ts'
import { explainPattern, SOURCE_VERBS, verbsOf } from './line-pattern.ts'
import { type Level, LEVELS, SILENT } from './logger.ts'
import { wantsLogstash } from './logstash-block.ts'
import { FACILITIES } from './syslog-target.ts'

const options = Type.Object({
  level: Type.String({
    default: '',
    description: 'Less urgent lines are left out: `DEBUG`, `INFO`, `NOTICE`, `WARNING`, `ERROR` or `CRITICAL`, in any case. Needed.',
  }),
  stdout: Type.Boolean({
    default: false,
    description: 'The log goes to standard output. The access log always does, unless `telemetry/gelf` takes it.',
  }),
  prefix: Type.String({ default: '', description: 'Stands before each line of the default format.' }),
  format: Type.String({
    default: 'default',
    known: ['default', 'logstash', 'custom'],
    description: '`default`, `logstash` (a JSON object a line) or `custom`.',
  }),
  custom_format: Type.String({
    default: '',
    description:
      'With `custom`: text with `%{level}`, `%{message}`, `%{time}`, `%{module}`, `%{id}`, `%{pid}`, `%{program}` and `%{color}`, each with an optional layout as in `%{time:15:04:05}` or `%{level:.4s}`.',
  }),
  syslog: Type.Boolean({
    default: false,
    description:
      'The log goes to the daemon of syslog on this machine, through the program `logger`; to standard output while there is none.',
  }),
  syslog_facility: Type.String({ default: 'local3', known: FACILITIES, description: 'Facility of syslog, from `local0` to `local7`.' }),
})

export type LoggingOptions = Static<typeof options>

const NAMESPACE = 'telemetry/logging'
const LABEL = '[SERVICE: Logging]'

export const loggingBlock = block({
  namespace: NAMESPACE,
  options,
  reading: 'map',
  whenWrongType: { stop: ['stdout', 'syslog'] },
  check: findProblems,
})

/** What the log is made by. `basic`: KrakenD's plain logger, and why, where a block asked for more. */
export type Logging = { readonly kind: 'basic'; readonly problem: string | null } | ImprovedLogging

export interface ImprovedLogging {
  readonly kind: 'improved'
  readonly levels: ReadonlySet<Level>
  readonly options: LoggingOptions
  /** Whether standard output gets the lines. */
  readonly isWritten: boolean
  /** Whether messages become JSON objects (`telemetry/logstash`); none of them goes to GELF then. */
  readonly isLogstash: boolean
  /** Where they go as well; null for nowhere else. */
  readonly gelf: GelfTarget | null
}

const BASIC: Logging = { kind: 'basic', problem: null }
const BARE = { format: 'custom', custom_format: '%{message}' } as const
/** KrakenD's levels, and the first of ours that each lets pass. */
const FIRST_LEVELS: ReadonlyMap<string, Level> = new Map([
  ['DEBUG', 'debug'],
  ['INFO', 'info'],
  ['NOTICE', 'warning'],
  ['WARNING', 'warning'],
  ['ERROR', 'error'],
  ['CRITICAL', 'critical'],
])

/** What a configuration says about its log. Throws a ConfigError where KrakenD does not start. */
export function readLogging(blocks: ExtraConfig): Logging {
  if (!blocks.has(NAMESPACE)) return BASIC
  const read = readBlock(loggingBlock, blocks, { label: LABEL, log: SILENT })
  const first = FIRST_LEVELS.get(typeof read === 'string' ? '' : read.value.level.toUpperCase())
  if (typeof read === 'string' || first === undefined) return { kind: 'basic', problem: 'logger: invalid log level' }
  const { value } = read
  const problem = value.format === 'custom' ? explainPattern(value.custom_format) : null
  if (problem !== null) throw new ConfigError(`Failed to initialized string formatter: ${problem}`)
  const levels = new Set(LEVELS.slice(LEVELS.indexOf(first)))
  const isLogstash = wantsLogstash(blocks)
  const gelf = gelfTargetOf(blocks)
  // compat: a GELF server gets no message as JSON, but its block makes that JSON the whole line, whatever the format says.
  const options = isLogstash && gelf !== null ? { ...value, ...BARE } : value
  return { kind: 'improved', levels, options, isWritten: value.stdout, isLogstash, gelf: isLogstash ? null : gelf }
}

function findProblems({ level, stdout, syslog, format, custom_format: pattern }: LoggingOptions, { place }: CheckedBlock): Issue[] {
  const issues: Issue[] = []
  if (!FIRST_LEVELS.has(level.toUpperCase()))
    issues.push(
      warningIssue(
        'invalid-option',
        ['level'],
        `${level === '' ? 'is missing' : `${JSON.stringify(level)} is no level`}: the whole block is ignored, every line from DEBUG on goes to standard output`,
        `levels are ${[...FIRST_LEVELS.keys()].join(', ')}`,
      ),
    )
  const hasGelf = place !== null && gelfTargetOf(place.config.extraConfig) !== null && !wantsLogstash(place.config.extraConfig)
  if (!stdout && !syslog && !hasGelf)
    issues.push(warningIssue('invalid-option', ['stdout'], 'is not true: only the access log is written, no errors and no warnings'))
  if (format !== 'custom') return issues
  const problem = explainPattern(pattern)
  if (problem !== null) issues.push(certainIssue('start', 'invalid-option', ['custom_format'], `${problem}: the gateway does not start`))
  const places = verbsOf(pattern).filter((name) => SOURCE_VERBS.has(name))
  for (const name of places)
    issues.push(
      warningIssue('invalid-option', ['custom_format'], `%{${name}} names a place in KrakenD's own source: here it is always "???"`),
    )
  return issues
}
