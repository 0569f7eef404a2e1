// Patterns of KrakenD's improved log: `%{time:15:04:05} %{level:.4s} %{message}`, compiled once.

import { Flags } from '../go/format-flags.ts'
import { formatVerb } from '../go/format-value.ts'
import { int } from '../go/value.ts'
import { compileLocalTime } from './local-time.ts'
import type { Level } from './logger.ts'

/** What one line is about. */
export interface LineSubject {
  readonly level: Level
  /** One line: control characters are escaped. */
  readonly message: string
  readonly time: Date
  /** Counts the lines of this log. */
  readonly id: number
}

/** What is the same in all lines. */
export interface PatternContext {
  readonly pid: number
  /** The name of the running program. */
  readonly program: string
}

export type WritePattern = (subject: LineSubject) => string

/** go-logging's module name of KrakenD. */
const MODULE = 'KRAKEND'
const DEFAULT_TIME = '2006-01-02T15:04:05.999Z07:00'
/** What KrakenD says of a line whose place in its source is unknown. Ours is another source. */
const UNKNOWN = '???'
const UNKNOWN_LINE = '???:0'
const COLORS: Readonly<Record<Level, string>> = { critical: '35', error: '31', warning: '33', info: '', debug: '36' }

/** A `%{verb}` or `%{verb:layout}`; in the layout `\}` ends nothing. */
const VERB = /%\{([a-z]+)(?::(.*?[^\\]))?\}/g

type Value = (subject: LineSubject) => string | number

/** Verbs that name a place in KrakenD's own source. */
export const SOURCE_VERBS: ReadonlySet<string> = new Set([
  'longfile',
  'shortfile',
  'longpkg',
  'shortpkg',
  'longfunc',
  'shortfunc',
  'callpath',
])

const VERBS: Readonly<Record<string, (context: PatternContext) => Value>> = {
  id: () => (subject) => subject.id,
  pid: (context) => () => context.pid,
  program: (context) => () => context.program,
  module: () => () => MODULE,
  level: () => (subject) => subject.level.toUpperCase(),
  message: () => (subject) => subject.message,
  longfile: () => () => UNKNOWN_LINE,
  shortfile: () => () => UNKNOWN_LINE,
  longpkg: () => () => UNKNOWN,
  shortpkg: () => () => UNKNOWN,
  longfunc: () => () => UNKNOWN,
  shortfunc: () => () => UNKNOWN,
}

/** The verbs of a pattern. */
export function verbsOf(pattern: string): string[] {
  return [...pattern.matchAll(VERB)].map(([, name = '']) => name)
}

/** Why KrakenD does not start with a pattern, in its words; null where it does. */
export function explainPattern(pattern: string): string | null {
  const names = verbsOf(pattern)
  if (names.length === 0) return `logger: invalid log format: ${pattern}`
  const unknown = names.find((name) => !(Object.hasOwn(VERBS, name) || name === 'time' || name === 'color' || name === 'callpath'))
  return unknown === undefined ? null : `logger: unknown variable: ${unknown}`
}

/** Splits the pattern once. Give it only patterns that nothing is wrong with. */
export function compilePattern(pattern: string, context: PatternContext): WritePattern {
  const pieces: (string | WritePattern)[] = []
  let end = 0
  for (const { 0: whole, 1: name = '', 2: layout, index } of pattern.matchAll(VERB)) {
    if (index > end) pieces.push(pattern.slice(end, index))
    pieces.push(compileVerb(name, layout, context))
    end = index + whole.length
  }
  pieces.push(pattern.slice(end))
  return function writePattern(subject) {
    let text = ''
    for (const piece of pieces) text += typeof piece === 'string' ? piece : piece(subject)
    return text
  }
}

function compileVerb(name: string, layout: string | undefined, context: PatternContext): WritePattern {
  if (name === 'time') {
    const write = compileLocalTime(layout ?? DEFAULT_TIME)
    return ({ time }) => write(time)
  }
  if (name === 'color') return colorOf(layout)
  if (name === 'callpath') return () => UNKNOWN
  const value = (VERBS[name] as (context: PatternContext) => Value)(context)
  const write = compileGoVerb(layout ?? (name === 'id' || name === 'pid' ? 'd' : 's'))
  return (subject) => write(value(subject))
}

function colorOf(layout: string | undefined): WritePattern {
  if (layout === 'reset') return () => '\u001b[0m'
  return ({ level }) => {
    const color = COLORS[level]
    if (color === '') return ''
    return layout === 'bold' ? `\u001b[${color};1m` : `\u001b[${color}m`
  }
}

/** Flags, width, precision, verb, and text behind it. */
const GO_VERB = /^([-+# 0]*)(\d*)(?:\.(\d*))?([a-zA-Z])([^]*)$/

/** One verb of Go's fmt, for a text or a whole number. */
function compileGoVerb(layout: string): (value: string | number) => string {
  const [, written = '', width = '', precision, verb = '', rest = ''] = GO_VERB.exec(layout) ?? []
  if (verb === '') return () => `%!${layout}(NOVERB)`
  const flags = new Flags()
  flags.minus = written.includes('-')
  flags.plus = written.includes('+')
  flags.sharp = written.includes('#')
  flags.space = written.includes(' ')
  flags.zero = written.includes('0')
  flags.width = width === '' ? null : Number(width)
  flags.precision = precision === undefined ? null : Number(precision)
  return (value) => formatVerb(typeof value === 'number' ? int(value) : value, verb, flags) + rest
}
