// Tells when files have changed, however they were written: in place, by renaming another over them, by swapping a link above them.

import { type FSWatcher, watch } from 'node:fs'
import { type Contents, findChanges, readContents, UNKNOWN } from './file-contents.ts'
import { changedSince, look, watchedFolders } from './watched-folders.ts'
import { dirname } from 'node:path'

export interface FileWatcherInit {
  /** Gets the absolute paths of what has changed, never none. */
  readonly onChange: (paths: readonly string[]) => void
  /** Hears once that the system watches no more folders: they are looked at every second then. */
  readonly onFallback: (reason: string) => void
}

/** Changes that follow each other within this time are one. */
const QUIET_MS = 200
/** Whoever writes on and on is interrupted. */
const MAX_NOISE_MS = 2000
const POLL_MS = 1000

interface Folder {
  readonly watcher: FSWatcher
  /** A folder that was made anew under the same name is another one. */
  readonly inode: bigint
}

export class FileWatcher {
  readonly #init: FileWatcherInit
  #targets: readonly string[] = []
  #contents: Contents = new Map()
  readonly #folders = new Map<string, Folder>()
  #timer: NodeJS.Timeout | undefined
  #poll: NodeJS.Timeout | undefined
  #noisySinceMs = 0
  /** Looking and changing what is looked at take turns. */
  #turn: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(init: FileWatcherInit) {
    this.#init = init
  }

  /**
   * Watches these files and folders from now on, and no others. What one of them held when it was last looked at is not forgotten; those that
   * nobody has looked at were read at `sinceMs` (milliseconds since 1970) or later: what was written since then is a change.
   */
  watch(targets: Iterable<string>, sinceMs: number): Promise<void> {
    const wanted = [...new Set(targets)].sort()
    return this.#inTurn(async () => {
      this.#targets = wanted
      this.#watchFolders()
      const now = await readContents(wanted, this.#contents)
      // What was known stays as it was known: a change since then has not been told yet.
      const former = this.#contents
      this.#contents = new Map([...now].map(([path, known]) => [path, former.get(path) ?? (changedSince(path, sinceMs) ? UNKNOWN : known)]))
      this.#watchFolders()
      if (findChanges(this.#contents, now).length > 0) this.#note()
    })
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    clearInterval(this.#poll)
    for (const { watcher } of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  /** Something has happened in a folder: waits until nothing happens any more. */
  readonly #note = (): void => {
    if (this.#isClosed) return
    const now = performance.now()
    if (this.#timer === undefined) this.#noisySinceMs = now
    else if (now - this.#noisySinceMs > MAX_NOISE_MS) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#inTurn(() => this.#look())
    }, QUIET_MS).unref()
  }

  async #look(): Promise<void> {
    this.#watchFolders()
    const before = this.#contents
    this.#contents = await readContents(this.#targets, before)
    this.#watchFolders()
    const changed = findChanges(before, this.#contents)
    if (changed.length > 0 && !this.#isClosed) this.#init.onChange(changed)
  }

  #watchFolders(): void {
    if (this.#isClosed) return
    const around = this.#targets.flatMap((target) => [...watchedFolders(target), ...(look(target)?.isDirectory() === true ? [target] : [])])
    const wanted = new Set([...around, ...[...this.#contents.keys()].map((path) => dirname(path))])
    for (const [path, { watcher, inode }] of this.#folders) {
      if (wanted.has(path) && look(path)?.ino === inode) continue
      watcher.close()
      this.#folders.delete(path)
    }
    for (const path of wanted) if (!this.#folders.has(path)) this.#watchFolder(path)
  }

  #watchFolder(path: string): void {
    const inode = look(path)?.ino
    // It has gone a moment ago: the folder above tells of it.
    if (inode === undefined) return
    try {
      const watcher = watch(path, { persistent: false, recursive: false }, this.#note)
      watcher.on('error', (error) => this.#fallBack(error))
      this.#folders.set(path, { watcher, inode })
    } catch (error) {
      this.#fallBack(error as Error)
    }
  }

  #fallBack({ message }: Error): void {
    if (this.#poll !== undefined || this.#isClosed) return
    this.#poll = setInterval(() => void this.#inTurn(() => this.#look()), POLL_MS).unref()
    this.#init.onFallback(message)
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(action)
    return this.#turn
  }
}
