// What the code of plugins is, in one text: threads that have imported it cannot import something else in its place.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/**
 * A digest of all local files that plugins were imported from (absolute path → SHA-256), of the package.json that says how each is read, and
 * of the modules that are imported first. Null without plugins: then nothing of it is loaded.
 */
export function digestCode(files: ReadonlyMap<string, string> | null, imports: readonly string[]): string | null {
  if (files === null) return null
  const hash = createHash('sha256')
  const packages = new Set<string>()
  for (const [path, digest] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\0${digest}\0`)
    const manifest = findPackage(path)
    if (manifest !== null) packages.add(manifest)
  }
  for (const path of [...packages, ...imports.filter(isPath).map((path) => resolve(path))]) hash.update(`${path}\0${read(path) ?? ''}\0`)
  for (const module of imports) hash.update(`${module}\0`)
  return hash.digest('base64url')
}

/** The package.json above a file. */
function findPackage(file: string): string | null {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(folder, 'package.json')
    if (read(path) !== null) return path
    if (folder === dirname(folder)) return null
  }
}

function isPath(module: string): boolean {
  return /^\.{0,2}[/\\]/.test(module)
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
