// Component `_gw/admin`: what is served, and purging of caches, for whoever is near enough or has a token.

import type { Static } from 'typebox'
import { component, ConfigError, type CheckedBlock, type Site } from '../../../engine/compile/component.ts'
import { BODY_TOO_LARGE } from '../../../engine/errors.ts'
import { purgeableCaches } from '../../../engine/ports.ts'
import type { Exchange, Handler } from '../../../engine/types.ts'
import { JsonError } from '../../../json/errors.ts'
import { parseJson } from '../../../json/read.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { compileAccess, readNetworks } from './access.ts'
import { openPurgeChannel, type PurgeChannel, type PurgeInit, readSelector } from './purge.ts'
import { compileRoutes, pathsOf } from './routes.ts'

const options = Type.Object({
  allow: Type.Array(Type.String(), {
    default: ['127.0.0.0/8', '::1/128'],
    description: 'Addresses and networks of connections that may ask. What proxies say of others counts for nothing.',
  }),
  token: Type.String({
    default: '',
    description: 'If set, `Authorization: Bearer …` with it is needed as well, and proxies may stand between.',
  }),
  routes: Type.Boolean({ default: true, description: '`GET /__routes`: what is served.' }),
  cache: Type.Boolean({ default: true, description: '`POST /__cache/purge`: entries of `_gw/cache` go.' }),
})

type Options = Static<typeof options>

const ROUTES = '/__routes'
const PURGE = '/__cache/purge'
const JSON_TYPE = 'application/json; charset=utf-8'
const MAX_BODY_BYTES = 64 * 1024
/** How long other workers may take to purge. */
const PURGE_MS = 2000

export const admin = component({
  stage: 'server',
  namespace: '_gw/admin',
  options,
  check: checkAdmin,
  build(given, site) {
    const networks = readNetworks(given.allow)
    if (networks === null) throw new ConfigError('_gw/admin: "allow" has something that is no address and no network')
    const mayEnter = compileAccess(networks, given.token)
    const pages = new Map<string, Page>()
    if (given.routes) pages.set(ROUTES, routesPage(site))
    if (given.cache) pages.set(PURGE, purgePage(site))
    return (next) =>
      function answerAdmin(exchange) {
        const page = pages.get(exchange.path)
        // Whoever may not enter sees what is there without the block: nothing.
        return page === undefined || !mayEnter(exchange) ? next(exchange) : answerPage(page, exchange)
      }
  },
})

interface Page {
  readonly method: string
  readonly handle: Handler
}

function answerPage({ method, handle }: Page, exchange: Exchange): void | Promise<void> {
  if (exchange.method === method) return handle(exchange)
  exchange.responseHeaders.set('Allow', method)
  return exchange.answer(405)
}

function routesPage(site: Site): Page {
  const describe = compileRoutes(site)
  return { method: 'GET', handle: (exchange) => answerJson(exchange, 200, describe()) }
}

function purgePage(site: Site): Page {
  const purgeHere: PurgeInit['purgeHere'] = (selector) => site.ask(purgeableCaches).reduce((sum, purge) => sum + purge(selector), 0)
  let channel: PurgeChannel | null = null
  const workers = new Int32Array(site.shared.buffer('admin workers', 2 * Int32Array.BYTES_PER_ELEMENT))
  // Gateways of other processes, and others in this one, have channels of their own.
  if (Atomics.load(workers, 1) === 0) Atomics.compareExchange(workers, 1, 0, 1 + Math.floor(Math.random() * (2 ** 31 - 2)))
  const name = `purge ${Atomics.load(workers, 1)}`
  site.waitFor(
    Promise.resolve().then(() => {
      channel = openPurgeChannel({
        connect: (onMessage) => site.shared.channel(name, onMessage),
        purgeHere,
        countWorkers: () => Atomics.load(workers, 0),
      })
      Atomics.add(workers, 0, 1)
    }),
  )
  site.onRetire(() => {
    if (channel === null) return
    channel.close()
    Atomics.sub(workers, 0, 1)
  })
  return {
    method: 'POST',
    async handle(exchange) {
      const bytes = await readBody(exchange)
      if (bytes === null) return exchange.answer(413)
      const selector = readSelector(jsonOf(bytes))
      if (typeof selector === 'string') return answerJson(exchange, 400, JSON.stringify({ error: selector }))
      const scope = exchange.scope.child(PURGE_MS)
      const purged = channel === null ? purgeHere(selector) : await channel.purge(selector, scope)
      scope.close()
      site.log.info(`${site.label}[Admin] ${purged} entries of caches are gone`)
      return answerJson(exchange, 200, JSON.stringify({ purged }))
    },
  }
}

/** Null for one that is too large. */
async function readBody({ body }: Exchange): Promise<Buffer | null> {
  try {
    const bytes = await body.bytes(MAX_BODY_BYTES)
    return bytes.length > MAX_BODY_BYTES ? null : bytes
  } catch (error) {
    if (error === BODY_TOO_LARGE) return null
    throw error
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return parseJson(bytes)
  } catch (error) {
    if (error instanceof JsonError) return undefined
    throw error
  }
}

function answerJson(exchange: Exchange, statusCode: number, text: string): void {
  exchange.responseHeaders.set('Content-Type', JSON_TYPE)
  exchange.answer(statusCode, text)
}

function checkAdmin({ allow, routes, cache }: Options, { place }: CheckedBlock): Issue[] {
  const issues = allow.flatMap((network, index) =>
    readNetworks([network]) === null
      ? [errorIssue('unknown-value', ['allow', index], `"${network}" is no address and no network`, 'write "10.0.0.0/8", for one')]
      : [],
  )
  const taken = new Set([...(routes ? [ROUTES] : []), ...(cache ? [PURGE] : [])])
  for (const path of place === null ? [] : pathsOf(place.config))
    if (taken.has(path))
      issues.push(errorIssue('contradiction', [], `an endpoint has the path ${path}, which is answered here`, 'give it another path'))
  return issues
}
