// `testPlugin`: a plugin at one place, as the gateway runs it, without a gateway. Its options are checked, its `setup` is called, and it is
// asked once; what stands inside of it, other endpoints and other hosts are answers that the test gives.

import type { Dialect } from '../config/types.ts'
import { asError, GatewayError } from '../engine/errors.ts'
import { clientExchange, verifiedClaims } from '../engine/ports.ts'
import { parseQuery } from '../go/url.ts'
import { requestBodyOf } from '../plugins/body.ts'
import { stringifyJson } from '../plugins/json-values.ts'
import type { Kind, LoadedPlugin } from '../plugins/loaded.ts'
import type { Claims, PluginRequest, PluginResponse } from '../plugins/types.ts'
import { addressOf } from '../plugins/wire-request.ts'
import { paramName } from '../go/param-name.ts'
import { makeBackendRequest, makeExchange, makeRequest } from './exchange.ts'
import { openChain, type PluginInput } from './plugin-chain.ts'
import {
  type AskedEndpoint,
  type CallMocks,
  compileMock,
  type FetchMocks,
  mockCall,
  mockFetch,
  type NextMock,
  Surprises,
} from './plugin-mocks.ts'
import { modulesOf } from './plugin-modules.ts'
import { blockOf, type PlaceInit, sitePlugin } from './plugin-place.ts'

export type { AskedEndpoint, CallMocks, FetchMocks, Mock, MockAnswer, NextMock } from './plugin-mocks.ts'

export interface TestRequest {
  readonly method?: string
  /** At a server and at an endpoint path and query, at a backend absolute. */
  readonly url?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
  /** Becomes a JSON body. */
  readonly data?: unknown
}

export interface PluginTestInit {
  /** Where it stands; the first of its kinds by default. */
  readonly kind?: Kind
  /** As a file has them. */
  readonly options?: unknown
  /** What the plugin is asked; a GET by default. */
  readonly request?: TestRequest
  readonly params?: Readonly<Record<string, string>>
  /** Of the verified token. */
  readonly claims?: Claims
  /**
   * What `next` gives: an answer, one for each call, a function that gives one, or an Error that it rejects with. Where all answers have
   * a `body` the place is a `no-op` one, unless `place` says else.
   */
  readonly next?: NextMock
  readonly place?: PlaceInit
  /** The client's request as it came, where that is not what the plugin is asked. */
  readonly client?: TestRequest & { readonly ip?: string; readonly secure?: boolean }
  /** Answers of other endpoints, by the name that `site.call` is given. */
  readonly call?: CallMocks
  /** Answers of other hosts, by `GET http://host/path` or the URL. */
  readonly fetch?: FetchMocks
  /** Version of the file; 3 by default. */
  readonly dialect?: Dialect
  readonly environment?: Readonly<Record<string, string>>
}

export interface PluginRun {
  /** What goes on outside. Throws `error` when there is one. */
  readonly response: PluginResponse
  /** What the plugin failed with, as whoever stands outside sees it: `statusCode` is the client's status. Null after an answer. */
  readonly error: GatewayError | null
  /** What it asked inside, call by call. */
  readonly asked: readonly PluginRequest[]
  readonly called: readonly AskedEndpoint[]
  readonly fetched: readonly PluginRequest[]
  /** The log: `WARNING text`. */
  readonly lines: readonly string[]
  /** Whether `setup` said that there is nothing to do. */
  readonly isOff: boolean
  /** Runs what the plugin has given to `site.onClose`. Rejects when it asked for something that the test did not foresee. */
  close(): Promise<void>
}

/** Asks a plugin once. Rejects when it cannot be loaded, and when it asks for something that the test did not foresee. */
export async function testPlugin(plugin: unknown, init: PluginTestInit = {}): Promise<PluginRun> {
  const modules = await modulesOf([plugin])
  const [loaded] = modules.plugins
  if (loaded === undefined) throw new Error('testPlugin takes one plugin: what definePlugin gives, or a function')
  return runPlugin(loaded, init)
}

