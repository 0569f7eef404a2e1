// `krakend try`: sends one request through a configuration without opening a port, and prints every step with its time.

import type { TracedRequest } from '../explain/trace-request.ts'
import { UsageError } from './arguments.ts'
import { command, painterFor } from './command.ts'
import { NO_FILE_TEXT } from './no-file.ts'

const EXIT_NO_START = 2

export const tryOut = command({
  name: 'try',
  about: 'Sends one request through a configuration file and shows every step',
  usage: '[flags] [METHOD] PATH',
  details: `The request passes every layer as a client's would; backends are really called. No port is opened, and nothing that runs once
per process (listeners, consumers) is started. Each line is one step: milliseconds since the request came, where, and what changed.
The answer's body stands on standard output, everything else on standard error.`,
  examples: [
    'krakend try -c krakend.json /users/7                                     # GET, step by step',
    `krakend try -c krakend.json POST /users -H 'Content-Type: application/json' --data '{"name":"x"}'`,
    'krakend try -c krakend.json /users/7 2>/dev/null | jq .                  # the body alone',
    'krakend try -c krakend.json --format json /users/7                       # for programs',
  ],
  flags: {
    config: { type: 'string', short: 'c', about: 'path to the configuration file', isFile: true },
    header: {
      type: 'list',
      short: 'H',
      about: 'a header field, such as "Accept: text/xml"; may be given several times',
      value: 'field',
    },
    data: { type: 'string', about: 'the body; @FILE takes it from a file', value: 'text' },
    edition: { type: 'string', about: 'with "ce", ignore Enterprise protections instead of refusing the file', values: ['ce'] },
    format: { type: 'string', about: 'text (default), or json for programs', values: ['text', 'json'] },
  },
  maxWords: () => 2,
  exits: {
    0: 'it was answered with a status below 400',
    1: 'it was answered with another one, or the file cannot be read',
    2: 'the gateway does not start with this file',
    255: 'the command line is wrong',
  },
  async execute({ flags, words }) {
    const { readFormat } = await import('./report.ts')
    const format = readFormat(flags.format)
    if (flags.config === undefined) {
      process.stderr.write(NO_FILE_TEXT)
      return 1
    }
    if (flags.edition !== undefined && flags.edition !== 'ce') throw new UsageError(`unknown edition "${flags.edition}"`)
    const { openConfig } = await import('./open-config.ts')
    const { readRequest } = await import('./try-request.ts')
    const request = readRequest({ words, headers: flags.header, data: flags.data })
    const opened = await openConfig(flags.config, flags.edition === 'ce' ? 'ce' : null, false)
    if (opened === null) return 1
    const { withoutSecrets } = await import('../explain/hide-secrets.ts')
    const { traceRequest } = await import('../explain/trace-request.ts')
    const { ConfigError } = await import('../engine/compile/component.ts')
    const { VERSION } = await import('../runtime/process.ts')
    const hide = <T>(shown: T): T => withoutSecrets(shown, opened.config.secrets)
    let traced: TracedRequest
    try {
      traced = await traceRequest(opened.config, request, { environment: process.env, version: `Version ${VERSION}` })
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      process.stderr.write(`the gateway does not start: ${hide(error.message)}\n`)
      return EXIT_NO_START
    }
    const { showTrace, traceAsJson } = await import('./show-trace.ts')
    if (format === 'json') process.stdout.write(`${JSON.stringify(hide(traceAsJson(traced)), null, 2)}\n`)
    else {
      process.stderr.write(hide(showTrace(traced, `${request.method} ${request.target}`, painterFor(process.stderr))))
      process.stdout.write(traced.body ?? '')
      if (process.stdout.isTTY) process.stdout.write('\n')
    }
    return traced.statusCode < 400 && !traced.isCut ? 0 : 1
  },
})
