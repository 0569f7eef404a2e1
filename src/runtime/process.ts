// The process as a whole: its version, what becomes of a bug that nobody caught, and the memory that a start leaves behind.

import { readFileSync } from 'node:fs'
import v8 from 'node:v8'
import vm from 'node:vm'
import type { Logger } from '../engine/compile/component.ts'
import { asError, describeBug } from '../engine/errors.ts'
import { describePluginError } from '../plugins/plugin-error.ts'
import { isForeign } from './stray-error.ts'

/** From package.json, two folders up in the sources as in `dist/`. */
export const VERSION = (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version

/** What `ps`, `top` and `pkill` call it. */
export const TITLE = 'krakend'

/** `pkill -HUP krakend` finds it. */
export function nameProcess(): void {
  process.title = TITLE
}

/** What this thread serves; null before it serves anything. */
export interface Serving {
  readonly log: Logger
  /** Whether code of plugins runs in this thread. */
  readonly hasPlugins: boolean
}

let findServing: (() => Serving | null) | null = null

/**
 * Keeps this thread alive after an error that nobody caught. That of a plugin is told as one, with its place; whatever else it is, it is a
 * bug. `find` gives what is served at that moment; that of the last call counts.
 */
export function surviveBugs(find: () => Serving | null): void {
  const isFirst = findServing === null
  findServing = find
  if (!isFirst) return
  process.on('uncaughtException', (thrown: unknown) => reportStray(thrown, 'nobody caught'))
  process.on('unhandledRejection', (thrown: unknown) => reportStray(thrown, 'nobody waited for'))
}

function reportStray(thrown: unknown, what: string): void {
  const serving = findServing?.() ?? null
  if (serving === null) return
  const { log, hasPlugins } = serving
  if (!hasPlugins || !isForeign(thrown)) {
    log.critical(...describeBug('[SERVICE: Gin] a bug, please report it:', asError(thrown)))
    return
  }
  const { text, frames } = describePluginError(thrown)
  log.error(`[SERVICE: Plugins] ${what}: ${text}`)
  if (frames.length > 0) log.debug('[SERVICE: Plugins] its stack:', frames)
}

/** What the garbage of a start must take to be worth a pause. */
const WORTHWHILE_BYTES = 24 * 1024 * 1024

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void

/**
 * Collects garbage once if the start has left much of it: V8 keeps the room that it needed to read and compile thousands of endpoints.
 * perf: with 5,000 endpoints VmRSS of /proc/self/status is 138 MB with it and 208 MB without, also ten seconds and some requests later;
 * takes some 60 ms then, and nothing with an ordinary file.
 */
export function returnStartMemory(): void {
  const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
  if ((young?.space_size ?? 0) < WORTHWHILE_BYTES) return
  v8.setFlagsFromString('--expose-gc')
  const collect = vm.runInNewContext('gc') as Collect
  v8.setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
