// The test kit: exchanges and sites without sockets, for tests of components and of the engine.

import type { Readable } from 'node:stream'
import type { BackendConfig, Dialect, EndpointConfig, GatewayConfig } from '../config/types.ts'
import type { AnyComponent, Logger, Port, Site } from '../engine/compile/component.ts'
import { checkBlock } from '../engine/compile/check-components.ts'
import { bodyOf, NO_BODY } from '../engine/body.ts'
import { Data } from '../engine/data.ts'
import { HeaderMap } from '../engine/headers.ts'
import { Scope } from '../engine/scope.ts'
import type { Exchange, PipeRequest, PipeResponse } from '../engine/types.ts'
import { formatPath } from '../schema/issue.ts'

export interface ExchangeInit {
  readonly method?: string
  /** Path with query, encoded. */
  readonly target?: string
  /** Names in any case. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
  readonly peerAddress?: string
  readonly params?: Readonly<Record<string, string>>
  readonly isSecure?: boolean
}

/** An exchange that records its answer. */
export interface RecordedExchange extends Exchange {
  statusCode: number
  /** What was answered; null before, and for an answer without body. */
  readonly answered: { body: string | null }
  /** Ends it, as a server does when the answer has left. */
  finish(): void
}

export function makeExchange(init: ExchangeInit = {}): RecordedExchange {
  const { method = 'GET', target = '/', headers = {}, peerAddress = '127.0.0.1' } = init
  const mark = target.indexOf('?')
  const raw = Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value]))
  const listeners: (() => void)[] = []
  const map = HeaderMap.fromRaw(raw)
  return {
    method,
    target,
    path: decodeURIComponent(mark < 0 ? target : target.slice(0, mark)),
    rawQuery: mark < 0 ? '' : target.slice(mark + 1),
    headers: map,
    host: map.get('Host') ?? 'gateway.test',
    peerAddress,
    clientIp: peerAddress,
    isSecure: init.isSecure ?? false,
    protocol: 'HTTP/1.1',
    params: new Map(Object.entries(init.params ?? {})),
    body: init.body === undefined ? NO_BODY : bodyOf(Buffer.from(init.body)),
    scope: Scope.root(),
    slots: [],
    responseHeaders: new HeaderMap(),
    statusCode: 0,
    answered: { body: null },
    answer(statusCode, body) {
      if (this.statusCode !== 0) throw new Error('the exchange is answered already')
      this.statusCode = statusCode
      this.answered.body = body === undefined || body === null ? null : Buffer.from(body).toString('utf8')
    },
    async answerStream(statusCode: number, body: Readable) {
      this.statusCode = statusCode
      const chunks: Buffer[] = []
      for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array))
      this.answered.body = Buffer.concat(chunks).toString('utf8')
    },
    onFinish: (listener) => void listeners.push(listener),
    finish() {
      for (const listener of listeners) listener()
    },
  }
}

/** What enters a pipe: a GET without parameters, fields and body unless `overrides` says else. */
export function makeRequest(overrides: Partial<PipeRequest> = {}): PipeRequest {
  return {
    method: 'GET',
    origin: '',
    path: '/',
    params: new Map(),
    query: new Map(),
    headers: new HeaderMap(),
    body: NO_BODY,
    slots: [],
    ...overrides,
  }
}

/** What a pipe answers: complete and without data unless `overrides` says else. */
export function makeResponse(overrides: Partial<PipeResponse> = {}): PipeResponse {
  return { data: Data.EMPTY, isComplete: true, error: null, statusCode: 0, headers: null, body: null, ...overrides }
}

/** A logger that keeps its lines: `WARNING text`. */
export function makeLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = []
  const keep = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
  return { lines, debug: keep('DEBUG'), info: keep('INFO'), warning: keep('WARNING'), error: keep('ERROR'), critical: keep('CRITICAL') }
}

type Blocks = Readonly<Record<string, unknown>>

/** Where a site stands, without a whole configuration: the blocks of each level; an endpoint or a backend that is not named is null. */
export interface TestPlace {
  readonly dialect?: Dialect
  readonly service?: Blocks
  readonly endpoint?: Blocks
  readonly backend?: Blocks
}

export interface TestSite extends Site {
  /** What its log was told: `WARNING text`; empty when `overrides` has a log of its own. */
  readonly lines: readonly string[]
  /** Ends what was shared and what asked for `onRetire`, the last first. */
  retire(): Promise<void>
}

/** A site with memory and ports of its own, of service level unless `place` or `overrides` puts it elsewhere. */
export function makeSite(overrides: Partial<Site> = {}, place: TestPlace = {}): TestSite {
  const { dialect = 3, service = {} } = place
  const offers = new Map<Port<unknown>, unknown[]>()
  const buffers = new Map<string, SharedArrayBuffer>()
  const releases: (() => void | Promise<void>)[] = []
  const log = makeLog()
  const refuse = (): never => {
    throw new Error('this test has no backends: give makeSite a transport')
  }
  return {
    config: { dialect, ...partOf(service) } as GatewayConfig,
    endpoint: place.endpoint === undefined ? null : (partOf(place.endpoint) as EndpointConfig),
    backend: place.backend === undefined ? null : (partOf(place.backend) as BackendConfig),
    label: '[SERVICE: Gin]',
    id: 'test',
    log,
    lines: log.lines,
    shared: {
      buffer(name, byteLength) {
        const known = buffers.get(name) ?? new SharedArrayBuffer(byteLength)
        buffers.set(name, known)
        return known
      },
    },
    pool: {
      share(_key, create, dispose) {
        const value = create()
        releases.push(() => dispose(value))
        return value
      },
    },
    transport: refuse,
    version: 'Version test',
    environment: {},
    provide: (port, value) => void offers.set(port, [...(offers.get(port) ?? []), value]),
    ask: <T>(port: Port<T>) => (offers.get(port) ?? []) as T[],
    runPipe: refuse,
    waitFor: (something) => void something.catch((error: unknown) => log.warning(String(error))),
    onRetire: (release) => void releases.push(release),
    async retire() {
      for (const release of releases.splice(0).reverse()) await release()
    },
    ...overrides,
  }
}

/** The part of a configuration that most components look at. */
function partOf(blocks: Blocks): Partial<GatewayConfig & EndpointConfig & BackendConfig> {
  return { extraConfig: new Map(Object.entries(blocks)) }
}

/** What `krakend check` says about a block of a component, line by line: `error patterns[0]: …`. */
export function checkOptions(component: AnyComponent, block: unknown, dialect: Dialect = 3): string[] {
  if (component.kind === 'discovery') return []
  return checkBlock(component, block, dialect).map(({ severity, path, message }) => `${severity} ${formatPath(path)}: ${message}`)
}
