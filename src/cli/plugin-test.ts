// `krakend test-plugin`: KrakenD loads plugins and looks for what they register. Here modules are imported, and their `setup` is tried.

import { existsSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { asError } from '../engine/errors.ts'
import { formatDuration } from '../go/duration.ts'
import { goLibraryProblem } from '../plugins/modules/find-files.ts'
import { baseNameOf, isGoLibrary } from '../plugins/modules/module-file.ts'
import type { Kind } from '../plugins/types.ts'
import { runInThread, TaskLost } from '../runtime/task-thread.ts'
import { IMPORT_TIMEOUT_MS } from './check-modules.ts'
import { command, hasColors } from './command.ts'
import type { TrialReport, TrialTask } from './plugin-trial.ts'
import { problemOfLost } from './plugin-tasks.ts'
import { IMPORT_FLAG } from './read-file.ts'

const KINDS = {
  server: ['SERVER', 'http-server'],
  client: ['CLIENT', 'http-client'],
  modifier: ['MODIFIER', 'req-resp-modifier'],
  middleware: ['MIDDLEWARE', 'middleware'],
} as const satisfies Readonly<Record<string, readonly [string, Kind]>>
type Flag = keyof typeof KINDS
const FLAGS: readonly Flag[] = ['server', 'client', 'modifier', 'middleware']

/** The sources run as they are: the program has the extension of this file. */
const PROGRAM = new URL(`./plugin-trial${extname(import.meta.url)}`, import.meta.url)
/** What importing and `setup` may take beyond their time, and how long a case may be silent. */
const SILENT_MS = 3 * IMPORT_TIMEOUT_MS
const NANOSECONDS = 1e6

export const testPlugin = command({
  name: 'test-plugin',
  about: 'Tries whether plugins work. It runs their code: never on changes of strangers where secrets are',
  usage: '[flags] FILE…',
  examples: [
    'krakend test-plugin -s plugins/tenants.ts',
    'krakend test-plugin -m -w plugins/*.ts',
    'krakend test-plugin -r cases.json plugins/price.ts',
  ],
  flags: {
    server: { type: 'boolean', short: 's', about: 'they are for plugin/http-server' },
    client: { type: 'boolean', short: 'c', about: 'they are for plugin/http-client' },
    modifier: { type: 'boolean', short: 'm', about: 'they are for plugin/req-resp-modifier' },
    middleware: { type: 'boolean', short: 'w', about: 'they are for plugin/middleware' },
    run: { type: 'string', short: 'r', about: 'run the cases of this JSON file: requests, what is inside, and what is expected' },
    import: IMPORT_FLAG,
  },
  exits: { 0: 'they work', 1: 'one of them does not', 255: 'the command line is wrong' },
  async execute({ flags, words: files }) {
    const kinds = FLAGS.filter((flag) => flags[flag] > 0)
    if (files.length === 0) return refuse('At least one plugin is required.')
    if (kinds.length === 0 && flags.run === undefined) return refuse('You must declare the expected type of the plugin.')
    const cases = flags.run === undefined ? null : await openCases(flags.run)
    if (cases === undefined) return 1
    const start = performance.now()
    let failed = 0
    for (const file of files) if (!(await tryFile(file, kinds, cases, flags.import))) failed++
    const took = formatDuration(BigInt(Math.round((performance.now() - start) * NANOSECONDS)))
    if (failed > 0) return refuse(`[KO] ${files.length} tested plugin(s) in ${took}.\n${failed} plugin(s) failed.`)
    process.stderr.write(`[OK] ${files.length} tested plugin(s) in ${took}\n`)
    return 0
  },
})

/** The text of a file of cases; undefined when there is none without mistakes, which is printed. */
async function openCases(file: string): Promise<string | undefined> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    process.stderr.write(`[KO] Unable to open the cases ${file}.\n`)
    return undefined
  }
  const { readCases } = await import('../testing/plugin-case-file.ts')
  const { issues } = await readCases(text)
  if (issues.length === 0) return text
  const { printIssues } = await import('../schema/print-issues.ts')
  const source = { file, text, format: 'json', synonymsOf: () => [] }
  process.stderr.write(await printIssues(issues, source, { hasColors: hasColors(process.stderr) }))
  process.stderr.write(`[KO] Unable to read the cases ${file}.\n`)
  return undefined
}

/** Prints what comes of one file, and says whether all of it was good. */
async function tryFile(file: string, flags: readonly Flag[], cases: string | null, imports: readonly string[]): Promise<boolean> {
  const labels = flags.map((flag) => KINDS[flag][0])
  const lose = (reason: string): false => {
    const [short] = reason.split('\n')
    // Cases without a kind: there is one line for the file. An excerpt is shown once.
    for (const [index, label] of (labels.length === 0 ? ['PLUGIN'] : labels).entries())
      process.stderr.write(`[KO] ${label}\t${file}: ${index === 0 ? reason : short}\n`)
    return false
  }
  if (!existsSync(file)) {
    process.stderr.write(`[KO] Unable to open the plugin ${file}.\n`)
    return false
  }
  if (isGoLibrary(baseOf(file))) return lose(goLibraryProblem(file, baseNameOf(baseOf(file))).message)
  const { problem, trials, caseLines, failedCases } = await ask(
    {
      file,
      kinds: flags.map((flag) => KINDS[flag][1]),
      cases,
      setupTimeoutMs: IMPORT_TIMEOUT_MS,
    },
    imports,
  )
  if (problem !== null) return lose(problem)
  for (const [index, { fault, note }] of trials.entries()) {
    const label = labels[index]
    process.stderr.write(
      fault === null ? `[OK] ${label}\t${file}${note === '' ? '' : `: ${note}`}\n` : `[KO] ${label}\t${file}: ${fault}\n`,
    )
  }
  for (const line of caseLines) process.stderr.write(`${line}\n`)
  return failedCases === 0 && trials.every(({ fault }) => fault === null)
}

async function ask(task: TrialTask, imports: readonly string[]): Promise<TrialReport> {
  try {
    return await runInThread<TrialReport>(PROGRAM, task, { imports, silentMs: SILENT_MS })
  } catch (error) {
    return { problem: reasonOf(error, task.file), trials: [], caseLines: [], failedCases: 0 }
  }
}

/** A module that never returns, or a bug. */
function reasonOf(error: unknown, file: string): string {
  return error instanceof TaskLost ? problemOfLost(error, file).message : asError(error).message
}

function baseOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

function refuse(message: string): number {
  process.stderr.write(`${message}\n`)
  return 1
}
