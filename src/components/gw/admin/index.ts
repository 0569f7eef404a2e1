// Component `_gw/admin`: what is served, purging of caches, and what became of a request, for whoever is near enough or has a token.

import type { BlockList } from 'node:net'
import { component, ConfigError, type ProcessSite, type Running, type Site, supervise } from '../../../engine/compile/component.ts'
import { asError, BODY_TOO_LARGE } from '../../../engine/errors.ts'
import { type PurgeSelector, purgeableCaches } from '../../../engine/ports.ts'
import { Scope } from '../../../engine/scope.ts'
import type { Exchange } from '../../../engine/types.ts'
import { parseHostPort } from '../../../go/host-port.ts'
import { compileAccess, readNetworks } from './access.ts'
import { listenForAdmins } from './listener.ts'
import { BLOCK, type Options } from './options.ts'
import { ANSWER_MS, compilePages, JSON_TYPE, MAX_BODY_BYTES, type Page } from './pages.ts'
import { openPurgeChannel, type PurgeChannel, type PurgeInit } from './purge.ts'
import { askForRoutes, tellRoutes } from './routes-channel.ts'
import { compileRoutes } from './routes.ts'
import { compileTrace, TRACE_HEADER } from './trace.ts'
import { findWorkers } from './workers.ts'

export const admin = component({
  ...BLOCK,
  stage: 'server',
  build(given, site) {
    const { mayEnter, mayTrace } = compileAccess(networksOf(given), given.token)
    const describe = given.routes ? compileRoutes(site) : null
    const purge = given.cache ? joinPurges(site) : null
    const isHere = given.listen === ''
    if (!isHere && describe !== null) {
      const name = findWorkers(site.shared).channelName('routes')
      site.onRetire(tellRoutes((onMessage) => site.shared.channel(name, onMessage), describe))
    }
    const pages = compilePages({
      describe: isHere && describe !== null ? () => Promise.resolve(describe()) : null,
      purge: isHere ? purge : null,
    })
    const beginTrace = given.trace ? compileTrace(site) : null
    if (pages.size === 0 && beginTrace === null) return null
    return (next) =>
      function answerAdmin(exchange) {
        const page = pages.get(exchange.path)
        // Whoever may not enter sees what is there without the block: nothing.
        if (page !== undefined && mayEnter(exchange)) return answerPage(page, exchange)
        if (beginTrace !== null) {
          const asked = exchange.headers.get(TRACE_HEADER)
          if (asked !== undefined) {
            // security: it may be the token.
            exchange.headers.delete(TRACE_HEADER)
            if (mayTrace(exchange, asked)) beginTrace(exchange)
          }
        }
        return next(exchange)
      }
  },
})

/** The port of its own, where the file names one. */
export const adminPort = supervise({ ...BLOCK, start: openPort })

async function openPort(given: Options, site: ProcessSite): Promise<Running | null> {
  const address = given.listen === '' ? null : parseHostPort(given.listen)
  if (given.listen === '' || (!given.routes && !given.cache)) return null
  if (address === null) throw new ConfigError(`_gw/admin: "${given.listen}" is no address with a port`)
  const { shared, log, label } = site
  const workers = findWorkers(shared)
  const routes = askForRoutes((onMessage) => shared.channel(workers.channelName('routes'), onMessage))
  const purges = openPurgeChannel({
    connect: (onMessage) => shared.channel(workers.channelName('purge'), onMessage),
    purgeHere: () => 0,
    // All of them are others.
    countWorkers: () => workers.count() + 1,
  })
  const pages = compilePages({
    describe: given.routes ? () => withinTime((scope) => routes.ask(scope)) : null,
    purge: given.cache ? (selector) => withinTime((scope) => purges.purge(selector, scope)) : null,
  })
  const close = (): void => {
    routes.close()
    purges.close()
  }
  try {
    const { mayEnter } = compileAccess(networksOf(given), given.token)
    const listener = await listenForAdmins(address, pages, mayEnter, (error) => log.error(`${label}[Admin] ${error.message}`))
    log.info(`${label}[Admin] listening on ${given.listen}`)
    return {
      async stop() {
        close()
        await listener.close()
      },
    }
  } catch (error) {
    close()
    throw new ConfigError(`_gw/admin: ${asError(error).message}`)
  }
}

/** Workers that do not answer in time are not waited for. */
async function withinTime<T>(ask: (scope: Scope) => Promise<T>): Promise<T> {
  const scope = Scope.root().child(ANSWER_MS)
  return ask(scope).finally(() => scope.close())
}

function networksOf({ allow }: Options): BlockList {
  const networks = readNetworks(allow)
  if (networks === null) throw new ConfigError('_gw/admin: "allow" has something that is no address and no network')
  return networks
}

async function answerPage({ method, answer }: Page, exchange: Exchange): Promise<void> {
  if (exchange.method !== method) {
    exchange.responseHeaders.set('Allow', method)
    exchange.answer(405)
    return
  }
  const { status, text } = await answer(() => readBody(exchange))
  if (text !== null) exchange.responseHeaders.set('Content-Type', JSON_TYPE)
  exchange.answer(status, text)
}

/** Purges in all workers; this one takes part in the purges of others. */
function joinPurges(site: Site): (selector: PurgeSelector) => Promise<number> {
  const purgeHere: PurgeInit['purgeHere'] = (selector) => site.ask(purgeableCaches).reduce((sum, purge) => sum + purge(selector), 0)
  const workers = findWorkers(site.shared)
  let channel: PurgeChannel | null = null
  site.waitFor(
    Promise.resolve().then(() => {
      const connect: PurgeInit['connect'] = (onMessage) => site.shared.channel(workers.channelName('purge'), onMessage)
      channel = openPurgeChannel({ connect, purgeHere, countWorkers: () => workers.count() })
      workers.join()
    }),
  )
  site.onRetire(() => {
    if (channel === null) return
    channel.close()
    workers.leave()
  })
  return async function purgeAll(selector) {
    const open = channel
    const purged = open === null ? purgeHere(selector) : await withinTime((scope) => open.purge(selector, scope))
    site.log.info(`${site.label}[Admin] ${purged} entries of caches are gone`)
    return purged
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
