// Where a change can come from that makes a path lead to something else: a rename beside it, or beside a symbolic link on the way to it. And when one came.

import { type BigIntStats, lstatSync, readlinkSync, statSync } from 'node:fs'
import { dirname, join, parse, resolve, sep } from 'node:path'

/** As many as Linux follows. */
const MAX_LINKS = 40
/** The clock of file systems stands still for some milliseconds, so that what has just been written looks older. */
const TICK_MS = 10

/**
 * The folders in which a file, or what will be one, has to be watched: its own, and that of each symbolic link on the way. Kubernetes swaps a ConfigMap by
 * renaming a link two folders above what the path seems to name. Of a path that leads nowhere, the last folder that is there.
 */
export function watchedFolders(path: string): string[] {
  return [...walk(path).folders]
}

/** Whether what a path leads to was written, or came to be what it leads to, at that time or later. */
export function changedSince(path: string, ms: number): boolean {
  const about = [...walk(path).links.map((link) => look(link, lstatSync)), look(path)]
  return about.some((stats) => stats !== null && Number(stats.ctimeMs) >= ms - TICK_MS)
}

/** Null for what is not there, or cannot be looked at. */
export function look(path: string, stat: typeof statSync | typeof lstatSync = statSync): BigIntStats | null {
  try {
    return stat(path, { bigint: true })
  } catch {
    return null
  }
}

/** The folders to watch, and the links on the way. */
function walk(path: string): { folders: Set<string>; links: string[] } {
  const folders = new Set<string>()
  const links: string[] = []
  const whole = resolve(path)
  let at = parse(whole).root
  const rest = stepsOf(whole)
  for (let step = rest.shift(); step !== undefined; step = rest.shift()) {
    const next = join(at, step)
    const target = linkOf(next)
    if (target === undefined) {
      folders.add(at)
      break
    }
    if (rest.length === 0 || target !== null) folders.add(at)
    if (target === null) {
      at = next
      continue
    }
    if (links.push(next) > MAX_LINKS) break
    const absolute = resolve(dirname(next), target)
    rest.unshift(...stepsOf(absolute))
    at = parse(absolute).root
  }
  return { folders, links }
}

function stepsOf(path: string): string[] {
  return path.slice(parse(path).root.length).split(sep).filter(Boolean)
}

/** What a symbolic link says; null for anything else, undefined where there is nothing. */
function linkOf(path: string): string | null | undefined {
  try {
    return readlinkSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' ? undefined : null
  }
}
