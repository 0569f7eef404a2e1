// Reads the configuration file for a command and says what is wrong with it.

import { checkConfig, gradeRule } from '../check/check-config.ts'
import { type ConfigReading, readConfig } from '../config/read-config.ts'
import type { GatewayConfig } from '../config/types.ts'
import { checkPlaces } from '../engine/compile/check-blocks.ts'
import { knownNamespaces, loadDeclarations } from '../engine/compile/order.ts'
import { textMasker } from '../engine/secrets.ts'
import { inTurns } from '../engine/turns.ts'
import { standardLine } from '../log/standard-line.ts'
import { order } from '../order.ts'
import { formatPath, type Issue, type Source } from '../schema/issue.ts'
import { isInOwnBlock } from '../schema/own-keys.ts'
import { UsageError } from './arguments.ts'
import type { LintProblem } from './lint.ts'
import { contentOf, readable } from './named-files.ts'
import { findPluginIssues, type PluginFindings } from './plugin-findings.ts'
import { report, summarize, type ReportOptions } from './report.ts'
import { toldIssues } from './told-issues.ts'

export const IMPORT_FLAG = {
  type: 'list',
  about: 'import this module before plugins are, as Node.js does; may be repeated',
  value: 'module',
} as const

export const CONFIG_FLAGS = {
  config: { type: 'string', short: 'c', about: 'path to the configuration file' },
  debug: { type: 'boolean', short: 'd', about: 'show what was read; -dd and -ddd show more', value: 'count' },
  edition: { type: 'string', about: 'with "ce", ignore Enterprise protections instead of refusing the file' },
  strict: { type: 'boolean', about: 'refuse unknown keys and namespaces, and what of a protection was not understood or weakens it' },
  import: IMPORT_FLAG,
} as const

export interface FileRequest extends ReportOptions {
  readonly file: string
  readonly edition: string | undefined
  readonly debug?: boolean
  readonly port?: number
  /** Whether an error among the components' blocks is fatal: `check` says so, `run` serves what it can as KrakenD does. */
  readonly refusesWrongBlocks: boolean
  /** Whether what certainly stops the start or makes requests fail is an error (`check -t`). */
  readonly isTested: boolean
  /** Whether everything that was not understood or weakens a protection counts as an error (`--strict`). */
  readonly isStrict: boolean
  /** Whether a protection that KrakenD does not know counts as an error (`check --portable`). */
  readonly isPortable?: boolean
  /** Holds a file that is accepted against a schema; null when it fits. Asked for where findings are reported as one. */
  readonly lint?: (source: Source) => Promise<LintProblem | null>
  /** What `--import` names: modules that are imported before plugins are. */
  readonly imports: readonly string[]
  /** False for `check --no-plugins`: no module of plugins is imported. */
  readonly importsPlugins?: boolean
  /** Names of plugins that a configuration serves now: at a reload none of them may fail to load. */
  readonly served?: ReadonlySet<string>
  /** What stands between the first words of an error and the error: a blank in `run`, a tab in `check`. */
  readonly separator: string
}

export interface FileReading {
  /** Null after errors, which were printed on standard error. Warnings are printed as well. */
  readonly config: GatewayConfig | null
  readonly source: Source
  /** The file's value with the environment's overrides; undefined when it cannot be parsed. */
  readonly raw: unknown
  /** Why it is refused, in one line; null when it is not. */
  readonly refusal: string | null
  /** One line that counts what was found, with its line feed; empty when that is nothing. */
  readonly summary: string
  /** Absolute path → SHA-256 of everything local that plugins imported; null when no module was. */
  readonly pluginFiles: PluginFindings['files']
}

