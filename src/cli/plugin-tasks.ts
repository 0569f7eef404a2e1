// How commands learn what plugins are: the modules are imported in a thread that ends afterwards, so that nothing of them stays here.

import { extname } from 'node:path'
import type { ModuleProblem } from '../plugins/loaded.ts'
import { problemOf } from '../plugins/modules/problem.ts'
import type { DigestReport, DigestTask, FilesTask, Inspection, InspectTask, ModuleReport } from '../plugins/modules/tasks.ts'
import { runInThread, TaskLost } from '../runtime/task-thread.ts'

/** The sources run as they are: the program has the extension of this file. */
const PROGRAM = new URL(`../plugins/modules/tasks${extname(import.meta.url)}`, import.meta.url)
/** What a module may take beyond its time before its thread counts as blocked. */
const GRACE_MS = 5000

/** `imports`: what `--import` names. */
export function askPlugins(task: InspectTask, imports: readonly string[]): Promise<Inspection>
export function askPlugins(task: FilesTask, imports: readonly string[]): Promise<readonly ModuleReport[]>
export function askPlugins(task: DigestTask, imports: readonly string[]): Promise<DigestReport>
/** Rejects with a TaskLost when a module blocks its thread or ends it. */
export function askPlugins(task: InspectTask | FilesTask | DigestTask, imports: readonly string[]): Promise<unknown> {
  return runInThread(PROGRAM, task, { imports, silentMs: task.setupTimeoutMs + GRACE_MS })
}

/** What is wrong with a module that does not survive its import; `place` where nobody knows which. Throws on what is anything else. */
export function problemOfLost(error: unknown, place: string): ModuleProblem {
  if (!(error instanceof TaskLost)) throw error
  const hint = 'a module may neither wait without end while it is imported, nor end its process'
  return problemOf('plugin-blocks', error.last ?? place, `cannot be imported: ${error.message}`, { hint })
}
