// The thread of `krakend test-plugin`: imports modules, tries their `setup`, and runs cases. Only data leaves it.

import type { LoadedPlugin } from '../plugins/loaded.ts'
import { moduleAt } from '../plugins/modules/find-files.ts'
import { loadEach } from '../plugins/modules/load.ts'
import { textOfProblem } from '../plugins/modules/problem.ts'
import type { Kind } from '../plugins/types.ts'
import { readCases } from '../testing/plugin-case-file.ts'
import { runCases } from '../testing/plugin-cases.ts'
import { trySetup } from '../testing/plugin-setup.ts'

export interface TrialTask {
  readonly file: string
  /** Each is tried. */
  readonly kinds: readonly Kind[]
  /** The text of a file of cases that are run, which has no mistakes; null for none. */
  readonly cases: string | null
  readonly setupTimeoutMs: number
}

export interface TrialReport {
  /** Why it could not be imported; null when it could. */
  readonly problem: string | null
  /** What came of each kind of the task. */
  readonly trials: readonly Trial[]
  /** `[OK] name`, `[KO] name` and what differs, ready to be printed. */
  readonly caseLines: readonly string[]
  readonly failedCases: number
}

export interface Trial {
  readonly kind: Kind
  /** Null: it works. */
  readonly fault: string | null
  /** What was left out; empty for nothing. */
  readonly note: string
}

export async function runTask({ file, kinds, cases, setupTimeoutMs }: TrialTask, tell: (text: string) => void): Promise<TrialReport> {
  const module = moduleAt(file)
  const loaded = await loadEach(module === null ? [] : [module], { setupTimeoutMs, integrity: null, onImport: tell })
  const plugins = loaded.flatMap((one) => one.plugins)
  const problem = loaded.flatMap((one) => one.problems).find((one) => one.severity === 'error' || plugins.length === 0)
  if (problem !== undefined) return { problem: textOfProblem(problem), trials: [], caseLines: [], failedCases: 0 }
  const trials: Trial[] = []
  for (const kind of kinds) trials.push(await tryKind(plugins, kind))
  if (cases === null) return { problem: null, trials, caseLines: [], failedCases: 0 }
  const { lines, failed } = await runCases(plugins, (await readCases(cases)).cases)
  return { problem: null, trials, caseLines: lines, failedCases: failed }
}

/** All plugins of a module that can stand there; the first fault counts. */
async function tryKind(plugins: readonly LoadedPlugin[], kind: Kind): Promise<Trial> {
  const usable = plugins.filter(({ kinds }) => kinds.has(kind))
  if (usable.length === 0) return { kind, fault: `no plugin of kind ${kind}`, note: '' }
  const notes: string[] = []
  for (const plugin of usable) {
    const problems = (await plugin.options?.read({}))?.problems ?? []
    const fault = problems.length === 0 ? await trySetup(plugin, kind) : null
    if (fault !== null) return { kind, fault: usable.length === 1 ? fault : `${plugin.name}: ${fault}`, note: '' }
    const [first] = problems
    if (first !== undefined)
      notes.push(`${plugin.name} needs options (${[...first.path, first.message].join(' ')}): only its shape was tested`)
  }
  return { kind, fault: null, note: notes.join('; ') }
}
