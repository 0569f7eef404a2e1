// `krakend routes`: what a configuration answers, as a table or as JSON.

import type { ListedRoute } from '../explain/list-routes.ts'
import { command, painterFor, type Paint } from './command.ts'
import { NO_FILE_TEXT } from './no-file.ts'

export const routes = command({
  name: 'routes',
  about: 'Lists what a configuration file answers',
  details: `One line for each route in the order in which they are registered: those of the file, and those that the gateway adds
(health check, debug, echo, OPTIONS). "protected by" names whatever may refuse a request: of the service, the endpoint, its backends.`,
  examples: ['krakend routes -c krakend.json', "krakend routes -c krakend.json --format json | jq '.[].path'   # for programs"],
  flags: {
    config: { type: 'string', short: 'c', about: 'path to the configuration file', isFile: true },
    format: { type: 'string', about: 'text (default), or json for programs', values: ['text', 'json'] },
  },
  maxWords: ({ config }) => (config === undefined ? 1 : 0),
  exits: { 0: 'the routes are listed', 1: 'the file cannot be read', 255: 'the command line is wrong' },
  async execute({ flags, words: [word] }) {
    const { readFormat } = await import('./report.ts')
    const format = readFormat(flags.format)
    const file = flags.config ?? word
    if (file === undefined) {
      process.stderr.write(NO_FILE_TEXT)
      return 1
    }
    const { openConfig } = await import('./open-config.ts')
    const opened = await openConfig(file)
    if (opened === null) return 1
    const { listRoutes } = await import('../explain/list-routes.ts')
    const { withReferences } = await import('../explain/hide-secrets.ts')
    const { findOrigins } = await import('../explain/origins.ts')
    const { config, raw, source } = opened
    const origins = await findOrigins({ raw, source, environment: process.env, inherited: config.inherited })
    const shown = withReferences(await listRoutes(config), config.secrets)
    const listed = shown.map((route) => ({ ...route, origin: route.at === null ? null : origins.placeOf(route.at) }))
    if (format === 'json') process.stdout.write(`${JSON.stringify(listed, null, 2)}\n`)
    else {
      const { formatTable } = await import('./table.ts')
      const { formatMs } = await import('./value-text.ts')
      const paint = painterFor(process.stdout)
      const head = ['METHOD', 'PATH', 'BACKENDS', 'PROTECTED BY', 'TIMEOUT', 'AT'].map((title) => paint(title, 'bold'))
      process.stdout.write(formatTable([head, ...listed.map((route) => rowOf(route, paint, formatMs))]))
    }
    return 0
  },
})

function rowOf(route: ListedRoute & { readonly origin: string | null }, paint: Paint, formatMs: (ms: number) => string): string[] {
  const { method, path, hosts, backends, protections, timeoutMs, origin, kind, dropped } = route
  const asked = dropped === null ? backends.join(', ') || paint(`(${kind})`, 'dim') : paint(`not served: ${dropped}`, 'red')
  const protectedBy = protections.length === 0 ? paint('–', 'dim') : protections.join(', ')
  return [method, `${hosts.join(', ')}${path}`, asked, protectedBy, timeoutMs === null ? '' : formatMs(timeoutMs), origin ?? '']
}
