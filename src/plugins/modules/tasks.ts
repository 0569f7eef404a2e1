// What commands ask about plugins, as data: the modules are imported where this runs, which is a thread that ends afterwards.

import { existsSync } from 'node:fs'
import { findPlugin, type LoadedPlugin, type ModuleProblem, type OptionProblem, type PluginModules } from '../loaded.ts'
import type { Kind } from '../types.ts'
import { explainMissing, type MissingPlugin } from './explain-missing.ts'
import { type FoundFiles, findFiles, goLibraryProblem, moduleAt } from './find-files.ts'
import { listDigests } from './integrity.ts'
import { loadEach, loadFiles, type ModulesRequest } from './load.ts'
import { isGoLibrary } from './module-file.ts'
import { problemOf, shownPath } from './problem.ts'

/** A plugin without its functions. */
export interface PluginFacts {
  readonly name: string
  readonly kinds: readonly Kind[]
  /** Relative to the working directory. */
  readonly file: string
  readonly params: readonly string[]
  readonly protects: boolean
  readonly description: string
  /** Names of its options, as far as its schema tells; null: it takes any. */
  readonly options: readonly string[] | null
}

/** All modules of a folder, and what becomes of each use of a plugin. */
export interface InspectTask extends Omit<ModulesRequest, 'onImport'> {
  readonly kind: 'inspect'
  readonly uses: readonly { readonly kind: Kind; readonly name: string; readonly options: unknown }[]
}

/** Single files and folders. */
export interface FilesTask {
  readonly kind: 'files'
  /** Files, folders of modules, and folders that are one module. */
  readonly paths: readonly string[]
  readonly setupTimeoutMs: number
}

/** The digests of everything in a folder that plugins import. */
export interface DigestTask {
  readonly kind: 'digest'
  readonly folder: string
  readonly setupTimeoutMs: number
}

export type PluginTask = InspectTask | FilesTask | DigestTask

export interface UseReading {
  readonly plugin: PluginFacts | null
  /** Why there is none. */
  readonly missing: MissingPlugin | null
  /** What is wrong with its options. */
  readonly problems: readonly OptionProblem[]
}

export interface Inspection {
  readonly plugins: readonly PluginFacts[]
  readonly problems: readonly ModuleProblem[]
  /** In the order of the task's. */
  readonly uses: readonly UseReading[]
  /** Absolute path → SHA-256 of everything local that was imported. */
  readonly files: ReadonlyMap<string, string>
}

export interface ModuleReport {
  readonly file: string
  readonly plugins: readonly PluginFacts[]
  readonly problems: readonly ModuleProblem[]
}

export interface DigestReport {
  readonly digests: Readonly<Record<string, string>>
  readonly problems: readonly ModuleProblem[]
}

type Tell = (text: string) => void

export function runTask(task: InspectTask, tell: Tell): Promise<Inspection>
export function runTask(task: FilesTask, tell: Tell): Promise<readonly ModuleReport[]>
export function runTask(task: DigestTask, tell: Tell): Promise<DigestReport>
/** `tell` is called with each module before it is imported. The answer holds data only. */
export function runTask(task: PluginTask, tell: Tell): Promise<unknown> {
  switch (task.kind) {
    case 'inspect':
      return inspect(task, tell)
    case 'files':
      return reportFiles(task, tell)
    case 'digest':
      return digest(task, tell)
  }
}

async function inspect(task: InspectTask, tell: Tell): Promise<Inspection> {
  const modules = await loadFiles(findFiles(task.folder, task.pattern), { ...task, onImport: tell })
  const uses = await Promise.all(task.uses.map((use) => readUse(modules, use)))
  return { plugins: modules.plugins.map(factsOf), problems: modules.problems, uses, files: modules.files }
}

async function readUse(modules: PluginModules, { kind, name, options }: InspectTask['uses'][number]): Promise<UseReading> {
  const found = findPlugin(modules, kind, name)
  if (found === null) return { plugin: null, missing: explainMissing(modules, kind, name), problems: [] }
  const reading = await found.plugin.options?.read(options)
  return { plugin: factsOf(found.plugin), missing: null, problems: reading?.problems ?? [] }
}

async function reportFiles({ paths, setupTimeoutMs }: FilesTask, tell: Tell): Promise<readonly ModuleReport[]> {
  const reports: ModuleReport[] = []
  // One after the other, so that what is told last is what blocks the thread.
  for (const path of paths) reports.push(...(await reportPath(path, setupTimeoutMs, tell)))
  return reports
}

async function reportPath(path: string, setupTimeoutMs: number, tell: Tell): Promise<ModuleReport[]> {
  const { modules, problems } = filesAt(path)
  const loaded = await loadEach(modules, { setupTimeoutMs, integrity: null, onImport: tell })
  const reports = loaded.map((one) => ({ file: one.module.shown, plugins: one.plugins.map(factsOf), problems: one.problems }))
  return problems.length === 0 ? reports : [...reports, { file: shownPath(path), plugins: [], problems }]
}

/** One module, or all of a folder. What was asked for by its own name must be one. */
function filesAt(path: string): FoundFiles {
  if (!existsSync(path)) return { modules: [], problems: [problemOf('plugin-module', shownPath(path), 'no such file or directory')] }
  const module = moduleAt(path)
  if (module === null) return findFiles(path, '')
  if (!isGoLibrary(path)) return { modules: [module], problems: [] }
  return { modules: [], problems: [{ ...goLibraryProblem(module.shown, module.name), severity: 'error' }] }
}

async function digest({ folder, setupTimeoutMs }: DigestTask, tell: Tell): Promise<DigestReport> {
  const { files, problems } = await loadFiles(findFiles(folder, ''), { folder, setupTimeoutMs, sha256: null, onImport: tell })
  return { digests: files.size === 0 ? {} : listDigests(folder, files), problems }
}

function factsOf(plugin: LoadedPlugin): PluginFacts {
  const { name, kinds, file, params, protects, description, options } = plugin
  const names = options !== null && 'names' in options ? (options.names as readonly string[]) : []
  return { name, kinds: [...kinds], file, params, protects, description, options: options === null ? null : names }
}
