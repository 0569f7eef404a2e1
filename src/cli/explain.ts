// `krakend explain`: what becomes of a request to an endpoint, layer by layer, and where every value comes from.

import { readFileSync } from 'node:fs'
import type { EndpointConfig } from '../config/types.ts'
import type { RequestView } from '../explain/describe-request.ts'
import type { ExplainInit } from '../explain/explain-endpoint.ts'
import type { NoRoute, Routed } from '../explain/route-request.ts'
import { command, painterFor } from './command.ts'
import { NO_FILE_TEXT } from './no-file.ts'
import { UsageError } from './arguments.ts'

export const explain = command({
  name: 'explain',
  about: 'Shows what becomes of a request to an endpoint, and why',
  usage: '[flags] [METHOD] TARGET',
  details: `From the top of the page down, this is what a request passes: every layer in its order, then the backends and what is
done to their answers. On the right stands where a value comes from: a line of the file, a variable of the environment, or
"default". Nothing is called, and no port is opened.

TARGET is a path of the file (/users/{id}), or what a client would ask for (/users/7?debug=1). The first lines follow that request: what is
forwarded, what is dropped and where to list it, and which URLs are asked.`,
  examples: [
    'krakend explain -c krakend.json /users/{id}      # every method of that path',
    'krakend explain -c krakend.json GET /users/7     # which endpoint answers this, and how',
    'krakend explain -c krakend.json --all /users/7   # with the options that are off by default',
  ],
  flags: {
    config: { type: 'string', short: 'c', about: 'path to the configuration file', isFile: true },
    header: { type: 'list', short: 'H', about: 'a header field of the request, such as "X-Tenant: a"; may be repeated', value: 'field' },
    host: { type: 'string', about: 'the host that the client asks for (default localhost)', value: 'name' },
    json: { type: 'boolean', about: 'the way of the one request as a line of JSON: route, params, layers, what is dropped, backends' },
    all: { type: 'boolean', about: 'show options that are off or empty by default, too' },
    format: {
      type: 'string',
      about: 'text (default), or json: every endpoint that was meant with all its layers and options',
      values: ['text', 'json'],
    },
  },
  maxWords: () => 2,
  exits: {
    0: 'the endpoint is shown',
    1: 'none answers: standard error says why',
    2: 'the file cannot be read',
    255: 'the command line is wrong',
  },
  async execute({ flags, words }) {
    const { explainEndpoint } = await import('../explain/explain-endpoint.ts')
    const { findEndpoints, readTarget } = await import('../explain/find-endpoint.ts')
    const { withReferences } = await import('../explain/hide-secrets.ts')
    const { findOrigins } = await import('../explain/origins.ts')
    const { nearestRoutes } = await import('../explain/nearest-routes.ts')
    const { compileRouting } = await import('../explain/route-request.ts')
    const { readFields } = await import('./try-request.ts')
    const { openConfig } = await import('./open-config.ts')
    const { readFormat } = await import('./report.ts')
    const format = readFormat(flags.format)
    if (flags.config === undefined) {
      process.stderr.write(NO_FILE_TEXT)
      return 1
    }
    const target = readTarget(words)
    if (target === null) throw new UsageError('say which endpoint: a path, with or without its method')
    const headers = readFields(flags.header)
    const opened = await openConfig(flags.config)
    if (opened === null) return 2
    const { config, raw, source } = opened
    const { secrets } = config
    const host = flags.host ?? headers.get('Host') ?? 'localhost'
    const routing = await compileRouting(config)
    const named = findEndpoints(routing, target, { headers, host })
    const method = target.method ?? named.find(({ dropped }) => dropped === null)?.method ?? 'GET'
    const request = { method, target: targetOf(target.path, named), headers, host }
    const routed = named.some(({ isNamed }) => isNamed) ? routing.routePattern(request) : routing.route(request)
    const isAnswered = named.some(({ dropped }) => dropped === null)
    const nearest = (seen?: string): string => nearestRoutes(routing, request, seen)
    const reason = routed.endpoint === null ? withReferences(named[0]?.dropped ?? reasonOf(routed, nearest), secrets) : ''
    if (!isAnswered) {
      process.stderr.write(`no endpoint answers ${words.join(' ')}: ${reason}\n`)
      if (routing.hasPlugins)
        process.stderr.write(
          `plugins of plugin/http-server see the request first: krakend try -c ${flags.config} ${words.join(' ')} runs them\n`,
        )
      if (named.length === 0 && flags.json === 0) {
        if (format === 'json') process.stdout.write(`${JSON.stringify({ reason })}\n`)
        return 1
      }
    }
    if (flags.json > 0 && routed.endpoint === null) {
      process.stdout.write(`${JSON.stringify({ reason })}\n`)
      return 1
    }
    const origins = await findOrigins({ raw, source, environment: process.env, inherited: config.inherited })
    const init = { config, origins, readFile: (path: string) => readFileSync(path) }
    const explained = []
    const view = withReferences(await viewOf(routed, init), secrets)
    if (flags.json > 0) {
      process.stdout.write(`${JSON.stringify(view)}\n`)
      return 0
    }
    for (const { endpoint, method: own, isNamed, dropped } of named) {
      const asked = isNamed && target.method === null ? {} : { method: own }
      explained.push({ ...withReferences(await explainEndpoint(endpoint, { ...init, ...asked }), secrets), dropped })
    }
    if (format === 'json') process.stdout.write(`${JSON.stringify(explained, null, 2)}\n`)
    else {
      const { showExplanation } = await import('./show-explanation.ts')
      const paint = painterFor(process.stdout)
      const pages = explained.map((one) => {
        const text = showExplanation(one, { paint, showsAll: flags.all > 0 })
        return one.dropped === null ? text : `${paint(`it has no route: ${one.dropped}`, 'red')}\n${text}`
      })
      const { showRequest } = await import('./show-request.ts')
      if (view !== null) process.stdout.write(`${showRequest(view, paint)}\n`)
      process.stdout.write(pages.join('\n'))
    }
    return isAnswered ? 0 : 1
  },
})

/** `nearest` tells the endpoints nearest to what the router sees. */
function reasonOf({ reason, rewritten }: NoRoute, nearest: (seen?: string) => string): string {
  const change = rewritten === null ? '' : `, rewritten to ${rewritten.target} by ${rewritten.by.join(', ')}`
  return `${reason}${change}${reason.startsWith('404') ? nearest(rewritten?.target) : ''}`
}

/** Where the file's own pattern was asked for, it is the request: its parameters stay placeholders. */
function targetOf(target: string, found: readonly { readonly endpoint: EndpointConfig }[]): string {
  const { path, writtenPath } = found[0]?.endpoint ?? { path: '', writtenPath: '' }
  const [asked = ''] = target.split('?', 1)
  return asked === path ? writtenPath + target.slice(asked.length) : target
}

async function viewOf(routed: Routed, init: ExplainInit): Promise<RequestView | null> {
  if (routed.endpoint === null) return null
  const { describeRequest } = await import('../explain/describe-request.ts')
  const { VERSION } = await import('../runtime/process.ts')
  return describeRequest({ ...routed, ...init, userAgent: `KrakenD Version ${VERSION}` })
}
