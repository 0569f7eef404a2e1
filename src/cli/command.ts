// A command is declared once: what it is called, what it is for, its flags, its exit codes, and what it does. Help is printed from that.

import type { Arguments, Flags, FlagValues } from './arguments.ts'

export interface Command<F extends Flags = Flags> {
  readonly name: string
  readonly aliases?: readonly string[]
  /** A sentence without its full stop. */
  readonly about: string
  /** What stands behind the name: `[flags]` unless it says else. */
  readonly usage?: string
  /** What one has to know to use it, as lines of a text. */
  readonly details?: string
  /** Command lines; what each is good for may stand behind two blanks and a `#`. */
  readonly examples: readonly string[]
  readonly flags: F
  /** What the words behind the flags are, for completion: nothing unless it is said. */
  readonly words?: 'files' | 'commands' | readonly string[]
  /** How many of them it takes beside these flags; more are a mistake. compat: KrakenD's commands, which do not say it, ignore them. */
  maxWords?(flags: FlagValues<F>): number
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

/** What marks a text for a terminal. */
export type Paint = (text: string, style: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan') => string

const STYLES = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const

/** Marks texts where the stream is a terminal whose owner wants colours, and leaves them alone elsewhere. */
export function painterFor(stream: { readonly isTTY?: boolean }): Paint {
  return hasColors(stream) ? (text, style) => `\u001B[${STYLES[style]}m${text}\u001B[0m` : (text) => text
}
