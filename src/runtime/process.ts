// The process as a whole: its version, and what becomes of a bug that nobody caught.

import { readFileSync } from 'node:fs'
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
