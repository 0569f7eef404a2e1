// A command is declared once: what it is called, what it is for, its flags, its exit codes, and what it does. Help is printed from that.

import type { Arguments, Flags } from './arguments.ts'

export interface Command<F extends Flags = Flags> {
  readonly name: string
  readonly aliases?: readonly string[]
  /** A sentence without its full stop. */
  readonly about: string
  /** What stands behind the name: `[flags]` unless it says else. */
  readonly usage?: string
  readonly examples: readonly string[]
  readonly flags: F
  /** Exit codes and what they mean. */
  readonly exits: Readonly<Record<number, string>>
  /** Gives the exit code. Throws a UsageError. */
  execute(args: Arguments<F>): Promise<number> | number
}

/** Declares a command, so that its flags are typed. */
export function command<F extends Flags>(declaration: Command<F>): Command<F> {
  return declaration
}

/** Whether a stream is a terminal whose owner wants colours (https://no-color.org). */
export function hasColors(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === ''
}
