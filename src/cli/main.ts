// What the program does with its arguments: finds the command, lets it run and gives its exit code.

import { readArguments, UsageError } from './arguments.ts'
import { type AnyCommand, COMMANDS, findCommand, type FoundCommand } from './commands.ts'

/** Exit code of Go's `os.Exit(-1)`: a command line that cannot be understood. */
const EXIT_USAGE = 255

/** `args` are those behind the name of the program. */
export async function main(args: readonly string[]): Promise<number> {
  let command: AnyCommand | null = null
  try {
    const found = await findCommand(args)
    command = found.command
    return await execute(found)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const { usageOf, usageOfAll } = await import('./help.ts')
    const usage = error.hint === null ? await (command === null ? usageOfAll(COMMANDS) : usageOf(command)) : `${error.hint}\n`
    process.stderr.write(`Error: ${error.message}\n${usage}`)
    // compat: KrakenD's programs print it again, behind cobra's own words.
    process.stdout.write(`${error.message}\n`)
    return EXIT_USAGE
  }
}

async function execute({ command, args: rest }: FoundCommand): Promise<number> {
  if (rest.includes('-h') || rest.includes('--help')) {
    process.stdout.write((await import('./help.ts')).helpOf(command))
    return 0
  }
  const given = readArguments(rest, command.flags)
  const extra = given.words[command.maxWords?.(given.flags) ?? Infinity]
  if (extra !== undefined) throw new UsageError(`unexpected argument "${extra}"`)
  return command.execute(given)
}
