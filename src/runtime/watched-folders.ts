// Where a change can come from that makes a path lead to something else: a rename beside it, or beside a symbolic link on the way to it.

import { readlinkSync } from 'node:fs'
import { dirname, join, parse, resolve, sep } from 'node:path'

/** As many as Linux follows. */
const MAX_LINKS = 40

/**
 * The folders in which a file, or what will be one, has to be watched: its own, and that of each symbolic link on the way. Kubernetes swaps a ConfigMap by
 * renaming a link two folders above what the path seems to name. Of a path that leads nowhere, the last folder that is there.
 */
export function watchedFolders(path: string): string[] {
  const folders = new Set<string>()
  const whole = resolve(path)
  let at = parse(whole).root
  const rest = stepsOf(whole)
  let links = 0
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
    if (++links > MAX_LINKS) break
    const absolute = resolve(dirname(next), target)
    rest.unshift(...stepsOf(absolute))
    at = parse(absolute).root
  }
  return [...folders]
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