/** The same for a plugin that is loaded already. */
export async function runPlugin(plugin: LoadedPlugin, init: PluginTestInit): Promise<PluginRun> {
  const { kind = firstOf(plugin.kinds), dialect = 3, environment = {}, options } = init
  const surprises = new Surprises()
  const asked: PluginRequest[] = []
  const called: AskedEndpoint[] = []
  const fetched: PluginRequest[] = []
  const means = {
    dialect,
    environment,
    call: mockCall(init.call ?? {}, called, surprises),
    transport: mockFetch(init.fetch ?? {}, fetched, surprises),
  }
  const site = await sitePlugin(kind, [plugin], placeOf(kind, init), means)
  const ask = await openChain(kind, blockOf(kind, plugin.name, options, dialect), site)
  const next =
    init.next === undefined
      ? () => surprises.note(`the plugin "${plugin.name}" called next, which is not mocked: next: { data: … }`)
      : compileMock(init.next, 'next', surprises)
  let response: PluginResponse | null = null
  let error: GatewayError | null = null
  try {
    const inside = async (request: PluginRequest): ReturnType<typeof next> => {
      asked.push(request)
      return next(request)
    }
    const input = inputOf(kind, init)
    response = ask === null ? null : await ask(input, inside)
  } catch (thrown) {
    error = thrown instanceof GatewayError ? thrown : failureOf(asError(thrown))
  }
  surprises.check()
  return {
    asked,
    called,
    fetched,
    error,
    lines: site.lines,
    isOff: ask === null,
    get response() {
      if (error !== null) throw error
      if (response === null) throw new Error(`the plugin "${plugin.name}" is switched off: setup gave null`)
      return response
    },
    async close() {
      await site.retire()
      surprises.check()
    },
  }
}

/** Any other error is answered 500. */
function failureOf(error: Error): GatewayError {
  return new GatewayError(error.message, { code: 'ERR_PLUGIN', cause: error })
}

function firstOf(kinds: ReadonlySet<Kind>): Kind {
  const [first] = kinds
  if (first === undefined) throw new Error('the plugin has no kind')
  // A plugin of all kinds says nothing of where it is tested.
  return kinds.size === 4 ? 'middleware' : first
}

/** An endpoint has the parameters that the test gives; without word of an encoding it is the one of the answers. */
function placeOf(kind: Kind, { place = {}, params = {}, next, request }: PluginTestInit): PlaceInit {
  const isRaw = givesBytes(next)
  const pattern = ['', 'test', ...Object.keys(params).map((name) => `{${name}}`)].join('/')
  const method = request?.method ?? 'GET'
  const raw = isRaw && (kind === 'middleware' || kind === 'req-resp-modifier')
  const defaults = { endpoint: pattern, method, ...(raw ? { outputEncoding: 'no-op' } : null) }
  const { backend = {} } = place
  return { ...defaults, ...place, backend: { ...(raw ? { encoding: 'no-op' } : null), ...backend } }
}

/** Whether all answers that are known before the plugin asks are bytes. */
function givesBytes(next: PluginTestInit['next']): boolean {
  const answers = (next === undefined ? [] : [next].flat()).filter((mock) => typeof mock === 'object' && !(mock instanceof Error))
  return answers.length > 0 && answers.every((answer) => 'body' in answer)
}

function inputOf(kind: Kind, { request = {}, client, params = {}, claims, place }: PluginTestInit): PluginInput {
  const { method = 'GET', body, data } = request
  const isOnWire = kind === 'http-client' || place?.level === 'backend'
  const url = request.url ?? (isOnWire ? 'http://b/b' : '/')
  const text = data === undefined ? body : stringifyJson(data)
  const headers = { ...(data === undefined ? null : { 'Content-Type': 'application/json' }), ...request.headers }
  const own = { method, target: isOnWire ? '/' : url, headers, ...(text === undefined ? null : { body: text }) }
  const exchange = makeExchange({ ...own, ...clientOf(client) })
  const { scope } = exchange
  if (client !== undefined || place?.level !== 'agent') clientExchange.set(scope, exchange)
  if (claims !== undefined) verifiedClaims.set(scope, claims)
  const sent = makeExchange(own)
  const shared = { method, headers: sent.headers, body: text === undefined ? requestBodyOf(null) : requestBodyOf(text) }
  const address = isOnWire ? addressOf(url) : { origin: '', path: sent.path }
  const internal = new Map(Object.entries(params).map(([name, value]) => [paramName(name), value]))
  return {
    exchange,
    scope,
    pipe: makeRequest({ ...shared, origin: address.origin, path: address.path, query: parseQuery(sent.rawQuery), params: internal }),
    backend: makeBackendRequest(address.origin, address.path, shared),
  }
}

function clientOf(client: PluginTestInit['client']): object {
  if (client === undefined) return {}
  const { method = 'GET', url = '/', headers = {}, ip = '127.0.0.1', secure = false } = client
  return { method, target: url, headers, peerAddress: ip, isSecure: secure }
}
