// What components offer each other: they meet here and never import one another.

import type { BackendConfig, EndpointConfig } from '../config/types.ts'
import type { Port, Site } from './compile/component.ts'
import { type Scope, slot, type Slot } from './scope.ts'
import type { Data } from './data.ts'
import type { Companions, Exchange, Handler, Layer, Pipe, Sender, UpgradeRequest } from './types.ts'

/** The claims of a verified token, as decoded from its payload. */
export type Claims = Readonly<Record<string, unknown>>

/** Claims of the request's verified token; set by the validator. */
export const verifiedClaims = slot<Claims>()

/** Blocks whose plugins stand around the calls of backends: they see parameters, claims, and what a backend itself answered. */
export const PIPE_PLUGIN_BLOCKS: readonly string[] = ['plugin/middleware', 'plugin/req-resp-modifier', 'plugin/http-client']

/** What the gateway calls the request in logs, answers and calls of backends; absent where requests have no names. */
export const requestId = slot<string>()

/** Fields that calls of all backends have, whatever is forwarded: the request's value by canonical name. Added to while layers of the server are built. */
export function callFields({ once }: Pick<Site, 'once'>): Map<string, Slot<string>> {
  return once('fields of calls', () => new Map())
}

/** Those that a request has, name and value. */
export function callFieldsOf(fields: ReadonlyMap<string, Slot<string>>, scope: Scope): [string, string][] {
  return [...fields].flatMap(([name, slot]) => {
    const value = slot.get(scope)
    return value === undefined ? [] : [[name, value]]
  })
}

/** Stands around each layer of an endpoint, and around what is inside of all of them (name empty). */
export type LayerMark = (name: string) => Layer<Handler>

/** Whoever wants to see requests pass the layers of endpoints: set while layers of the server are built. */
export function layerMarks({ once }: Pick<Site, 'once'>): { mark: LayerMark | null } {
  return once('marks of layers', () => ({ mark: null }))
}

/** The id of the trace that a request belongs to, in hexadecimal digits; empty or undefined without one. */
export const traceIds: Port<(scope: Scope) => string | undefined> = { name: 'ids of traces' }

/** A request that the server answered itself, because it was none that can be served. */
export interface RefusedRequest {
  readonly status: number
  /** Null where nobody could tell. */
  readonly method: string | null
  /** As it was sent. */
  readonly target: string | null
  readonly peerAddress: string
}

/** Who hears of them. */
export const refusedRequests: Port<(request: RefusedRequest) => void> = { name: 'refused requests' }

/** Where the backend stands in the file whose failure is that of its endpoint. */
export const neededBackend = slot<number>()

/** Backends whose failure is that of their endpoint: they are added while layers are built. */
export function requiredBackends({ once }: Pick<Site, 'once'>): Set<BackendConfig> {
  return once('required backends', () => new Set())
}

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

/** Which origins may read answers: a CORS layer says so. */
export const allowedOrigins: Port<(origin: string) => boolean> = { name: 'allowed origins' }

/** The protocol that a request is to switch to, set by its endpoint, which allows it. */
export const wantedUpgrade = slot<UpgradeRequest>()

/** Who hears of interim answers and trailers of the backend, set by an endpoint that passes them on. */
export const passedCompanions = slot<Companions>()

/** The client's request that a pipe runs for: set where a layer inside has asked for it with `showExchange`, and by calls from within. */
export const clientExchange = slot<Exchange>()

/** Set where nobody waits for an answer (shadow backends): nothing of it may reach what the client is answered. */
export const unheard = slot<true>()

const KNOWN_OF_CLIENT: readonly Slot<unknown>[] = [verifiedClaims, requestId, clientExchange]

/** Lets work that goes on apart from a request know whose it is. */
export function tellOfClient(from: Scope, to: Scope): void {
  for (const known of KNOWN_OF_CLIENT) {
    const value = known.get(from)
    if (value !== undefined) known.set(to, value)
  }
}

/** Gives what stands for a value that only a request has, by its placeholder: offered where calls are explained and not made. */
export const standIns: Port<(placeholder: string) => string> = { name: 'stand-ins of values' }

