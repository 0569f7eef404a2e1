// Checks the types of plugins with the project's own TypeScript, which has to be installed: the gateway itself checks none.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { shownPath } from '../plugins/modules/problem.ts'

/** What Node.js runs without building anything. */
export const COMPILER_OPTIONS = {
  strict: true,
  target: 'esnext',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  allowImportingTsExtensions: true,
  erasableSyntaxOnly: true,
  skipLibCheck: true,
}
const OWN_EXTENSION = extname(import.meta.url)
/** The types of `krakend-ts/plugin` where the package is not installed: the source, or what is built from it. */
const OWN_TYPES = fileURLToPath(new URL(`../plugin${OWN_EXTENSION === '.ts' ? '.ts' : '.d.ts'}`, import.meta.url))

/** Prints what TypeScript says, and gives the number of problems: one for each folder that has errors. */
export function checkTypes(files: readonly string[]): number {
  const typed = files.filter((file) => /\.[mc]?ts$/.test(file)).map((file) => resolve(file))
  const byFolder = Map.groupBy(typed, (file) => nearest(dirname(file), 'tsconfig.json') ?? dirname(file))
  return [...byFolder].filter(([home, group]) => !isTyped(home, group)).length
}

function isTyped(home: string, files: readonly string[]): boolean {
  const compiler = findCompiler(files[0] ?? home)
  const folder = shownPath(home.endsWith('tsconfig.json') ? dirname(home) : home)
  if (compiler === null) {
    process.stderr.write(`[KO] ${folder}: --types needs TypeScript\n  hint: run "npm install --save-dev typescript" in ${folder}\n`)
    return false
  }
  const scratch = mkdtempSync(join(tmpdir(), 'krakend-types-'))
  try {
    const project = join(scratch, 'tsconfig.json')
    writeFileSync(project, JSON.stringify(projectOf(home, files)))
    const { status, stdout } = spawnSync(process.execPath, [compiler, '--noEmit', '--pretty', 'false', '-p', project], { encoding: 'utf8' })
    if (status !== 0) process.stderr.write(`[KO] ${folder}: types\n${stdout}`)
    return status === 0
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The project's own options, for these files, with types found as if the project stood where they lie. */
function projectOf(home: string, files: readonly string[]): object {
  const isConfigured = home.endsWith('tsconfig.json')
  const folder = dirname(files[0] ?? home)
  const paths = isInstalled(folder) ? {} : { paths: { 'krakend-ts/plugin': [OWN_TYPES] } }
  const typeRoots = [folder, dirname(OWN_TYPES)].flatMap(foldersAbove).map((above) => join(above, 'node_modules', '@types'))
  const types = typeRoots.some((root) => existsSync(join(root, 'node'))) ? ['node'] : []
  const compilerOptions = { ...(isConfigured ? {} : { ...COMPILER_OPTIONS, types }), noEmit: true, typeRoots, ...paths }
  return { ...(isConfigured ? { extends: home } : {}), compilerOptions, files, include: [] }
}

/** Whether a file in this folder, which need not be there yet, finds the package. */
export function isInstalled(folder: string): boolean {
  return nearest(folder, join('node_modules', 'krakend-ts', 'package.json')) !== null
}

/** The program of the TypeScript that a file would import; null without one. */
function findCompiler(file: string): string | null {
  try {
    const manifest = createRequire(file).resolve('typescript/package.json')
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin?: { tsc?: string } }
    return bin?.tsc === undefined ? null : join(dirname(manifest), bin.tsc)
  } catch {
    return null
  }
}

/** The file of that name in the folder, or in one above it; null without one. */
export function nearest(folder: string, name: string): string | null {
  return (
    foldersAbove(folder)
      .map((above) => join(above, name))
      .find((path) => existsSync(path)) ?? null
  )
}

function foldersAbove(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)]
}
