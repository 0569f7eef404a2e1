// What `krakend check-plugin` says of modules: one line for each, with the place and an excerpt where something is wrong.

import { readConfig } from '../config/read-config.ts'
import { knownNamespaces } from '../engine/compile/order.ts'
import { order } from '../order.ts'
import type { ModuleProblem } from '../plugins/loaded.ts'
import { textOfProblem } from '../plugins/modules/problem.ts'
import type { DigestReport, ModuleReport, PluginFacts } from '../plugins/modules/tasks.ts'
import { printIssues } from '../schema/print-issues.ts'
import { hasColors } from './command.ts'
import { findPluginIssues } from './plugin-findings.ts'
import { askPlugins, problemOfLost } from './plugin-tasks.ts'
import { checkTypes } from './plugin-types.ts'
import { writeNotices } from './read-file.ts'
import { toldIssues } from './told-issues.ts'

/** As long as a gateway gives a module without `setup_timeout`. */
export const IMPORT_TIMEOUT_MS = 10_000

export interface CheckModulesRequest {
  readonly paths: readonly string[]
  /** A configuration file whose options are checked as well. */
  readonly config: string | null
  readonly checksTypes: boolean
  readonly imports: readonly string[]
}

/** Prints what is found on standard error, and gives the exit code. */
export async function checkModules({ paths, config, checksTypes, imports }: CheckModulesRequest): Promise<number> {
  const reports = await reportModules(paths, imports)
  for (const report of reports) process.stderr.write(describeReport(report))
  const modules = reports.filter(({ plugins }) => plugins.length > 0)
  let problems = reports.flatMap((report) => report.problems).filter(isFault).length
  if (checksTypes) problems += checkTypes(modules.map(({ file }) => file))
  if (config !== null) problems += await checkOptions(config, imports)
  const plugins = modules.flatMap((report) => report.plugins)
  process.stderr.write(
    problems === 0 ? `[OK] ${modules.length} module(s), ${plugins.length} plugin(s)\n` : `[KO] ${problems} problem(s) found\n`,
  )
  return problems === 0 ? 0 : 1
}

async function reportModules(paths: readonly string[], imports: readonly string[]): Promise<readonly ModuleReport[]> {
  try {
    return await askPlugins({ kind: 'files', paths, setupTimeoutMs: IMPORT_TIMEOUT_MS }, imports)
  } catch (error) {
    const problem = problemOfLost(error, paths.join(', '))
    return [{ file: problem.file, plugins: [], problems: [problem] }]
  }
}

function describeReport({ file, plugins, problems }: ModuleReport): string {
  const isGood = plugins.length > 0 && !problems.some(isFault)
  const names = plugins.map(describePlugin).join(', ')
  return `${isGood ? `[OK] ${file}: ${names}\n` : ''}${problems.map(describeProblem).join('')}`
}

/** `price (middleware, req-resp-modifier)`. */
function describePlugin({ name, kinds }: PluginFacts): string {
  return `${name} (${kinds.join(', ')})`
}

export function describeProblem(problem: ModuleProblem): string {
  return `${isFault(problem) ? '[KO]' : '[WARNING]'} ${textOfProblem(problem)}\n`
}

function isFault({ severity }: ModuleProblem): boolean {
  return severity === 'error'
}

/** How many errors a configuration has in what it gives to plugins. */
async function checkOptions(file: string, imports: readonly string[]): Promise<number> {
  const { config, issues, source, notices, secrets } = await readConfig(file, {
    environment: process.env,
    edition: null,
    keepsVerdict: false,
    knownNamespaces: knownNamespaces(order),
  })
  writeNotices(notices)
  const rules = { edition: null, keepsVerdict: false, isStrict: false, importsPlugins: true, imports, served: new Set<string>() }
  const found = config === null ? issues : (await findPluginIssues(config, rules)).issues
  // Faults of modules have been told.
  const own = found.filter(({ path }) => path.length > 0 || config === null)
  process.stderr.write(
    await printIssues(toldIssues(own, config?.inherited ?? null, secrets), source, {
      hasColors: hasColors(process.stderr),
      showsAll: true,
    }),
  )
  return own.filter(({ severity }) => severity === 'error').length
}

/** Prints the object for `_gw/plugins.sha256` on standard output. */
export async function printDigests(folder: string, imports: readonly string[]): Promise<number> {
  const { digests, problems } = await askDigests(folder, imports)
  const told = problems.filter(({ code }) => code !== 'go-plugin')
  for (const problem of told) process.stderr.write(describeProblem(problem))
  const faults = told.filter((problem) => isFault(problem) || problem.code === 'plugin-folder')
  if (faults.length > 0) {
    process.stderr.write(`[KO] ${faults.length} problem(s) found\n`)
    return 1
  }
  process.stdout.write(`${JSON.stringify(digests, null, 2)}\n`)
  return 0
}

async function askDigests(folder: string, imports: readonly string[]): Promise<DigestReport> {
  try {
    return await askPlugins({ kind: 'digest', folder, setupTimeoutMs: IMPORT_TIMEOUT_MS }, imports)
  } catch (error) {
    return { digests: {}, problems: [problemOfLost(error, folder)] }
  }
}
