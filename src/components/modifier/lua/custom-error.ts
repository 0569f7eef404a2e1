// `custom_error(message [, status [, content type]])`: ends the script and whatever it belongs to with an answer of its own.

import { checkNumber, checkString } from '../../../lua/check.ts'
import { native } from '../../../lua/value.ts'
import { NEED_ARGUMENTS } from './arguments.ts'
import { NO_STATUS, SEPARATOR } from './failure.ts'
import type { ScriptRun } from './run.ts'

/** Raises its arguments as one text, which `pcall` catches like any other. */
const CUSTOM_ERROR = native((thread, ...args) => {
  if (args.length === 0) return thread.raise(NEED_ARGUMENTS)
  const pieces = [checkString(thread, args, 0), String(args.length > 1 ? Math.trunc(checkNumber(thread, args, 1)) : NO_STATUS)]
  if (args.length > 2) pieces.push(checkString(thread, args, 2))
  return thread.raise(pieces.join(SEPARATOR))
})

export function installCustomError(run: ScriptRun): void {
  run.setGlobal('custom_error', CUSTOM_ERROR)
}
