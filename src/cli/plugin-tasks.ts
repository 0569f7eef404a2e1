// How commands learn what plugins are: the modules are imported in a thread that ends afterwards, so that nothing of them stays here.

import { extname } from 'node:path'
import type { DigestReport, DigestTask, FilesTask, Inspection, InspectTask, ModuleReport } from '../plugins/modules/tasks.ts'
import { runInThread } from '../runtime/task-thread.ts'

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
