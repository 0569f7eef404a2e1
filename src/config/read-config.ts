// From a path to a GatewayConfig with every problem of the file. Knows no component; the environment is an argument.

import type { Issue, Source } from '../schema/issue.ts'
import { isObject } from '../json/types.ts'
import { quirksOf } from './dialect.ts'
import { type Environment, overrideByEnvironment } from './environment.ts'
import { type LoadedFile, loadFile, type ReadFile } from './load.ts'
import { findDialect, parseConfig, type ParseOptions } from './parse.ts'
import { NO_SECRETS, resolveSecrets } from './secrets.ts'
import type { GatewayConfig, Secrets } from './types.ts'
import { synonymsOf } from './upgrade.ts'

export interface ReadConfigOptions extends Omit<ParseOptions, 'quietKeys'> {
  readonly environment: Environment
  /** Reads a file; the disk's unless given. */
  readonly readFile?: ReadFile
}

export interface ConfigReading {
  /** Null when there is an error among the issues. */
  readonly config: GatewayConfig | null
  /** KrakenD's own errors first, in its order; then those of this product; then warnings. */
  readonly issues: readonly Issue[]
  /** The file's value with the environment's overrides, under the names that stand in it; undefined when it cannot be parsed. */
  readonly raw: unknown
  /** Root keys that `KRAKEND_*` variables have set. */
  readonly variableKeys: ReadonlySet<string>
  /** As KrakenD's messages call what was parsed: the file, or where its rendering was kept. */
  readonly name: string
  /** For `printIssues`. */
  readonly source: Source
  /** What `_gw/secrets` put into the file: not to be printed. */
  readonly secrets: Secrets
  /** What is to be logged as KrakenD does, with the time in front: templates that could not be rendered. */
  readonly notices: readonly string[]
  /** What KrakenD says after `ERROR parsing the configuration file: `; null when the file is fine. */
  readonly failure: string | null
}

/** Reads a configuration file as `run`, `check` and `audit` do. Never rejects because of the file. */
export async function readConfig(file: string, options: ReadConfigOptions): Promise<ConfigReading> {
  const { raw, text, format, issue, name, shownName, originOf, failure, notices, gaps } = await load(file, options)
  const source: Source = { file: shownName, text, format, synonymsOf, ...(originOf === null ? {} : { originOf }) }
  if (issue !== null)
    return {
      config: null,
      issues: [issue, ...gaps],
      raw,
      variableKeys: new Set(),
      name,
      source,
      notices,
      secrets: NO_SECRETS,
      failure: failure ?? describeFailure(name, [issue]),
    }
  const object = isObject(raw) ? raw : {}
  const overridden = overrideByEnvironment(object, options.environment, quirksOf(findDialect(object)))
  const resolved = await resolveSecrets(overridden.raw, file, options.environment)
  const variableKeys = new Set(overridden.variables.keys())
  const { config, issues } = parseConfig(resolved.raw, { ...options, quietKeys: variableKeys })
  const named = [...resolved.issues, ...issues, ...gaps].map((found) => nameVariable(found, overridden.variables))
  const isBroken = config === null || resolved.issues.some(({ severity }) => severity === 'error')
  const { secrets } = resolved
  return {
    config: isBroken ? null : { ...config, secrets },
    issues: named,
    raw: resolved.raw,
    variableKeys,
    name,
    source,
    notices,
    secrets,
    failure: describeFailure(name, named),
  }
}

/** A file, or what its templates made of it. */
export interface LoadedConfig extends LoadedFile {
  /** As KrakenD's messages call it. */
  readonly name: string
  /** As places in the text call it. */
  readonly shownName: string
  /** Null: the text is that of the file. */
  readonly originOf: NonNullable<Source['originOf']> | null
  /** KrakenD's words when there is nothing to parse; null otherwise. */
  readonly failure: string | null
  readonly notices: readonly string[]
  /** What templates did not find. */
  readonly gaps: readonly Issue[]
}

async function load(file: string, { environment, readFile }: ReadConfigOptions): Promise<LoadedConfig> {
  if (environment['FC_ENABLE']) return (await import('./flexible/load-rendered.ts')).loadRendered(file, environment, readFile)
  const loaded = await loadFile(file, readFile)
  return { ...loaded, issue: suggestRendering(loaded), name: file, shownName: file, originOf: null, failure: null, notices: [], gaps: [] }
}

const TEMPLATE = /\{\{[^{}]*\}\}/
const RENDER_FIRST = 'this looks like a template: set FC_ENABLE=1 to have it rendered first'

/** A line with an action of a template breaks any format. */
function suggestRendering({ issue, text }: LoadedFile): Issue | null {
  if (issue?.position === undefined || issue.hint !== '' || text === null) return issue
  const line = text.split('\n')[issue.position.line - 1] ?? ''
  return TEMPLATE.test(line) ? { ...issue, hint: RENDER_FIRST } : issue
}

function nameVariable(issue: Issue, variables: ReadonlyMap<string, string>): Issue {
  const variable = typeof issue.path[0] === 'string' ? variables.get(issue.path[0]) : undefined
  if (variable === undefined) return issue
  // the file is not to blame: no place in it is shown
  return { ...issue, path: [], hint: `the environment variable ${variable} sets it` }
}

/** KrakenD's words for the first problem; it lists all values of a wrong type at once. Null without an error. */
export function describeFailure(file: string, issues: readonly Issue[]): string | null {
  const first = issues.find((issue) => issue.severity === 'error')
  if (first === undefined) return null
  if (first.code !== 'decode') return `'${file}': ${first.message}`
  const lines = issues.filter((issue) => issue.code === 'decode').map((issue) => issue.message)
  return `'${file}': decoding failed due to the following error(s):\n\n${lines.join('\n')}`
}
