// Finds the modules of plugins in a folder, and what of it deserves a word: Go libraries, links to nothing, files that anybody may change.

import { readdirSync, realpathSync, statSync, type Stats } from 'node:fs'
import { isAbsolute, join, resolve, sep } from 'node:path'
import type { ModuleProblem } from '../loaded.ts'
import { baseNameOf, extensionOf, INDEX_FILES, isGoLibrary, isHidden, isModuleName, matchesPattern } from './module-file.ts'
import { describeSystemError, problemOf, shownPath } from './problem.ts'

/** A module of the folder. */
export interface ModuleFile {
  /** What a plugin is called that does not say its name. */
  readonly name: string
  /** Absolute; a link as it stands in the folder. */
  readonly path: string
  /** Relative to the working directory. */
  readonly shown: string
}

export interface FoundFiles {
  /** In the order of their names, by bytes. */
  readonly modules: readonly ModuleFile[]
  readonly problems: readonly ModuleProblem[]
}

interface Entry {
  readonly name: string
  readonly path: string
  readonly shown: string
  /** Null for a link to nothing. */
  readonly stats: Stats | null
}

const NO_MODULES: readonly ModuleFile[] = []
/** Others may write. */
const WORLD_WRITABLE = 0o002
/** Windows has no such bits: every file would count. */
const HAS_MODES = sep === '/'

/** Never throws: what cannot be read is a problem. */
export function findFiles(folder: string, pattern: string): FoundFiles {
  const root = resolve(folder)
  let names: string[]
  try {
    names = readdirSync(root)
  } catch (error) {
    const hint = isAbsolute(folder) ? '' : 'the folder is looked for from the working directory on'
    const message = `the folder of plugins "${folder}" cannot be read: ${describeSystemError(error)}`
    return { modules: NO_MODULES, problems: [problemOf('plugin-folder', shownPath(root), message, { hint, severity: 'warning' })] }
  }
  const entries = names
    .filter((name) => !isHidden(name))
    .map((name): Entry => ({ name, path: join(root, name), shown: shownPath(join(root, name)), stats: statOf(join(root, name)) }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
  const all = entries.flatMap(moduleOf)
  const taken = all.filter(({ fileName }) => matchesPattern(fileName, pattern))
  return {
    modules: taken.map(({ module }) => module),
    problems: [
      ...warnOfWritable(root, taken),
      ...warnOfDangling(entries, pattern),
      ...warnOfLibraries(entries, pattern, new Set(all.map(({ module }) => module.name))),
    ],
  }
}

/** One file, or the `index` file of a folder, whatever its name is; null when there is none. */
export function moduleAt(path: string): ModuleFile | null {
  const absolute = resolve(path)
  const stats = statOf(absolute)
  const name = absolute.slice(absolute.lastIndexOf(sep) + 1)
  if (stats?.isFile() === true) return { name: baseNameOf(name), path: absolute, shown: shownPath(absolute) }
  const [found] = moduleOf({ name, path: absolute, shown: shownPath(absolute), stats })
  return found?.module ?? null
}

interface FoundModule {
  readonly module: ModuleFile
  /** The name that the pattern is compared with: that of a folder has the ending of its index file. */
  readonly fileName: string
  readonly stats: Stats
}

function moduleOf({ name, path, shown, stats }: Entry): FoundModule[] {
  if (stats === null) return []
  if (stats.isFile()) return isModuleName(name) ? [{ module: { name: baseNameOf(name), path, shown }, fileName: name, stats }] : []
  if (!stats.isDirectory()) return []
  for (const index of INDEX_FILES) {
    const indexStats = statOf(join(path, index))
    if (indexStats?.isFile() !== true) continue
    const module = { name, path: join(path, index), shown: join(shown, index) }
    return [{ module, fileName: name + extensionOf(index), stats: indexStats }]
  }
  return []
}

/** Other names of files that links in the folder lead to: real path → name in the folder. */
export function linkedNames(folder: string): Map<string, string> {
  const root = resolve(folder)
  const names = new Map<string, string>()
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue
    const real = realOf(join(root, entry.name))
    if (real !== null) names.set(real, entry.name)
  }
  return names
}

function warnOfWritable(root: string, taken: readonly FoundModule[]): ModuleProblem[] {
  if (!HAS_MODES) return []
  const folder = statOf(root)
  const open = [
    ...(folder !== null && isWritable(folder) ? [shownPath(root)] : []),
    ...taken.filter(({ stats }) => isWritable(stats)).map(({ module }) => module.shown),
  ]
  // security: whoever may write here runs code with the rights of the gateway
  return open.map((file) =>
    problemOf('plugin-writable', file, `${file} may be changed by every user of this machine`, {
      hint: `chmod o-w ${file}`,
      severity: 'warning',
    }),
  )
}

function isWritable({ mode }: Stats): boolean {
  return (mode & WORLD_WRITABLE) !== 0
}

function warnOfDangling(entries: readonly Entry[], pattern: string): ModuleProblem[] {
  return entries
    .filter(({ name, stats }) => stats === null && isModuleName(name) && matchesPattern(name, pattern))
    .map(({ name, shown }) =>
      problemOf('plugin-module', shown, `${shown} is a link to nothing`, { severity: 'warning', plugins: [baseNameOf(name)] }),
    )
}

function warnOfLibraries(entries: readonly Entry[], pattern: string, known: ReadonlySet<string>): ModuleProblem[] {
  return entries
    .filter(({ name, stats }) => stats?.isFile() === true && isGoLibrary(name) && name.includes(pattern) && !known.has(baseNameOf(name)))
    .map(({ name, shown }) => goLibraryProblem(shown, baseNameOf(name)))
}

/** What is said about a plugin of KrakenD. */
export function goLibraryProblem(shown: string, name: string): ModuleProblem {
  const message = `${shown} is a Go plugin and cannot be loaded here: write ${name}.ts beside it, see docs/plugins.md`
  return problemOf('go-plugin', shown, message, { severity: 'warning', plugins: [name] })
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}
