// One request through a configuration without a port, every layer seen at work: what it was given, what it changed, how long it took.

import type { ConfigPath, GatewayConfig } from '../config/types.ts'
import type { Stage } from '../engine/compile/component.ts'
import type { Logger, Site } from '../engine/compile/site.ts'
import { memoryExchange, type MemoryRequest } from '../engine/endpoint/memory-exchange.ts'
import { asError } from '../engine/errors.ts'
import type { HeaderMap } from '../engine/headers.ts'
import { openGateway, type GatewayInit } from '../gateway.ts'
import { createResourcePool, createSharedMemory } from '../runtime/shared.ts'
import { nameOfEndpoint } from './list-routes.ts'
import { changesOf, resultOf, snapshotOf, type Snapshot } from './snapshot.ts'

/** One thing that happened. Times are milliseconds since the request came. */
export interface Step {
  readonly atMs: number
  /** `in`: a layer passed the request on; `call`: a backend was called; `answer`: a backend answered; `out`: a layer changed the answer; `error`. */
  readonly kind: 'in' | 'call' | 'answer' | 'out' | 'error'
  readonly stage: Stage
  readonly layer: string
  /** The backend's index; null around all of them. */
  readonly backend: number | null
  /** What it changed, each as a text. */
  readonly changes: readonly string[]
  /** How long the layer and everything inside it took; null for what goes in. */
  readonly tookMs: number | null
}

export interface TracedRequest {
  readonly steps: readonly Step[]
  /** `GET /users/{id}`; null where no endpoint answered. */
  readonly endpoint: string | null
  readonly statusCode: number
  readonly headers: HeaderMap
  readonly body: Buffer | null
  readonly failure: Error | null
  readonly isCut: boolean
  readonly tookMs: number
  /** Lines of the log while it was carried out: `WARNING text`. */
  readonly log: readonly string[]
}

export type TraceInit = Pick<GatewayInit, 'environment' | 'version'>

/** Sends one request through the configuration. Rejects with a ConfigError when the gateway would not start. */
export async function traceRequest(config: GatewayConfig, request: MemoryRequest, init: TraceInit): Promise<TracedRequest> {
  const recorder = new Recorder()
  const log: string[] = []
  const gateway = await openGateway(config, {
    ...init,
    log: keepLines(log),
    shared: createSharedMemory(),
    pool: createResourcePool(),
    writeAccessLine() {},
    print: (text) => void log.push(text.trimEnd()),
    observer: recorder,
    onStack: (stage, site, layers) =>
      recorder.noteStack(
        stage,
        site,
        layers.map(({ name }) => name),
      ),
  })
  const exchange = memoryExchange(request)
  recorder.begin()
  log.length = 0
  try {
    await gateway.handle(exchange)
    const tookMs = performance.now() - recorder.startMs
    exchange.finish()
    const { route, statusCode, responseHeaders: headers, kept, failure, isCut } = exchange
    const endpoint = route?.endpoint == null ? null : nameOfEndpoint(route.endpoint)
    return { steps: recorder.steps(), endpoint, statusCode, headers, body: kept.bytes, failure, isCut, tookMs, log }
  } finally {
    exchange.scope.close()
    await gateway.retire()
  }
}

function keepLines(lines: string[]): Logger {
  const keep = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
  return { debug() {}, info: keep('INFO'), warning: keep('WARNING'), error: keep('ERROR'), critical: keep('CRITICAL') }
}

/** One call of a layer. */
interface Visit {
  readonly name: string
  readonly stage: Stage
  readonly backend: number | null
  readonly enteredMs: number
  readonly given: Snapshot
  leftMs: number
  /** What came back; null while nothing has. */
  result: Snapshot | null
  error: Error | null
  /** The call of the next layer inside, of the same place. */
  inner: Visit | null
}

/** Where a layer stands among those of its site. */
interface Position {
  readonly stage: Stage
  readonly index: number
}

const SENDERS: ReadonlySet<Stage> = new Set(['executor', 'transport'])

class Recorder {
  startMs = 0
  readonly #positions = new Map<Site, Map<string, Position>>()
  readonly #visits: Visit[] = []
  /** The calls of a place that have not ended, outermost first. */
  readonly #open = new Map<string, Visit[]>()

