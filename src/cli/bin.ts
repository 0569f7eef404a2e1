#!/usr/bin/env node
// The command line: finds the command and gives its exit code to the shell.

import { readArguments, UsageError } from './arguments.ts'
import { type AnyCommand, COMMANDS, findCommand, type FoundCommand } from './commands.ts'

const OLDEST_NODE = 24

/** What Node.js does beside its own thread: look-ups of names, files, compression, keys. */
const SYSTEM_THREADS = 32

/** Exit code of Go's `os.Exit(-1)`: a command line that cannot be understood. */
const EXIT_USAGE = 255

// A reader that goes away (`krakend help | head -1`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

async function main(args: readonly string[]): Promise<number> {
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

const [major = ''] = process.versions.node.split('.')
if (Number(major) < OLDEST_NODE) {
  process.stderr.write(`krakend: this is Node.js ${process.versions.node}, version ${OLDEST_NODE} or newer is needed\n`)
  process.exit(1)
}

// A name server that is silent keeps a thread busy for each host that it is asked for, and only half of the threads look names up. It counts
// before the first of them starts.
process.env.UV_THREADPOOL_SIZE ??= String(SYSTEM_THREADS)

process.title = 'krakend'
process.exitCode = await main(process.argv.slice(2))
