// The public types of what a plugin's `setup` gets: its place, the log, other endpoints, and what it may share and for how long.

import type { BodySource, Claims, Kind, PluginHeaders, PluginRequest, PluginResponse, Reply } from './types.ts'

type HeadersInit = NonNullable<Reply['headers']>
type Texts = Readonly<Record<string, string>>

/** Where a plugin stands. What does not apply is null. */
export interface Place {
  readonly level: 'service' | 'endpoint' | 'agent' | 'backend'
  readonly method: string | null
  /** As written: `/users/{id}`; an agent's name. */
  readonly endpoint: string | null
  readonly backend: {
    readonly urlPattern: string
    readonly hosts: readonly string[]
    readonly encoding: string
    readonly index: number
  } | null
}

export interface SiteLog {
  debug(text: string): void
  info(text: string): void
  warning(text: string): void
  error(text: string): void
  critical(text: string): void
}

export interface CallInput {
  /** Values of the pattern's parameters, decoded. security: they go into backends' paths as they are: encodeURIComponent what others have a say in. */
  readonly params?: Texts
  readonly query?: Readonly<Record<string, string | readonly string[]>> | Iterable<readonly [string, string]>
  readonly headers?: HeadersInit
  readonly body?: string | Uint8Array
  /** Becomes a JSON body. */
  readonly data?: unknown
}

export interface CallOptions {
  /** Hands on signal, deadline and client address. */
  readonly request?: PluginRequest
  readonly signal?: AbortSignal
  /** Enters behind the endpoint's own check of tokens. */
  readonly trusted?: { readonly claims: Claims }
}

export interface CallResult {
  readonly status: number
  readonly headers: PluginHeaders
  readonly complete: boolean
  /** Null where the endpoint failed, or answered no JSON. */
  readonly data: ReturnType<JSON['parse']>
  text(): string
  bytes(): Uint8Array
}

export interface FetchInit {
  readonly method?: string
  readonly headers?: HeadersInit
  readonly body?: BodySource | null
  readonly data?: unknown
  readonly signal?: AbortSignal
}

/** A safe integer that is the same in every worker, until the process ends. */
export interface Counter {
  /** Gives the new value. */
  add(by?: number): number
  get(): number
  set(value: number): void
  /** Whether `old` was the value, and `value` is it now. */
  compareAndSet(old: number, value: number): boolean
}

/** What `setup` gets; it may be used for as long as the plugin serves. */
export interface Site {
  readonly name: string
  readonly kind: Kind
  /** As in log lines: `[ENDPOINT: /x]`. */
  readonly label: string
  /** The whole block; in version 4 the entry. Frozen. */
  readonly block: Readonly<Record<string, unknown>>
  /** Of the gateway: `0.1.0`. */
  readonly version: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly place: Place
  readonly log: SiteLog
  /**
   * Asks another endpoint: its `operation_id`, or `GET /users/{id}`. Rejects with `ERR_NO_SUCH_ENDPOINT` or `ERR_CALL_DEPTH`, and with a
   * TypeError for a wrong argument.
   */
  call(name: string, input?: CallInput, options?: CallOptions): Promise<CallResult>
  /** The gateway's HTTP client without any layer: a redirect is an answer. */
  fetch(url: string, init?: FetchInit): Promise<PluginResponse>
  /** One value per configuration and thread, for all places of this plugin: what `create` gave. A promise that is rejected is not kept. */
  once<T>(key: string, create: () => T, dispose?: (value: Awaited<T>) => void | Promise<void>): T
  counter(name: string): Counter
  readonly shared: { buffer(name: string, byteLength: number): SharedArrayBuffer }
  /** Bytes of a file; it joins the watch list. */
  read(path: string): Uint8Array
  /** Runs when the configuration has served its last request, last registered first. */
  onClose(fn: () => void | Promise<void>): void
  /** Aborted at that moment. */
  readonly signal: AbortSignal
}
