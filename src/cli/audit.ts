// `krakend audit`: which of KrakenD's recommendations a configuration does not follow.

import { readFile } from 'node:fs/promises'
import { getSystemErrorMessage } from 'node:util'
import { auditConfig } from '../audit/audit-config.ts'
import { compileFormat } from '../audit/format-report.ts'
import { SEVERITIES } from '../audit/rule.ts'
import { TemplateError } from '../audit/template-tokens.ts'
import { readConfig } from '../config/read-config.ts'
import type { GatewayConfig } from '../config/types.ts'
import { knownNamespaces } from '../engine/compile/order.ts'
import { order } from '../order.ts'
import { printIssues } from '../schema/print-issues.ts'
import { readFlags } from './arguments.ts'
import { NO_FILE_TEXT } from './read-file.ts'

const FLAGS = {
  config: { type: 'string', short: 'c' },
  format: { type: 'string', short: 'f' },
  ignore: { type: 'string', short: 'i' },
  'ignore-file': { type: 'string', short: 'I' },
  severity: { type: 'string', short: 's' },
} as const

/** 0 without recommendations, 1 with some and for every error. Writes to standard error alone, as KrakenD does. */
export async function execute(args: readonly string[]): Promise<number> {
  const flags = readFlags('audit', args, FLAGS)
  if (!flags.config) {
    process.stderr.write(NO_FILE_TEXT)
    return 1
  }
  const config = await readQuietly(flags.config)
  if (config === null) return 1
  const ignoredByFile = await readIgnoreFile(flags['ignore-file'] ?? '')
  if (ignoredByFile === null) return 1
  const severities = splitList(flags.severity ?? SEVERITIES.join(), ',')
  warnOfSeverities(severities)
  const ignored = new Set([...splitList(flags.ignore ?? '', ','), ...ignoredByFile])
  const result = auditConfig(config, { severities: new Set(severities), ignored })
  try {
    process.stderr.write(compileFormat(flags.format ?? '', process.stderr.isTTY)(result))
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return fail(error.stage === 'parse' ? 'ERROR parsing the template' : 'ERROR rendering the results', error.message)
  }
  return result.recommendations.length > 0 ? 1 : 0
}

/** The configuration without a word about warnings: the report is all that is written, so that it can be read by programs. */
async function readQuietly(file: string): Promise<GatewayConfig | null> {
  // Enterprise protections are no reason to refuse: nothing is served, and rules look at them
  const { config, failure, issues, source } = await readConfig(file, {
    environment: process.env,
    edition: 'ce',
    knownNamespaces: knownNamespaces(order),
  })
  if (config === null) {
    fail('ERROR parsing the configuration file', failure ?? '')
    process.stderr.write(await printIssues(issues, source))
  }
  return config
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
