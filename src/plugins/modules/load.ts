// Loads the plugins of a folder: finds the modules, imports them one after the other, and reads which plugins they are.

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { asError } from '../../engine/errors.ts'
import { settlesWithin } from '../../engine/settles-within.ts'
import type { LoadedPlugin, ModuleProblem, PluginModules } from '../loaded.ts'
import { type FoundFiles, findFiles, type ModuleFile } from './find-files.ts'
import { Integrity } from './integrity.ts'
import { admitBy, graph, importPlugin } from './load-hooks.ts'
import { describeSystemError, problemOf, shownPath } from './problem.ts'
import { readShapes, type Shapes } from './read-shapes.ts'

export interface ModulesRequest {
  /** From the working directory on. */
  readonly folder: string
  /** A part of the name of files, as KrakenD takes it: `.so` takes every module. */
  readonly pattern: string
  /** How long the import of one module may take. */
  readonly setupTimeoutMs: number
  /** Name below the folder → SHA-256 in hex of every file that may run; null: every file may. */
  readonly sha256: Readonly<Record<string, string>> | null
  /** Told of each module before it is imported: whoever watches knows which one blocks the thread. */
  readonly onImport?: (shown: string) => void
}

/** Never rejects: whatever cannot be loaded is a problem. A module that a thread has imported stays what it is, as in Node.js. */
export function loadPluginModules(request: ModulesRequest): Promise<PluginModules> {
  return loadFiles(findFiles(request.folder, request.pattern), request)
}

/** The same for modules that are known. */
export async function loadFiles({ modules, problems }: FoundFiles, request: Omit<ModulesRequest, 'pattern'>): Promise<PluginModules> {
  const integrity = openIntegrity(request)
  if (integrity instanceof Error) return refuseAll(problems, request.folder, integrity)
  // security: from now on, since a plugin may import more at any time
  admitBy(integrity?.admit ?? null)
  const each = await loadEach(modules, { ...request, integrity })
  const plugins = each.flatMap((one) => one.plugins)
  const found = [...problems, ...each.flatMap((one) => one.problems)]
  found.push(...(integrity?.review(new Map()) ?? []), ...findDuplicates(plugins))
  const urls = modules.map(({ path }) => pathToFileURL(path).href)
  return {
    plugins,
    find: indexOf(plugins),
    problems: found,
    get files() {
      return graph.filesOf(urls)
    },
  }
}

function openIntegrity({ folder, sha256 }: Pick<ModulesRequest, 'folder' | 'sha256'>): Integrity | Error | null {
  try {
    return sha256 === null ? null : new Integrity(folder, sha256)
  } catch (error) {
    return asError(error)
  }
}

function refuseAll(problems: readonly ModuleProblem[], folder: string, error: Error): PluginModules {
  const message = `sha256 cannot be held against "${folder}": ${describeSystemError(error)}`
  const problem = problemOf('plugin-integrity', shownPath(resolve(folder)), message)
  return { plugins: [], find: () => null, problems: [...problems, problem], files: new Map() }
}

/** One module, and what came of it. */
export interface LoadedModule {
  readonly module: ModuleFile
  readonly plugins: readonly LoadedPlugin[]
  readonly problems: readonly ModuleProblem[]
}

interface EachRequest extends Pick<ModulesRequest, 'setupTimeoutMs' | 'onImport'> {
  readonly integrity: Integrity | null
}

/** Imports modules one after the other. Never rejects. */
export async function loadEach(
  modules: readonly ModuleFile[],
  { setupTimeoutMs, integrity, onImport }: EachRequest,
): Promise<LoadedModule[]> {
  const loaded: LoadedModule[] = []
  for (const module of modules) {
    onImport?.(module.shown)
    loaded.push({ module, ...(await loadOne(module, setupTimeoutMs, integrity)) })
  }
  return loaded
}

async function loadOne(module: ModuleFile, timeoutMs: number, integrity: Integrity | null): Promise<Shapes> {
  const url = pathToFileURL(module.path).href
  try {
    const importing = importPlugin(url)
    if (!(await settlesWithin(timeoutMs, importing))) return { plugins: [], problems: [tellOfTimeout(module, timeoutMs)] }
    // Files that this thread imported before, for another configuration, did not pass the door.
    const wrong = integrity?.review(graph.filesOf([url])).filter(({ severity }) => severity === 'error') ?? []
    if (wrong.length > 0) return { plugins: [], problems: wrong.map((problem) => ({ ...problem, plugins: [module.name] })) }
    return await readShapes(await importing, module)
  } catch (error) {
    const { explainFailure } = await import('./explain.ts')
    return { plugins: [], problems: [await explainFailure(error, module)] }
  }
}

function tellOfTimeout({ name, shown }: ModuleFile, timeoutMs: number): ModuleProblem {
  const message = `${shown} was not imported within ${timeoutMs / 1000} s`
  const hint = 'what it awaits at its top level takes too long: setup_timeout of _gw/plugins'
  return problemOf('plugin-module', shown, message, { hint, plugins: [name] })
}

/** By kind and name; the later file wins. */
function indexOf(plugins: readonly LoadedPlugin[]): PluginModules['find'] {
  const byKey = new Map(plugins.flatMap((plugin) => [...plugin.kinds].map((kind) => [`${kind} ${plugin.name}`, plugin] as const)))
  return (kind, name) => byKey.get(`${kind} ${name}`) ?? null
}

function findDuplicates(plugins: readonly LoadedPlugin[]): ModuleProblem[] {
  return plugins.flatMap((plugin, index) => {
    const { name, kinds, file } = plugin
    const later = plugins.slice(index + 1).findLast((other) => other.name === name && !other.kinds.isDisjointFrom(kinds))
    if (later === undefined) return []
    const message = `the plugin "${name}" is in ${file} and in ${later.file}: the one of ${later.file} is used`
    return [problemOf('duplicate-plugin', file, message, { severity: 'warning', hint: 'give one of them another name' })]
  })
}
