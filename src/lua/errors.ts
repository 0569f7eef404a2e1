// What can go wrong with a script: it does not compile, it raises an error, or it is stopped. Knows nothing of the rest of the interpreter.

import { ExpectedError } from '../go/expected-error.ts'
import type { Prototype, Value } from './value.ts'

/** An error of the script: `pcall` catches it, in loops, too. `value` is what was raised, `message` its text (bytes, as Lua strings are). */
export class LuaError extends ExpectedError {
  readonly value: Value
  /** Line at which it was raised, 0 where none is known. */
  readonly line: number
  traceback: string
  /** The function whose line it is; null where none is known. */
  origin: Prototype | null = null

  private constructor(value: Value, text: string, line: number) {
    super(text)
    this.name = 'LuaError'
    this.value = value
    this.line = line
    this.traceback = ''
  }

  static of(value: Value, text: string, line = 0): LuaError {
    return new LuaError(value, text, line)
  }
}

/** The text is no program. `message` is gopher-lua's, with position; `line` is 0 at the end of the text, as it is there. */
export class LuaSyntaxError extends Error {
  readonly line: number
  readonly column: number
  readonly near: string
  /** The message alone: `syntax error`. */
  readonly reason: string

  constructor(message: string, init: { line: number; column?: number; near?: string; reason: string }) {
    super(message)
    this.name = 'LuaSyntaxError'
    this.line = init.line
    this.column = init.column ?? 0
    this.near = init.near ?? ''
    this.reason = init.reason
  }
}

/** The script took more than it was given: its call ends, and `pcall` does not catch it. */
export class LuaStop extends Error {
  readonly reason: 'time' | 'memory' | 'exit'

  constructor(reason: 'time' | 'memory' | 'exit', message: string) {
    super(message)
    this.name = 'LuaStop'
    this.reason = reason
  }
}