/** Called while a layer of a pipe, or of its senders, is built: its requests will have `clientExchange`. */
export function showExchange(site: Pick<Site, 'once' | 'place'>): void {
  if (site.place !== null) shownPlaces(site).add(site.place.id)
}

/** Ids of the places whose pipes see their exchange. */
export function shownPlaces({ once }: Pick<Site, 'once'>): Set<string> {
  return once('places that see their exchange', () => new Set())
}

/** How the parts of a merge become one, in the order of the file. */
export type JoinData = (parts: readonly Data[]) => Data

/** Joins of places that have one of their own, by the id of the place: set while the layers around the place's backends are built. */
export function ownJoins({ once }: Pick<Site, 'once'>): Map<string, JoinData> {
  return once('joins of merges', () => new Map())
}

/** What an endpoint does with what each of its backends answers; null where that is nothing. */
export type BackendWatch = (site: Site) => Layer<Pipe> | null

/** Watches of places, by the id of the place: set while the layers around the place's backends are built. */
export function backendWatches({ once }: Pick<Site, 'once'>): Map<string, BackendWatch> {
  return once('watches of backends', () => new Map())
}

/** Which entries go: those with one of the tags, those of one of the paths that clients ask for, or all. */
export interface PurgeSelector {
  readonly tags: readonly string[]
  readonly paths: readonly string[]
  readonly isAll: boolean
}

/** Caches of this gateway, each of this worker alone: they say how many entries went. */
export const purgeableCaches: Port<(selector: PurgeSelector) => number> = { name: 'caches that can be purged' }

/** A host of a backend as whoever shows it sees it. */
export interface HostState {
  readonly host: string
  readonly state: 'healthy' | 'unhealthy' | 'ejected'
  readonly weight: number
  readonly inFlight: number
}

/** Hosts that are balanced with more than turns: how they are now. */
export const hostStates: Port<{ readonly backend: BackendConfig; readonly read: () => readonly HostState[] }> = { name: 'states of hosts' }

/** Names of response headers that no pipe may set (a CORS layer answers for them). */
export const droppedHeaders: Port<(name: string) => boolean> = { name: 'dropped headers' }

/** What measures requests at every place of a file, whatever blocks stand there. Each gives a layer, or null where it measures nothing. */
export interface Telemetry {
  /** Around every request. */
  server?(site: Site): Layer<Handler> | null
  /** Around what is answered where no endpoint is. */
  unmatched?(site: Site, status: 404 | 405): Layer<Handler> | null
  /** Around what one endpoint answers. */
  endpoint?(site: Site): Layer<Handler> | null
  /** Around what one endpoint asks, with everything that its proxy stage does. */
  proxy?(site: Site): Layer<Pipe> | null
  /** Around one backend, with its limits and scripts. */
  backend?(site: Site): Layer<Pipe> | null
  /** Around each HTTP request to a backend, redirects among them. */
  transport?(site: Site): Layer<Sender> | null
  /** Told of each change of a connection to a broker. `name`: without user and password. */
  connection?(name: string): ((isUp: boolean) => void) | null
}

/** Those that the service has; the first stands outermost. */
export const telemetries: Port<Telemetry> = { name: 'telemetries' }

/** Those that are told of each change of a connection to a broker, by its name without user and password. */
export function connectionWatchers({ ask }: Pick<Site, 'ask'>, name: string): ((isUp: boolean) => void)[] {
  return ask(telemetries).flatMap((telemetry) => telemetry.connection?.(name) ?? [])
}

/** What `/__health` says about a connection to a broker. */
export interface ConnectionState {
  /** Without user and password; several may have the same. */
  readonly name: string
  /** `up`, or since when and why it is down. */
  readonly state: () => string
}

/** Connections of this gateway to brokers, by what makes each another one; whoever holds one adds it while it is built. */
export function connectionStates({ once }: Pick<Site, 'once'>): Map<string, ConnectionState> {
  return once('connection states', () => new Map())
}
