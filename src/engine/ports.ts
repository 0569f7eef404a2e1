// What components offer each other: they meet here and never import one another.

import type { EndpointConfig } from '../config/types.ts'
import type { Port, Site } from './compile/component.ts'
import { slot } from './scope.ts'
import type { Exchange, Handler, Layer, Pipe, Sender } from './types.ts'

/** The claims of a verified token, as decoded from its payload. */
export type Claims = Readonly<Record<string, unknown>>

/** Claims of the request's verified token; set by the validator. */
export const verifiedClaims = slot<Claims>()

/** The client's request, for pipes that want to know it; set where a plugin is configured inside. */
export const clientExchange = slot<Exchange>()

/** How many calls from within stand around this request. */
export const callDepth = slot<number>()

/** Says whether a token whose signature and claims are good is refused all the same (revocation, expressions). */
export type TokenRejecter = (claims: Claims) => boolean

/** Asked once for each endpoint with a validator; null when there is nothing to check there. */
export const tokenRejecters: Port<(endpoint: EndpointConfig) => TokenRejecter | null> = { name: 'token rejecters' }

/** Rejecters of one endpoint's tokens alone: a layer outside its validator adds to them while it is built. */
export function ownRejecters({ once, id }: Pick<Site, 'once' | 'id'>): TokenRejecter[] {
  return once(`token rejecters ${id}`, () => [])
}

/** Names of response headers that no pipe may set (a CORS layer answers for them). */
export const droppedHeaders: Port<(name: string) => boolean> = { name: 'dropped headers' }

/** What measures requests at every place of a file, whatever blocks stand there. Each gives a layer, or null where it measures nothing. */
export interface Telemetry {
  /** Around every request. */
  server?(site: Site): Layer<Handler> | null
  /** Around what one endpoint answers. */
  endpoint?(site: Site): Layer<Handler> | null
  /** Around what one endpoint asks, with everything that its proxy stage does. */
  proxy?(site: Site): Layer<Pipe> | null
  /** Around one backend, with its limits and scripts. */
  backend?(site: Site): Layer<Pipe> | null
  /** Around each HTTP request to a backend, redirects among them. */
  transport?(site: Site): Layer<Sender> | null
}

/** Those that the service has; the first stands outermost. */
export const telemetries: Port<Telemetry> = { name: 'telemetries' }

/** What `/__health` says about a connection to a broker: `up`, or since when and why it is down. */
export type ConnectionState = () => string

/** Connections of this gateway to brokers, by a name without user and password; whoever holds one adds it while it is built. */
export function connectionStates({ once }: Pick<Site, 'once'>): Map<string, ConnectionState> {
  return once('connection states', () => new Map())
}
