// What files hold, as digests: a file counts as changed when its bytes are others, not when somebody has touched or renamed it.

import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** Of one file: how it looks from outside, so that it is read again only then, and the digest of its bytes. */
interface Known {
  readonly look: string
  readonly digest: string
}

/** Absolute path → what it holds. What cannot be read is not there. */
export type Contents = ReadonlyMap<string, Known>

/** Of a file that may have held anything. */
export const UNKNOWN: Known = { look: '', digest: '' }

/** Files of folders that are looked at; of more, the first. */
const MAX_FILES = 5000
/** Folders of packages are no configuration. */
const SKIPPED = new Set(['node_modules', '.git'])

/** Reads files, and all files below folders. Those that look as in `before` are not read again. Never rejects. */
export async function readContents(targets: Iterable<string>, before: Contents = new Map()): Promise<Contents> {
  const contents = new Map<string, Known>()
  for (const target of targets) await readInto(contents, resolve(target), before, [])
  return contents
}

/** Paths that hold something else, have come or are gone. */
export function findChanges(before: Contents, now: Contents): string[] {
  const paths = new Set([...before.keys(), ...now.keys()])
  return [...paths].filter((path) => before.get(path)?.digest !== now.get(path)?.digest).sort()
}

/** `above`: the folders on the way, which a link may lead back to. */
async function readInto(contents: Map<string, Known>, path: string, before: Contents, above: readonly string[]): Promise<void> {
  if (contents.has(path) || contents.size >= MAX_FILES) return
  try {
    const { dev, ino, size, mtimeNs, isFolder, isFile } = await lookAt(path)
    if (isFolder) {
      const own = `${dev} ${ino}`
      if (above.includes(own)) return
      for (const name of (await readdir(path)).sort())
        if (!SKIPPED.has(name)) await readInto(contents, join(path, name), before, [...above, own])
      return
    }
    // A pipe would be waited for.
    if (!isFile) return
    const look = `${dev} ${ino} ${size} ${mtimeNs}`
    const known = before.get(path)
    contents.set(path, known?.look === look ? known : { look, digest: digestOf(await readFile(path)) })
  } catch {
    // Gone, or not to be read: whoever needs it will say so.
  }
}

async function lookAt(path: string) {
  const stats = await stat(path, { bigint: true })
  const { dev, ino, size, mtimeNs } = stats
  return { dev, ino, size, mtimeNs, isFolder: stats.isDirectory(), isFile: stats.isFile() }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url')
}
