// `krakend run`: serves a configuration until it is told to stop.

import { availableParallelism } from 'node:os'
import { MAX_WORKERS, processSettings } from '../engine/process/process-blocks.ts'
import { sharesPorts } from '../runtime/port-sharing.ts'
import { type Reading, type Refused, serve } from '../runtime/serve.ts'
import { flexibleVariables } from '../config/flexible/variables.ts'
import type { GatewayConfig } from '../config/types.ts'
import { UsageError } from './arguments.ts'
import { command } from './command.ts'
import { NO_FILE_TEXT } from './no-file.ts'
import { CONFIG_FLAGS, readFileFor } from './read-file.ts'

/** Go's `os.Exit(-1)`. */
const EXIT_BAD_FILE = 255

export const run = command({
  name: 'run',
  about: 'Serves a configuration file',
  examples: ['krakend run -c krakend.json', 'krakend run -c krakend.json --workers auto'],
  flags: {
    ...CONFIG_FLAGS,
    debug: { type: 'boolean', short: 'd', about: 'serve /__debug/', value: 'count' },
    port: { type: 'string', short: 'p', about: "listen on this port instead of the file's", value: 'int' },
    workers: { type: 'string', about: 'threads that serve: a number, or "auto" for one per core (default: what the file says, else 1)' },
  },
  exits: {
    0: 'it was told to stop, or there is no file',
    1: 'the port is taken, or what the start needs cannot be had',
    2: 'a component stops the start',
    255: 'the file is refused, or the command line is wrong',
  },
  async execute({ flags, words: [word] }) {
    const { edition } = flags
    const port = flags.port === undefined ? {} : { port: readPort(flags.port) }
    const asked = flags.workers === undefined ? null : readWorkers(flags.workers)
    const file = flags.config ?? word
    if (file === undefined || file === '') {
      process.stderr.write(NO_FILE_TEXT)
      return 0
    }
    const read = async (served: ReadonlySet<string>): Promise<Reading | Refused> => {
      const sinceMs = Date.now()
      const { config, summary, pluginFiles, refusal } = await readFileFor({
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
      const files = sourcesOf(file, config)
      return config === null ? { config, files, sinceMs, reason: refusal ?? 'no configuration' } : { config, files, sinceMs, pluginFiles }
    }
    const reading = await read(new Set())
    if (reading.config === null) return EXIT_BAD_FILE
    const workers = countWorkers(asked ?? processSettings(reading.config.extraConfig).workers)
    return serve(reading, { workers, imports: flags.import, isStrict: flags.strict > 0, reread: read })
  },
})

/** Files and folders that a configuration is read from. */
function sourcesOf(file: string, config: GatewayConfig | null): string[] {
  const { settings, partials, templates } = flexibleVariables(process.env['FC_ENABLE'] ? process.env : {})
  return [file, settings, partials, templates, config?.service.plugin?.folder ?? ''].filter((path) => path !== '')
}

function readPort(text: string): number {
  const port = readInteger(text)
  if (!(port <= 65_535)) throw wrongArgument(text, '-p, --port', 'it must be a number from 0 to 65535')
  return port
}

function readWorkers(text: string): number | 'auto' {
  if (text === 'auto') return text
  const workers = readInteger(text)
  if (!(workers >= 1 && workers <= MAX_WORKERS))
    throw wrongArgument(text, '--workers', `it must be "auto" or a number from 1 to ${MAX_WORKERS}`)
  return workers
}

/** How many threads will serve. `auto` counts the cores that the affinity of the process and the limits of its control groups leave to it. */
function countWorkers(asked: number | 'auto'): number {
  const workers = asked === 'auto' ? Math.min(MAX_WORKERS, availableParallelism()) : asked
  if (workers === 1 || sharesPorts()) return workers
  process.stderr.write(`krakend: threads cannot share a port on ${process.platform}: one worker serves\n`)
  return 1
}

/** NaN for anything but digits. */
function readInteger(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

function wrongArgument(text: string, flag: string, rule: string): UsageError {
  return new UsageError(`invalid argument "${text}" for "${flag}" flag: ${rule}`)
}
