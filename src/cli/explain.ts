// `krakend explain`: what becomes of a request to an endpoint, layer by layer, and where every value comes from.

import { readFileSync } from 'node:fs'
import { command, painterFor } from './command.ts'
import { NO_FILE_TEXT } from './no-file.ts'
import { UsageError } from './arguments.ts'

const USAGE = "Run 'krakend explain --help' for usage."

export const explain = command({
  name: 'explain',
  about: 'Shows what becomes of a request to an endpoint, and why',
  usage: '[flags] [METHOD] PATH',
  details: `From the top of the page down, this is what a request passes: every layer in its order, then the backends and what is
done to their answers. On the right stands where a value comes from: a line of the file, a variable of the environment, or
"default". Nothing is called, and no port is opened.

PATH is that of the file (/users/{id}) or one that a client would ask for (/users/7).`,
  examples: [
    'krakend explain -c krakend.json /users/{id}      # every method of that path',
    'krakend explain -c krakend.json GET /users/7     # which endpoint answers this, and how',
    'krakend explain -c krakend.json --all /users/7   # with the options that are off by default',
  ],
  flags: {
    config: { type: 'string', short: 'c', about: 'path to the configuration file', isFile: true },
    all: { type: 'boolean', about: 'show options that are off or empty by default, too' },
    format: { type: 'string', about: 'text (default), or json for programs', values: ['text', 'json'] },
  },
  exits: { 0: 'the endpoint is shown', 1: 'there is none, or the file cannot be read', 255: 'the command line is wrong' },
  async execute({ flags, words }) {
    const { explainEndpoint } = await import('../explain/explain-endpoint.ts')
    const { findEndpoints, readTarget } = await import('../explain/find-endpoint.ts')
    const { findOrigins } = await import('../explain/origins.ts')
    const { openConfig } = await import('./open-config.ts')
    const { readFormat } = await import('./report.ts')
    const format = readFormat(flags.format, 'explain')
    if (flags.config === undefined) {
      process.stderr.write(NO_FILE_TEXT)
      return 1
    }
    const target = readTarget(words)
    if (target === null) throw new UsageError('say which endpoint: a path, with or without its method', USAGE)
    const opened = await openConfig(flags.config)
    if (opened === null) return 1
    const { config, raw, source } = opened
    const found = findEndpoints(config, target)
    if (found.length === 0) {
      const { suggestPaths } = await import('../explain/suggest-paths.ts')
      process.stderr.write(`no endpoint answers ${words.join(' ')}${suggestPaths(config, target.path)}\n`)
      return 1
    }
    const origins = await findOrigins({ raw, source, environment: process.env })
    const init = { config, origins, readFile: (path: string) => readFileSync(path) }
    const explained = []
    for (const { endpoint, dropped } of found) explained.push({ ...(await explainEndpoint(endpoint, init)), dropped })
    if (format === 'json') process.stdout.write(`${JSON.stringify(explained, null, 2)}\n`)
    else {
      const { showExplanation } = await import('./show-explanation.ts')
      const paint = painterFor(process.stdout)
      const pages = explained.map((one) => {
        const text = showExplanation(one, { paint, showsAll: flags.all > 0 })
        return one.dropped === null ? text : `${paint(`it has no route: ${one.dropped}`, 'red')}\n${text}`
      })
      process.stdout.write(pages.join('\n'))
    }
    return 0
  },
})
