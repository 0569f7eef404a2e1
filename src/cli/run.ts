// `krakend run`: serves a configuration until it is told to stop.

import { serve } from '../runtime/serve.ts'
import { readFlags, UsageError } from './arguments.ts'
import { CONFIG_FLAGS, NO_FILE_TEXT, readFileFor } from './read-file.ts'

const FLAGS = { ...CONFIG_FLAGS, port: { type: 'string', short: 'p' }, strict: { type: 'boolean' } } as const

/** Go's `os.Exit(-1)`. */
const EXIT_BAD_FILE = 255

export async function execute(args: readonly string[]): Promise<number> {
  const flags = readFlags('run', args, FLAGS)
  if (flags.config === undefined) {
    process.stderr.write(NO_FILE_TEXT)
    return 0
  }
  const config = await readFileFor({
    file: flags.config,
    edition: flags.edition,
    debug: flags.debug > 0,
    isStrict: flags.strict > 0,
    separator: ' ',
    ...(flags.port === undefined ? {} : { port: readPort(flags.port) }),
  })
  return config === null ? EXIT_BAD_FILE : serve(config)
}

function readPort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= 65_535))
    throw new UsageError(
      `invalid argument "${text}" for "-p, --port" flag: it must be a number from 0 to 65535`,
      "Run 'krakend run --help' for usage.",
    )
  return port
}
