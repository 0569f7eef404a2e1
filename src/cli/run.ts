// `krakend run`: serves a configuration until it is told to stop.

import { availableParallelism } from 'node:os'
import { sharesPorts } from '../runtime/port-sharing.ts'
import { type Reading, serve } from '../runtime/serve.ts'
import { UsageError } from './arguments.ts'
import { command } from './command.ts'
import { CONFIG_FLAGS, NO_FILE_TEXT, readFileFor } from './read-file.ts'

/** Go's `os.Exit(-1)`. */
const EXIT_BAD_FILE = 255
const MAX_WORKERS = 256

export const run = command({
  name: 'run',
  about: 'Serves a configuration file',
  examples: ['krakend run -c krakend.json', 'krakend run -c krakend.json --workers auto'],
  flags: {
    ...CONFIG_FLAGS,
    debug: { type: 'boolean', short: 'd', about: 'serve /__debug/', value: 'count' },
    port: { type: 'string', short: 'p', about: "listen on this port instead of the file's", value: 'int' },
    workers: { type: 'string', about: 'threads that serve: a number, or "auto" for one per core (default 1)' },
  },
  exits: {
    0: 'it was told to stop, or there is no file',
    1: 'the port is taken, or requests did not end in time',
    2: 'a component stops the start',
    255: 'the file is refused, or the command line is wrong',
  },
  async execute({ flags, words: [word] }) {
    const { edition } = flags
    const file = flags.config ?? word
    if (file === undefined) {
      process.stderr.write(NO_FILE_TEXT)
      return 0
    }
    const port = flags.port === undefined ? {} : { port: readPort(flags.port) }
    const workers = readWorkers(flags.workers ?? '1')
    const read = async (served: ReadonlySet<string>): Promise<Reading | null> => {
      const { config, summary, pluginFiles } = await readFileFor({
        file,
        edition,
        debug: flags.debug > 0,
        refusesWrongBlocks: false,
        isTested: false,
        isStrict: flags.strict > 0,
        imports: flags.import,
        served,
        separator: ' ',
        format: 'text',
        showsAll: false,
        ...port,
      })
      process.stderr.write(summary)
      return config === null ? null : { config, pluginFiles }
    }
    const reading = await read(new Set())
    return reading === null ? EXIT_BAD_FILE : serve(reading, { workers, imports: flags.import, isStrict: flags.strict > 0, reread: read })
  },
})

function readPort(text: string): number {
  const port = readInteger(text)
  if (!(port <= 65_535)) throw wrongArgument(text, '-p, --port', 'it must be a number from 0 to 65535')
  return port
}

function readWorkers(text: string): number {
  const workers = text === 'auto' ? availableParallelism() : readInteger(text)
  if (!(workers >= 1 && workers <= MAX_WORKERS))
    throw wrongArgument(text, '--workers', `it must be "auto" or a number from 1 to ${MAX_WORKERS}`)
  if (workers === 1 || sharesPorts()) return workers
  process.stderr.write(`krakend: threads cannot share a port on ${process.platform}: one worker serves\n`)
  return 1
}

/** NaN for anything but digits. */
function readInteger(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

function wrongArgument(text: string, flag: string, rule: string): UsageError {
  return new UsageError(`invalid argument "${text}" for "${flag}" flag: ${rule}`, "Run 'krakend run --help' for usage.")
}
