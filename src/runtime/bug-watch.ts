// The last resort for bugs: what nobody caught is logged with its stack, and the others are served on. Knows no requests.

import type { Logger } from '../engine/compile/component.ts'
import { asError, describeBug } from '../engine/errors.ts'

/** Keeps this thread alive after an error that nobody caught; `currentLog` gives the logger of the configuration that is served. */
export function surviveBugs(currentLog: () => Logger | null): void {
  const report = (thrown: unknown): void => {
    currentLog()?.critical(...describeBug('[SERVICE: Gin] a bug, please report it:', asError(thrown)))
  }
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
}
