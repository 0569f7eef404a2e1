// The files of a configuration, watched as long as it asks for that. Loads nothing where no configuration does.

import type { Logger } from '../engine/compile/component.ts'
import type { FileWatcher } from './file-watcher.ts'

export interface WatchedFilesInit {
  readonly log: () => Logger
  /** Gets the absolute paths of files that hold something else than before. */
  readonly onChange: (paths: readonly string[]) => void
}

const LABEL = '[SERVICE: Reload]'

export class WatchedFiles {
  readonly #init: WatchedFilesInit
  /** One for all who ask while it is loaded; null while nothing is watched. */
  #watcher: Promise<FileWatcher> | null = null
  #isStopped = false

  constructor(init: WatchedFilesInit) {
    this.#init = init
  }

  /** Watches these files and folders and no others; null: none. `sinceMs`: when they were read, milliseconds since 1970. */
  async follow(targets: readonly string[] | null, sinceMs: number): Promise<void> {
    if (targets === null || this.#isStopped) return this.#close()
    const isFirst = this.#watcher === null
    this.#watcher ??= this.#create()
    const watcher = await this.#watcher
    await watcher.watch(targets, sinceMs)
    if (isFirst && !this.#isStopped) this.#init.log().info(`${LABEL} from now on, a change of the configuration's files is a reload`)
  }

  stop(): void {
    this.#isStopped = true
    void this.#close()
  }

  /** What is still to be watched by then is not. */
  async #close(): Promise<void> {
    const watcher = this.#watcher
    this.#watcher = null
    ;(await watcher)?.close()
  }

  async #create(): Promise<FileWatcher> {
    const { log, onChange } = this.#init
    const { FileWatcher: Watcher } = await import('./file-watcher.ts')
    const onFallback = (reason: string): void =>
      log().warning(`${LABEL} the system watches no more folders (${reason}): files are looked at every second instead`)
    return new Watcher({ onChange, onFallback })
  }
}