export async function readFileFor(request: FileRequest): Promise<FileReading> {
  const { file, edition, debug = false, port } = request
  if (edition !== undefined && edition !== 'ce')
    throw new UsageError(`unknown edition "${edition}"`, 'The only edition to choose is --edition=ce.')
  const { config, issues, source, failure, notices, name, raw, secrets, variableKeys } = await readConfig(file, {
    environment: process.env,
    edition: edition ?? null,
    keepsVerdict: request.refusesWrongBlocks,
    knownNamespaces: knownNamespaces(order),
    debug,
    ...(port === undefined ? {} : { port }),
  })
  writeNotices(notices)
  if (config === null) {
    const refusal = failure === null ? null : `parsing the configuration file:${request.separator}${failure}`
    return { ...(await finish({ issues, source, raw, secrets, config: null, refusal }, request)), pluginFiles: null }
  }
  // perf: plugins are imported in a thread of their own, while the rest is checked here
  const [plugins, others] = await Promise.all([
    findPluginIssues(config, { ...request, ...pluginRules(request) }),
    findIssues(config, issues, { source, raw, variableKeys, request }),
  ])
  const found = [...others, ...plugins.issues]
  const refusal = describeRefusal(found, plugins.issues, request, name)
  const linted = refusal === null ? ((await request.lint?.(source)) ?? null) : null
  const all = [...found, ...(linted?.issues ?? [])]
  const reading = await finish({ issues: all, source, raw, secrets, config, refusal: refusal ?? linted?.text ?? null }, request)
  return { ...reading, pluginFiles: plugins.files }
}

function pluginRules({ edition, importsPlugins = true, served = new Set(), refusesWrongBlocks }: FileRequest) {
  return { edition: edition === 'ce' ? edition : null, keepsVerdict: refusesWrongBlocks, importsPlugins, served } as const
}

async function findIssues(
  config: GatewayConfig,
  issues: readonly Issue[],
  { request, ...read }: Pick<ConfigReading, 'source' | 'raw' | 'variableKeys'> & { request: FileRequest },
): Promise<Issue[]> {
  const discoveries = order.discoveries.map(({ sd }) => sd)
  const drivers = order.drivers.map(({ namespace }) => namespace)
  // a reload checks beside requests
  const general = await inTurns(checkConfig({ config, ...read, readable, contentOf, discoveries, drivers }))
  const blocks = await inTurns(checkPlaces(config, await loadDeclarations(order, config), { ...request, readable, contentOf }))
  // The reader of the file has named what belongs to another edition.
  const named = new Set(issues.filter(({ code }) => code.startsWith('enterprise-')).map(({ path }) => formatPath(path)))
  const own = blocks.flat().filter(({ code, path }) => code !== 'unknown-option' || !named.has(formatPath(path)))
  return [
    ...[...issues, ...general.flat()].map((issue) =>
      isNoGateway(issue, request) ? { ...issue, severity: 'error' as const } : gradeRule(issue, request),
    ),
    ...own,
  ]
}

/** A port that does not exist: `run` has nothing to serve, while plain `check` keeps KrakenD's verdict. */
function isNoGateway({ code }: Issue, { refusesWrongBlocks }: FileRequest): boolean {
  return code === 'invalid-port' && !refusesWrongBlocks
}

/** What nobody may serve: no port, or a block of ours that says what it cannot mean. */
function isUnservable(issue: Issue, request: FileRequest): boolean {
  return isNoGateway(issue, request) || isInOwnBlock(issue.path)
}

/** The line about a file that is refused, null for one that is accepted. An error of plugins stops every start. */
function describeRefusal(found: readonly Issue[], ofPlugins: readonly Issue[], request: FileRequest, name: string): string | null {
  const { refusesWrongBlocks, isStrict, isTested, separator } = request
  const broken = found.find(
    (issue) => issue.severity === 'error' && (refusesWrongBlocks || isStrict || isUnservable(issue, request) || ofPlugins.includes(issue)),
  )
  if (broken === undefined) return null
  // What is an error only because it was tested is told as KrakenD tells of its test.
  if (isTested && broken.fails !== undefined && broken.code !== 'wrong-type')
    return `testing the configuration file:${separator}${broken.message}`
  return `parsing the configuration file:${separator}'${name}': ${broken.message}`
}

async function finish(
  {
    issues,
    source,
    raw,
    secrets,
    config,
    refusal,
  }: Pick<ConfigReading, 'issues' | 'source' | 'raw' | 'secrets' | 'config'> & Pick<FileReading, 'refusal'>,
  request: FileRequest,
): Promise<Omit<FileReading, 'pluginFiles'>> {
  const why = refusal === null ? null : textMasker(secrets)(refusal)
  await report(toldIssues(issues, config?.inherited ?? null, secrets), source, why, request)
  const summary = request.format === 'text' ? summarize(issues) : ''
  return { config: refusal === null ? config : null, source, raw, refusal: why, summary }
}

export function writeNotices(notices: readonly string[]): void {
  for (const notice of notices) process.stderr.write(standardLine(notice))
}
