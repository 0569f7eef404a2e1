// The public types of plugins: requests, responses and handlers. `krakend-ts/plugin` exports them; a member is never taken away again.

import type { Readable } from 'node:stream'
import type { Json } from './option-types.ts'
import type { Site } from './site-types.ts'

export type { Json, JsonSchema, OptionsOf, StandardSchema } from './option-types.ts'
export type { CallInput, CallOptions, CallResult, Counter, FetchInit, Place, Site, SiteLog } from './site-types.ts'

/** Where a plugin may stand. */
export type Kind = 'http-server' | 'http-client' | 'req-resp-modifier' | 'middleware'

/** Kinds whose answers are bytes: they stand where nothing is decoded. */
type RawKind = 'http-server' | 'http-client'

/** A JSON value that is read and changed freely; integers that a double cannot hold are `bigint`. */
export type JsonData = ReturnType<JSON['parse']>

export type BodySource = string | Uint8Array | ReadableStream | Readable | AsyncIterable<string | Uint8Array>

/** Header fields. Names in any case; iterated in canonical form, a pair per value. */
export interface PluginHeaders extends Iterable<[name: string, value: string]> {
  /** All values joined with `, `; null without one. */
  get(name: string): string | null
  getAll(name: string): string[]
  getSetCookie(): string[]
  has(name: string): boolean
  /** Replaces all values. Throws a TypeError for what cannot stand in a header. */
  set(name: string, value: string | readonly string[]): void
  append(name: string, value: string): void
  delete(name: string): void
  entries(): IterableIterator<[name: string, value: string]>
}

/** Query parameters, as in URLSearchParams. Changes appear in `url`. */
export interface PluginQuery extends Iterable<[name: string, value: string]> {
  get(name: string): string | null
  getAll(name: string): string[]
  has(name: string): boolean
  set(name: string, value: string): void
  append(name: string, value: string): void
  delete(name: string): void
  keys(): IterableIterator<string>
  entries(): IterableIterator<[name: string, value: string]>
}

/** The client's request as it came, before any filter. */
export interface PluginClient {
  readonly method: string
  /** The target as sent: `/a?b=1`. */
  readonly url: string
  /** Decoded. */
  readonly path: string
  readonly query: PluginQuery
  readonly headers: PluginHeaders
  readonly ip: string
  readonly secure: boolean
  /** `HTTP/1.1` or `HTTP/2.0`. */
  readonly protocol: string
  /** Null where no endpoint matched, or before the router. */
  readonly route: { readonly method: string; readonly pattern: string } | null
}

export type Claims = Readonly<Record<string, unknown>>

/** URL parameters by the names of the pattern; those of `params` are there for certain. */
export type Params<P extends string = never> = { [K in P]: string } & { [name: string]: string | undefined }

export interface RequestChanges {
  readonly method?: string
  readonly url?: string
  /** In place of all of them. */
  readonly headers?: Iterable<readonly [string, string]> | Readonly<Record<string, string | readonly string[]>>
  readonly params?: Readonly<Record<string, string>>
  readonly body?: BodySource | null
  /** Becomes a JSON body. */
  readonly data?: unknown
}

/** What a plugin is asked. Writable until it is handed to `next`, then sealed. */
export interface PluginRequest<P extends string = never> {
  method: string
  url: string
  readonly path: string
  readonly query: PluginQuery
  readonly headers: PluginHeaders
  readonly params: Params<P>
  get body(): ReadableStream<Uint8Array> | null
  set body(source: BodySource | null)
  bytes(): Promise<Uint8Array>
  text(): Promise<string>
  json<T = JsonData>(): Promise<T>
  /** Body as JSON and its Content-Type. */
  setData(value: unknown): void
  /** Null for agents. */
  readonly client: PluginClient | null
  /** Of the verified token; null where nothing verified one. */
  readonly claims: Claims | null
  /** Shared by all plugins of this client request. */
  readonly state: Map<unknown, unknown>
  readonly signal: AbortSignal
  /** Milliseconds of the endpoint's time; Infinity at `http-server`. */
  readonly timeLeft: number
  /** An unsealed copy. */
  with(changes: RequestChanges): PluginRequest<P>
  /** A web `Request`; the body counts as taken. */
  toWeb(): Request
}

/** What a backend really answered, also where it was decoded. */
export interface BackendAnswer {
  readonly status: number
  readonly headers: PluginHeaders
  readonly url: string
}

/** What came back: decoded data, or bytes. */
export interface PluginResponse {
  readonly kind: 'data' | 'raw'
  /** What the client gets: 200…599. */
  status: number
  readonly headers: PluginHeaders
  /** Undefined in a raw one. */
  data: JsonData
  complete: boolean
  /** Why a merge is partial. */
  readonly error: Error | null
  readonly backend: BackendAnswer | null
  /** Raw only. */
  get body(): ReadableStream<Uint8Array> | null
  set body(source: BodySource | null)
  bytes(): Promise<Uint8Array>
  text(): Promise<string>
  json<T = JsonData>(): Promise<T>
  toWeb(): Response
}

/** A response where nothing is decoded. */
export interface RawResponse extends Omit<PluginResponse, 'kind' | 'data' | 'body'> {
  readonly kind: 'raw'
  get body(): ReadableStream<Uint8Array> | null
  set body(source: BodySource | null)
}

/** The response at places of a kind: raw where all of its kinds are. */
export type ResponseAt<K extends Kind> = [K] extends [RawKind] ? RawResponse : PluginResponse

/** A new answer: `data` or `body`, never both. */
export interface Reply {
  /** 200 by default. */
  readonly status?: number
  readonly headers?: Iterable<readonly [string, string]> | Readonly<Record<string, string | readonly string[]>>
  readonly data?: unknown
  readonly body?: BodySource | null
  /** True by default. */
  readonly complete?: boolean
}

/** What may be given in place of a response. */
export type Answer = Reply | Response | PluginResponse | RawResponse

/** Asks what stands inside. */
export type Next<K extends Kind = Kind, P extends string = never> = (request?: PluginRequest<P> | Request) => Promise<ResponseAt<K>>

/** Nothing at all means the response of `next` with what was changed in place. */
type HandlerResult = Answer | undefined | void

export type HandlerFunction<K extends Kind = Kind, P extends string = never> = (
  request: PluginRequest<P>,
  next: Next<K, P>,
) => HandlerResult | Promise<HandlerResult>

type RequestResult<P extends string> = PluginRequest<P> | Answer | undefined | void

/** One part or both: what happens on the way in, and on the way out. */
export interface ModifierPair<K extends Kind = Kind, P extends string = never> {
  readonly request?: (request: PluginRequest<P>) => RequestResult<P> | Promise<RequestResult<P>>
  readonly response?: (response: ResponseAt<K>, request: PluginRequest<P>) => HandlerResult | Promise<HandlerResult>
}

export type Handler<K extends Kind = Kind, P extends string = never> = HandlerFunction<K, P> | ModifierPair<K, P>

/** What `setup` may give; null switches the plugin off at that place. */
export type SetupResult<K extends Kind, P extends string> = Handler<K, P> | null | Promise<Handler<K, P> | null>

/** One plugin. A plain object of this shape is one, too. */
export interface Plugin<O = Json, K extends Kind = Kind, P extends string = never> {
  readonly name?: string
  readonly kind?: K | readonly K[]
  readonly options?: object
  readonly params?: readonly P[]
  readonly protects?: boolean
  readonly description?: string
  setup(options: O, site: Site): SetupResult<K, P>
}
