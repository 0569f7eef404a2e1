// `krakend audit`: which of KrakenD's recommendations a configuration does not follow.

import { readFile } from 'node:fs/promises'
import { getSystemErrorMessage } from 'node:util'
import { auditConfig } from '../audit/audit-config.ts'
import { compileFormat } from '../audit/format-report.ts'
import { SEVERITIES } from '../audit/rule.ts'
import { TemplateError } from '../go/template/index.ts'
import type { FlagValues } from './arguments.ts'
import { command, hasColors } from './command.ts'
import { NO_FILE_TEXT } from './no-file.ts'
import { openConfig } from './open-config.ts'

const FLAGS = {
  config: { type: 'string', short: 'c', about: 'path to the configuration file' },
  format: { type: 'string', short: 'f', about: 'Go template of the report, such as "{{ marshal . }}"' },
  ignore: { type: 'string', short: 'i', about: 'rules to leave out, comma-separated' },
  'ignore-file': { type: 'string', short: 'I', about: 'path to a file of rules to leave out, one a line' },
  severity: { type: 'string', short: 's', about: `severities to report (default ${SEVERITIES.join()})` },
} as const

export const audit = command({
  name: 'audit',
  about: 'Says what a configuration file could do better',
  examples: ['krakend audit -i 1.1.1,1.1.2 -s CRITICAL -c krakend.json'],
  flags: FLAGS,
  exits: { 0: 'there is nothing to recommend', 1: 'there is, or the file cannot be read', 255: 'the command line is wrong' },
  execute: ({ flags }) => auditFile(flags),
})

/** 0 without recommendations, 1 with some and for every error. Writes to standard error alone, as KrakenD does. */
async function auditFile(flags: FlagValues<typeof FLAGS>): Promise<number> {
  if (!flags.config) {
    process.stderr.write(NO_FILE_TEXT)
    return 1
  }
  // Without a word about warnings: the report is all that is written, so that programs can read it. Enterprise protections are no
  // reason to refuse: nothing is served, and rules look at them.
  const opened = await openConfig(flags.config)
  if (opened === null) return 1
  const ignoredByFile = await readIgnoreFile(flags['ignore-file'] ?? '')
  if (ignoredByFile === null) return 1
  const severities = splitList(flags.severity ?? SEVERITIES.join(), ',')
  warnOfSeverities(severities)
  const ignored = new Set([...splitList(flags.ignore ?? '', ','), ...ignoredByFile])
  const result = auditConfig(opened.config, { severities: new Set(severities), ignored })
  try {
    process.stderr.write(compileFormat(flags.format ?? '', hasColors(process.stderr))(result))
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return fail(error.stage === 'parse' ? 'ERROR parsing the template' : 'ERROR rendering the results', error.message)
  }
  return result.recommendations.length > 0 ? 1 : 0
}

/** The rules that a file names, one a line; null after an error was printed. */
async function readIgnoreFile(file: string): Promise<readonly string[] | null> {
  if (file === '') return []
  try {
    return splitList(await readFile(file, 'utf8'), '\n')
  } catch (error) {
    const { errno, message } = error as NodeJS.ErrnoException
    fail('ERROR accessing the ignore file', `open ${file}: ${errno === undefined ? message : getSystemErrorMessage(errno)}`)
    return null
  }
}

function splitList(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((item) => item.replaceAll(/\s/g, ''))
    .filter((item) => item !== '')
}

/** A severity that does not exist hides rules, and a pipeline would pass that should not. */
function warnOfSeverities(severities: readonly string[]): void {
  const known: ReadonlySet<string> = new Set(SEVERITIES)
  if (severities.length === 0) process.stderr.write('WARNING no severity is given, so no rule is looked at\n')
  for (const severity of severities) {
    if (!known.has(severity)) process.stderr.write(`WARNING no rule has the severity "${severity}": there are ${SEVERITIES.join(', ')}\n`)
  }
}

function fail(what: string, why: string): number {
  process.stderr.write(`${what}:\t${why}\n\n`)
  return 1
}
