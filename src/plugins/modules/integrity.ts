// Holds every file that plugins import against the digests that the configuration lists: what is not listed does not run.

import { existsSync, realpathSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { ModuleProblem } from '../loaded.ts'
import { linkedNames } from './find-files.ts'
import { problemOf, shownPath } from './problem.ts'

const CODE = 'plugin-integrity'
/** So much of a digest tells two of them apart. */
const SHOWN_DIGITS = 12
const HINT = 'krakend check-plugin --sha256 FOLDER prints what belongs there'

/** Thrown in place of running a file. */
export class IntegrityError extends Error {
  readonly problem: ModuleProblem

  constructor(problem: ModuleProblem) {
    super(`${problem.file}: ${problem.message}`)
    this.problem = problem
  }
}

export class Integrity {
  readonly #folder: string
  readonly #root: string
  readonly #listed: ReadonlyMap<string, string>
  readonly #links: ReadonlyMap<string, string>

  /** `listed`: name below `folder`, with `/` between its parts → SHA-256 in hex. Throws what the file system says. */
  constructor(folder: string, listed: Readonly<Record<string, string>>) {
    this.#folder = resolve(folder)
    this.#root = realpathSync(this.#folder)
    this.#listed = new Map(Object.entries(listed))
    this.#links = linkedNames(folder)
  }

  /** Throws an IntegrityError when the file must not run. `path` is the real one; what lies outside the folder is not held. */
  readonly admit = (path: string, digest: string): void => {
    const problem = this.#problemOf(path, digest)
    if (problem !== null) throw new IntegrityError(problem)
  }

  /** What is wrong with files that ran already, and entries that no file answers to. */
  review(files: ReadonlyMap<string, string>): ModuleProblem[] {
    const wrong = [...files].map(([path, digest]) => this.#problemOf(path, digest)).filter((problem) => problem !== null)
    const lonely = [...this.#listed.keys()].filter((name) => !existsSync(join(this.#folder, name)))
    return [
      ...wrong,
      ...lonely.map((name) =>
        problemOf(CODE, shownPath(join(this.#folder, name)), `sha256 lists "${name}", which is no file`, {
          hint: HINT,
          severity: 'warning',
        }),
      ),
    ]
  }

  #problemOf(path: string, digest: string): ModuleProblem | null {
    const name = this.#nameOf(path)
    if (name === null) return null
    const listed = this.#listed.get(name)
    if (listed?.toLowerCase() === digest) return null
    const short = (text: string): string => (text.length > SHOWN_DIGITS ? `${text.slice(0, SHOWN_DIGITS)}…` : text)
    const message = `sha256 is ${short(digest)}, the file ${listed === undefined ? 'does not list it' : `says ${short(listed)}`}`
    return problemOf(CODE, shownPath(join(this.#folder, name)), message, { hint: HINT })
  }

  /** Below the folder, as the list has it; null for a file that lies elsewhere. */
  #nameOf(path: string): string | null {
    const linked = this.#links.get(path)
    if (linked !== undefined) return linked
    const name = relative(this.#root, path)
    return name === '..' || name.startsWith(`..${sep}`) ? null : name.split(sep).join('/')
  }
}

/** The object for `sha256`: names below the folder, sorted. */
export function listDigests(folder: string, files: ReadonlyMap<string, string>): Record<string, string> {
  const root = realpathSync(resolve(folder))
  const links = linkedNames(folder)
  const named = [...files].flatMap(([path, digest]): [string, string][] => {
    const name = links.get(path) ?? relative(root, path)
    return name === '..' || name.startsWith(`..${sep}`) ? [] : [[name.split(sep).join('/'), digest]]
  })
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)))
}
