// An import that leads nowhere: what was looked for, where it stands, and what to write instead.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse as parseJsonc } from 'jsonc-parser'
import type { SourcePlace } from '../../schema/excerpt.ts'
import { positionsOf } from '../../schema/positions.ts'
import { isObject } from '../../json/types.ts'
import type { ModuleProblem } from '../loaded.ts'
import { maskSource } from './mask-source.ts'
import type { Unresolved } from './load-hooks.ts'
import { INDEX_FILES } from './module-file.ts'
import { problemOf, readText, shownPath } from './problem.ts'

const CODE = 'plugin-module'
const ENDINGS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json']
/** `@scope/name` or `name`, with or without something behind it. */
const PACKAGE = /^(?:@[a-z\d-~][\w.~-]*\/)?[a-z\d-~][\w.~-]*/i
const BEFORE_NAME = /(?:\bfrom|\bimport\s*\(?|\brequire\s*\()\s*$/
const STATEMENT = /\b(?:import|export|require)\b/g
const ALIASES = 'aliases of tsconfig.json are not read: write the path of the file'

export function explainMissingImport({ specifier, parent }: Unresolved, error: Error): ModuleProblem {
  const path = fileURLToPath(parent)
  const text = readText(path)
  const place = text === null ? null : placeOfImport(text, specifier)
  const { code } = error as NodeJS.ErrnoException
  // The file is there, and something about it is not allowed: Node.js says what.
  const isElsewhere = code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' || code === 'ERR_INVALID_MODULE_SPECIFIER'
  const [reason = ''] = error.message.split(/ imported from |\n/)
  const message = isElsewhere ? `cannot import "${specifier}": ${reason}` : `cannot find "${specifier}"`
  return problemOf(CODE, shownPath(path), message, { place, text, hint: isElsewhere ? '' : hintFor(specifier, path) })
}

/** Where the statement begins that imports it; null when it is not written like that. */
function placeOfImport(text: string, specifier: string): SourcePlace | null {
  const mask = maskSource(text)
  for (const quote of ["'", '"']) {
    for (let at = text.indexOf(quote + specifier + quote); at !== -1; at = text.indexOf(quote + specifier + quote, at + 1)) {
      const before = mask.slice(0, at)
      if (mask[at] !== quote || !BEFORE_NAME.test(before)) continue
      const begin = [...before.matchAll(STATEMENT)].at(-1)?.index ?? at
      return positionsOf(text)(begin)
    }
  }
  return null
}

function hintFor(specifier: string, parent: string): string {
  const folder = dirname(parent)
  if (/^\.{0,2}\//.test(specifier)) return hintForFile(specifier, resolve(folder, specifier))
  if (specifier.startsWith('krakend-ts/')) return 'only "krakend-ts/plugin" is there without an install'
  const [name] = PACKAGE.exec(specifier) ?? []
  if (name === undefined || isAlias(specifier, folder)) return ALIASES
  return `run "npm install ${name}" in ${shownPath(homeOf(folder))}`
}

function hintForFile(specifier: string, target: string): string {
  const ending = ENDINGS.find((candidate) => existsSync(target + candidate))
  if (ending !== undefined) return `write "${specifier}${ending}": imports name the whole file`
  const index = INDEX_FILES.find((candidate) => existsSync(join(target, candidate)))
  if (index !== undefined) return `write "${specifier.replace(/\/$/, '')}/${index}": imports name the whole file`
  const own = extname(specifier)
  const bare = specifier.slice(0, specifier.length - own.length)
  const other = ENDINGS.find((candidate) => own !== '' && existsSync(target.slice(0, target.length - own.length) + candidate))
  return other === undefined ? 'there is no such file' : `write "${bare}${other}": nothing is built, so imports name the source`
}

/** Where a package would be installed: the nearest folder with a package.json, else the file's own. */
function homeOf(folder: string): string {
  for (const above of foldersAbove(folder)) if (existsSync(join(above, 'package.json'))) return above
  return folder
}

/** Whether the nearest tsconfig.json has a path that looks like this. */
function isAlias(specifier: string, folder: string): boolean {
  if (/^[~#]|^@\//.test(specifier)) return true
  for (const above of foldersAbove(folder)) {
    const file = join(above, 'tsconfig.json')
    if (!existsSync(file)) continue
    const options: unknown = (parseJsonc(readFileSync(file, 'utf8')) as { compilerOptions?: unknown } | undefined)?.compilerOptions
    const paths = isObject(options) && isObject(options['paths']) ? Object.keys(options['paths']) : []
    return paths.some((pattern) =>
      pattern.endsWith('*') ? specifier.startsWith(pattern.slice(0, -1)) && pattern !== '*' : specifier === pattern,
    )
  }
  return false
}

function foldersAbove(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)]
}
