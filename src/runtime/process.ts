// The process as a whole: its version, what becomes of a bug that nobody caught, and the memory that a start leaves behind.

import { readFileSync } from 'node:fs'
import v8 from 'node:v8'
import vm from 'node:vm'
import type { Logger } from '../engine/compile/component.ts'
import { asError, describeBug } from '../engine/errors.ts'

/** From package.json, two folders up in the sources as in `dist/`. */
export const VERSION = (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version

/** What `ps`, `top` and `pkill` call it. */
export const TITLE = 'krakend'

/** `pkill -HUP krakend` finds it. */
export function nameProcess(): void {
  process.title = TITLE
}

/** Keeps this thread alive after an error that nobody caught; `currentLog` gives the logger of the configuration that is served. */
export function surviveBugs(currentLog: () => Logger | null): void {
  const report = (thrown: unknown): void => {
    currentLog()?.critical(...describeBug('[SERVICE: Gin] a bug, please report it:', asError(thrown)))
  }
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
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
