// Plugin `ip-filter` of KrakenD Enterprise: who may come in by address, around the router or at an endpoint, an agent or a backend.

import { BlockList } from 'node:net'
import type { Static } from 'typebox'
import type { Site } from '../../engine/compile/component.ts'
import { GatewayError } from '../../engine/errors.ts'
import { addNetwork, hasAddress } from '../../engine/networks.ts'
import { passesStatus } from '../../engine/pipe/status-policy.ts'
import { clientExchange, showExchange } from '../../engine/ports.ts'
import { compileClientIp } from '../../engine/routing/client-ip.ts'
import type { Exchange, Handler, Layer } from '../../engine/types.ts'
import { Type } from '../../schema/type.ts'
import type { AnyPair } from '../around-pairs.ts'
import type { OptionProblem } from '../loaded.ts'
import { builtIn } from './declare.ts'

const options = Type.Object({
  CIDR: Type.Array(Type.String(), { description: 'Addresses and networks.' }),
  allow: Type.Boolean({ default: false, description: 'They alone may enter; else they alone may not.' }),
  client_ip_headers: Type.Array(Type.String(), { default: [], description: 'Header fields that tell the address, in order.' }),
  trusted_proxies: Type.Array(Type.String(), { default: [], description: 'Addresses and networks whose header fields count.' }),
})

type Options = Static<typeof options>

const NETWORK_LISTS = ['CIDR', 'trusted_proxies'] as const
/** Where neither the filter nor `router` names any (KrakenD Enterprise, "IP Filtering"). */
const DEFAULT_HEADERS = ['X-Forwarded-For', 'X-Real-Ip', 'X-Appengine-Remote-Addr']
const TEXT = 'this address may not enter'
const FORBIDDEN = new GatewayError(TEXT, { code: 'ERR_ADDRESS', statusCode: 403, source: 'client' })
/** compat: in a pipe it is an error like any other: 500. */
const FAILED = new GatewayError(TEXT, { code: 'ERR_ADDRESS', source: 'client', isTold: true })

export const ipFilter = builtIn({
  protects: true,
  options,
  check(given) {
    const problems: OptionProblem[] = []
    for (const name of NETWORK_LISTS) {
      const probe = new BlockList()
      given[name].forEach((network, index) => {
        if (!addNetwork(probe, network)) problems.push({ path: [name, index], message: describeNetwork(network) })
      })
    }
    return problems
  },
  build(given, site, kind) {
    const isRefused = compileFilter(given, site)
    if (kind === 'http-server') return { layer: layerOf(isRefused), pair: null }
    showExchange(site)
    return { layer: null, pair: pairOf(isRefused, statusReaches(site) ? FORBIDDEN : FAILED) }
  },
})

function describeNetwork(written: string): string {
  return `"${written.slice(0, 100)}" is neither an address nor a network such as 10.0.0.0/8`
}

/** Null: nobody asks, as when an agent's message comes. */
type IsRefused = (exchange: Pick<Exchange, 'peerAddress' | 'headers'> | null) => boolean

function compileFilter(given: Options, site: Site): IsRefused {
  const { allow } = given
  const list = new BlockList()
  for (const network of given.CIDR) addNetwork(list, network)
  const findAddress = compileAddress(given, site)
  // compat: who has no address at all is in no list
  return (exchange) => (exchange !== null && hasAddress(list, findAddress(exchange))) !== allow
}

/** What the filter does not say itself is what `router` says. */
function compileAddress({ client_ip_headers: headers, trusted_proxies: proxies }: Options, { router }: Site) {
  const isOwn = headers.length > 0 || proxies.length > 0
  const known = router.remote_ip_headers.length > 0 ? router.remote_ip_headers : DEFAULT_HEADERS
  return compileClientIp(
    {
      ...router,
      forwarded_by_client_ip: isOwn || router.forwarded_by_client_ip,
      app_engine: !isOwn && router.app_engine,
      remote_ip_headers: headers.length > 0 ? headers : known,
      trusted_proxies: proxies.length > 0 ? proxies : router.trusted_proxies,
    },
    { checksForwarders: true },
  )
}

function layerOf(isRefused: IsRefused): Layer<Handler> {
  return (next) =>
    function filterAddresses(exchange) {
      if (!isRefused(exchange)) return next(exchange)
      exchange.failure ??= FORBIDDEN
      exchange.answer(FORBIDDEN.statusCode)
    }
}

function pairOf(isRefused: IsRefused, error: GatewayError): AnyPair {
  return {
    request({ scope }) {
      if (isRefused(clientExchange.get(scope) ?? null)) throw error
    },
    response: null,
  }
}

/** Whether the one backend that is called here passes its statuses on (`return_error_code`). */
function statusReaches({ backend, place, config }: Site): boolean {
  const only = backend ?? (place?.backends.length === 1 ? place.backends[0] : undefined)
  return only !== undefined && passesStatus(only, config.quirks)
}