  noteStack(stage: Stage, site: Site, names: readonly string[]): void {
    const known = this.#positions.get(site) ?? new Map<string, Position>()
    this.#positions.set(site, known)
    for (const name of names) known.set(name, { stage, index: known.size })
  }

  begin(): void {
    this.startMs = performance.now()
    this.#visits.length = 0
  }

  enter(name: string, site: Site, subject: unknown): (result: unknown, error: unknown) => void {
    const stage = this.#positions.get(site)?.get(name)?.stage ?? 'server'
    const backend = site.backend === null ? null : indexOfBackend(site.backend.at)
    const place = SENDERS.has(stage) || stage === 'backend' ? `backend ${backend}` : 'around'
    const visit: Visit = {
      name,
      stage,
      backend,
      enteredMs: performance.now() - this.startMs,
      given: snapshotOf(subject),
      leftMs: 0,
      result: null,
      error: null,
      inner: null,
    }
    const open = this.#open.get(place) ?? []
    this.#open.set(place, open)
    const outer = open.at(-1)
    if (outer !== undefined) outer.inner = visit
    open.push(visit)
    this.#visits.push(visit)
    return (result, error) => {
      visit.leftMs = performance.now() - this.startMs
      visit.result = error === null ? resultOf(result) : new Map()
      visit.error = error === null ? null : asError(error)
      open.splice(open.indexOf(visit), 1)
    }
  }

  steps(): Step[] {
    return this.#visits.flatMap((visit) => [...describeEntry(visit), ...describeExit(visit)]).sort((a, b) => a.atMs - b.atMs)
  }
}

function describeEntry({ name: layer, stage, backend, enteredMs, given, inner }: Visit): Step[] {
  const isCall = SENDERS.has(stage) && (inner === null || !SENDERS.has(inner.stage))
  if (isCall) {
    const names = [...given.keys()].filter((name) => name.startsWith('header ')).map((name) => name.slice('header '.length))
    const body = given.has('body') ? ` with ${given.get('body')}` : ''
    const call = [`${given.get('method')} ${given.get('url')}${body}`, ...(names.length === 0 ? [] : [`headers: ${names.join(', ')}`])]
    return [{ atMs: enteredMs, kind: 'call', stage, layer, backend, changes: call, tookMs: null }]
  }
  // another kind of function stands inside: the two have nothing to compare
  const changes = inner === null || !isComparable(stage, inner.stage) ? [] : changesOf(given, inner.given)
  return [{ atMs: enteredMs, kind: 'in', stage, layer, backend, changes, tookMs: null }]
}

function describeExit({ name: layer, stage, backend, enteredMs, leftMs, result, error, inner }: Visit): Step[] {
  if (result === null) return []
  const step = { atMs: leftMs, stage, layer, backend, tookMs: leftMs - enteredMs }
  // an error is told by whoever made it
  if (error !== null) return inner?.error === error ? [] : [{ ...step, kind: 'error', changes: [error.message] }]
  if (SENDERS.has(stage) && (inner === null || !SENDERS.has(inner.stage))) {
    const type = result.get('header Content-Type')
    const text = [`status ${result.get('status')}`, result.get('body'), ...(type === undefined ? [] : [type])].join(', ')
    return [{ ...step, kind: 'answer', changes: [text] }]
  }
  const before =
    inner?.result !== undefined && inner.result !== null && isComparable(stage, inner.stage) ? inner.result : new Map<string, string>()
  const changes = changesOf(before, result)
  return changes.length === 0 ? [] : [{ ...step, kind: 'out', changes }]
}

/** That of a fallback is the one of the backend that it stands in for. */
function indexOfBackend(at: ConfigPath): number {
  return Number(at[at.indexOf('backend') + 1])
}

/** Whether two stages wrap the same kind of function. */
function isComparable(a: Stage, b: Stage): boolean {
  return kindOf(a) === kindOf(b)
}

function kindOf(stage: Stage): 'handler' | 'pipe' | 'sender' {
  if (SENDERS.has(stage)) return 'sender'
  return stage === 'proxy' || stage === 'backend' ? 'pipe' : 'handler'
}
