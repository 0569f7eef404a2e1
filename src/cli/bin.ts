#!/usr/bin/env node
// The command line: finds the command and gives its exit code to the shell.

import { UsageError } from './arguments.ts'

const COMMANDS: Readonly<Record<string, () => Promise<{ execute(args: readonly string[]): Promise<number> | number }>>> = {
  run: () => import('./run.ts'),
  check: () => import('./check.ts'),
  validate: () => import('./check.ts'),
  audit: () => import('./audit.ts'),
  version: () => import('./version.ts'),
  help: () => import('./help.ts'),
}

const OLDEST_NODE = 24

/** Exit code of Go's `os.Exit(-1)`: a command line that cannot be understood. */
const EXIT_USAGE = 255

// A reader that goes away (`krakend help | head -1`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

async function main(args: readonly string[]): Promise<number> {
  const [name = 'help', ...rest] = args
  if (name === '-h' || name === '--help') return (await import('./help.ts')).execute([])
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UsageError(`unknown command "${name}" for "krakend"`, "Run 'krakend --help' for usage.")
  }
  if (rest.includes('-h') || rest.includes('--help')) return (await import('./help.ts')).execute([name])
  const command = await (COMMANDS[name] as (typeof COMMANDS)[string])()
  return command.execute(rest)
}

const [major = ''] = process.versions.node.split('.')
if (Number(major) < OLDEST_NODE) {
  process.stderr.write(`krakend: this is Node.js ${process.versions.node}, version ${OLDEST_NODE} or newer is needed\n`)
  process.exit(1)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`Error: ${error.message}\n${error.usage}\n`)
  process.stdout.write(`${error.message}\n`)
  process.exitCode = EXIT_USAGE
}
