// The last resort for bugs: what nobody caught is logged with its stack, and the others are served on. Knows no requests.

import type { Logger } from '../engine/compile/component.ts'
import { asError } from '../engine/errors.ts'

/** Keeps this thread alive after an error that nobody caught; `currentLog` gives the logger of the configuration that is served. */
export function surviveBugs(currentLog: () => Logger | null): void {
  const report = (thrown: unknown): void => {
    const error = asError(thrown)
    currentLog()?.critical(`[SERVICE: Gin] a bug, please report it: ${error.stack ?? error.message}`)
  }
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
}
