// Reads the configuration file for a command and says what is wrong with it.

import { readConfig } from '../config/read-config.ts'
import type { GatewayConfig } from '../config/types.ts'
import { checkBlocks } from '../engine/compile/check-blocks.ts'
import { knownNamespaces, loadDeclarations } from '../engine/compile/order.ts'
import { order } from '../order.ts'
import type { Issue, Source } from '../schema/issue.ts'
import { printIssues } from '../schema/print-issues.ts'
import { UsageError } from './arguments.ts'

export const CONFIG_FLAGS = {
  config: { type: 'string', short: 'c' },
  debug: { type: 'boolean', short: 'd' },
  edition: { type: 'string' },
  strict: { type: 'boolean' },
} as const

export const NO_FILE_TEXT = 'Please, provide the path to the configuration file with --config or see all the options with --help\n'

export interface FileRequest {
  readonly file: string
  readonly edition: string | undefined
  readonly debug?: boolean
  readonly port?: number
  /** Whether an error among the components' blocks is fatal: `check` says so, `run` serves what it can as KrakenD does. */
  readonly refusesWrongBlocks: boolean
  /** Whether everything that weakens a protection counts as an error (`--strict`). */
  readonly isStrict: boolean
  /** What stands between the first words of an error and the error: a blank in `run`, a tab in `check`. */
  readonly separator: string
}

/** The configuration, or null after its errors were printed on standard error. Warnings are printed as well. */
export async function readFileFor(request: FileRequest): Promise<GatewayConfig | null> {
  const { file, edition, debug = false, port } = request
  if (edition !== undefined && edition !== 'ce')
    throw new UsageError(`unknown edition "${edition}"`, 'The only edition to choose is --edition=ce.')
  if (process.env['FC_ENABLE']) {
    process.stderr.write('FC_ENABLE is set, but flexible configuration is not implemented yet: the file is read as it is.\n')
  }
  const { config, issues, source, failure } = await readConfig(file, {
    environment: process.env,
    edition: edition ?? null,
    knownNamespaces: knownNamespaces(order),
    debug,
    ...(port === undefined ? {} : { port }),
  })
  if (config === null) {
    process.stderr.write(`ERROR parsing the configuration file:${request.separator}${failure}\n\n`)
    await print(issues, source)
    return null
  }
  const own = checkBlocks(config, await loadDeclarations(order, config), request)
  // What is missing cannot protect: that weakens a file as much as a mistake in it.
  const found = [
    ...issues.map((issue) => (request.isStrict && isMissing(issue) ? { ...issue, severity: 'error' as const } : issue)),
    ...own,
  ]
  const broken = found.find((issue) => issue.severity === 'error')
  if (broken !== undefined && (request.refusesWrongBlocks || request.isStrict)) {
    process.stderr.write(`ERROR parsing the configuration file:${request.separator}'${file}': ${broken.message}\n\n`)
    await print(found, source)
    return null
  }
  await print(found, source)
  return config
}

function isMissing({ code }: Issue): boolean {
  return code === 'missing-namespace' || code === 'enterprise-protection'
}

async function print(issues: readonly Issue[], source: Source): Promise<void> {
  if (issues.length > 0) process.stderr.write(await printIssues(issues, source))
}
