// The test kit: exchanges and sites without sockets, for tests of components and of the engine.

import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { Dialect } from '../config/types.ts'
import { asBlock, checkBlock } from '../engine/compile/check-blocks.ts'
import type { AnyBlock, Logger, Port, Site } from '../engine/compile/component.ts'
import { readBlock } from '../engine/compile/read-block.ts'
import { makeOnce, SYSTEM_CLOCK } from '../engine/compile/site.ts'
import { bodyOf, NO_BODY } from '../engine/body.ts'
import { Data } from '../engine/data.ts'
import { HeaderMap } from '../engine/headers.ts'
import { Scope } from '../engine/scope.ts'
import { readRouterOptions } from '../engine/routing/router-options.ts'
import type { Answer, Exchange, PipeRequest, PipeResponse } from '../engine/types.ts'
import { formatPath } from '../schema/issue.ts'
import { type Blocks, blocksOf, makeBackend, makeConfig, makeEndpoint } from './config.ts'

export { blocksOf, endpointWith, makeBackend, makeConfig, makeEndpoint } from './config.ts'

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
  bytesOut: number
  /** Whether the answer was broken off. */
  isCut: boolean
  /** Ends it, as a server does when the answer has left. */
  finish(): void
}

export function makeExchange(init: ExchangeInit = {}): RecordedExchange {
  async function leave(exchange: RecordedExchange, answer: Answer): Promise<void> {
    if (exchange.statusCode !== 0) throw new Error('the exchange is answered already')
    for (const hook of hooks.toReversed()) hook(answer)
    exchange.statusCode = answer.statusCode
    const { body } = answer
    const chunks: Buffer[] = []
    if (body instanceof Readable) for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array))
    else if (body !== null) chunks.push(Buffer.from(body))
    const bytes = Buffer.concat(chunks)
    exchange.bytesOut = bytes.length
    exchange.answered.body = body === null ? null : bytes.toString('utf8')
  }
  const { method = 'GET', target = '/', headers = {}, peerAddress = '127.0.0.1' } = init
  const mark = target.indexOf('?')
  const raw = Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value]))
  const listeners: (() => void)[] = []
  const hooks: ((answer: Answer) => void)[] = []
  const map = HeaderMap.fromClient(raw)
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
    startMs: performance.now(),
    route: null,
    params: new Map(Object.entries(init.params ?? {})),
    body: init.body === undefined ? NO_BODY : bodyOf(Buffer.from(init.body)),
    scope: Scope.root(),
    responseHeaders: new HeaderMap(),
    statusCode: 0,
    bytesIn: init.body === undefined ? 0 : Buffer.byteLength(init.body),
    bytesOut: 0,
    failure: null,
    answered: { body: null },
    isCut: false,
    answer(statusCode, body = null) {
      void leave(this, { statusCode, headers: this.responseHeaders, body })
    },
    answerStream(statusCode: number, body: Readable) {
      return leave(this, { statusCode, headers: this.responseHeaders, body })
    },
    cut() {
      this.isCut = true
      this.scope.end()
    },
    onAnswer: (hook) => void hooks.push(hook),
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
    config: makeConfig({ dialect, extraConfig: blocksOf(service) }),
    endpoint: place.endpoint === undefined ? null : makeEndpoint({ extraConfig: blocksOf(place.endpoint) }),
    backend: place.backend === undefined ? null : makeBackend({ extraConfig: blocksOf(place.backend) }),
    place: null,
    router: readRouterOptions({ dialect, extraConfig: new Map(Object.entries(service)) }),
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
    clock: SYSTEM_CLOCK,
    transport: refuse,
    client: refuse,
    version: 'Version test',
    writeAccessLine: () => {},
    read: (path) => readFileSync(path),
    has: (namespace) => namespace in (place.backend ?? place.endpoint ?? service),
    once: makeOnce(),
    hosts: refuse,
    compileBackends: refuse,
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

/** What `build` gives for a block that is read by the component's own rules; null where a wrong block switches it off. */
export function buildFor<B>(
  declaration: AnyBlock & { build(options: never, site: Site, extras: never): B },
  block: unknown,
  site: Site,
  extras?: unknown,
): B | null {
  const blocks = new Map([[declaration.namespace, block]])
  if (extras !== undefined) blocks.set(declaration.extras?.namespace ?? '', extras)
  const options = readBlock(declaration, blocks, site)
  return typeof options === 'string' ? null : declaration.build(options.value as never, site, options.extras as never)
}

/** The same about the block of a component's extras. */
export function checkExtras({ extras, restricting }: AnyBlock, block: unknown, dialect: Dialect = 3): string[] {
  return extras === undefined ? [] : checkOptions(asBlock(extras, restricting), block, dialect)
}

/** What `krakend check` says about a block of a component, line by line: `error patterns[0]: …`. */
export function checkOptions(declaration: AnyBlock, block: unknown, dialect: Dialect = 3): string[] {
  return checkBlock(declaration, block, { dialect, once: makeOnce() }).map(
    ({ severity, path, message }) => `${severity} ${formatPath(path)}: ${message}`,
  )
}
