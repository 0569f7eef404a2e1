// Every command, each loaded when it is asked for, and how one is found in a command line.

import { suggest } from '../schema/suggest.ts'
import { UsageError } from './arguments.ts'
import type { Command } from './command.ts'

/** A command whatever its flags are. */
// oxlint-disable-next-line typescript/no-explicit-any -- a table of commands with different flags has no other type
export type AnyCommand = Command<any>

/** By name, in the order of the help. */
export const COMMANDS: Readonly<Record<string, () => Promise<AnyCommand>>> = {
  audit: async () => (await import('./audit.ts')).audit,
  check: async () => (await import('./check.ts')).check,
  'check-plugin': async () => (await import('./check-plugin.ts')).checkPlugin,
  completion: async () => (await import('./completion.ts')).completionOf(loadAll),
  convert: async () => (await import('./convert.ts')).convert,
  diff: async () => (await import('./diff.ts')).diff,
  explain: async () => (await import('./explain.ts')).explain,
  help: async () => (await import('./help.ts')).helpOn(COMMANDS, findCommand),
  init: async () => (await import('./init.ts')).init,
  plugin: async () => (await import('./plugin.ts')).plugin,
  routes: async () => (await import('./routes.ts')).routes,
  run: async () => (await import('./run.ts')).run,
  'test-plugin': async () => (await import('./plugin-test.ts')).testPlugin,
  try: async () => (await import('./try.ts')).tryOut,
  version: async () => (await import('./version.ts')).version,
}

function loadAll(): Promise<AnyCommand[]> {
  return Promise.all(Object.values(COMMANDS).map((load) => load()))
}

const ALIASES: Readonly<Record<string, string>> = { validate: 'check' }

/** Flags whose value may be taken for a command: `krakend -c check.json run`. */
const WITH_VALUE = new Set([
  '-c',
  '--config',
  '-p',
  '--port',
  '-i',
  '--indent',
  '--workers',
  '--edition',
  '--format',
  '--import',
  '--kind',
  '--folder',
])

export interface FoundCommand {
  readonly command: AnyCommand
  /** What stands before and behind its name. */
  readonly args: readonly string[]
}

/** The command of a line; flags may stand before it. Throws a UsageError for one that does not exist. */
export async function findCommand(args: readonly string[]): Promise<FoundCommand> {
  const at = args.findIndex((arg, index) => !arg.startsWith('-') && !WITH_VALUE.has(args[index - 1] ?? ''))
  const written = args[at]
  if (written === undefined) {
    const name = args.some((arg) => arg === '-v' || arg === '--version') ? 'version' : 'help'
    const unknown = args.find((arg) => !['-v', '--version', '-h', '--help'].includes(arg))
    if (unknown !== undefined) throw new UsageError(unknownFlag(unknown))
    return { command: await load(name), args: [] }
  }
  const name = ALIASES[written] ?? written
  if (!Object.hasOwn(COMMANDS, name)) throw unknownCommand(written)
  return { command: await load(name), args: args.toSpliced(at, 1) }
}

function load(name: string): Promise<AnyCommand> {
  return (COMMANDS[name] as (typeof COMMANDS)[string])()
}

function unknownFlag(arg: string): string {
  return arg.startsWith('--') ? `unknown flag: ${arg}` : `unknown shorthand flag: '${arg.slice(1, 2)}' in ${arg}`
}

function unknownCommand(name: string): UsageError {
  const meant = suggest(name, [...Object.keys(COMMANDS), ...Object.keys(ALIASES)])
  const hint = meant === null ? '' : `\n\nDid you mean this?\n\t${meant}\n`
  return new UsageError(`unknown command "${name}" for "krakend"${hint}`, "Run 'krakend --help' for usage.")
}
