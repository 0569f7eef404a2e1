// The views of OpenCensus: what is counted of requests and of calls to backends, and by which tags.

import type { Site } from '../../../engine/compile/component.ts'
import { knownMethod } from '../known-methods.ts'
import { type Counter, type Histogram, MetricStore } from '../metric-store.ts'
import { type AttributeValue, attributesOf, boundedText, type Instrument } from '../metric-types.ts'
import { type Exporters, LABEL, NAMESPACE } from './options.ts'

const LATENCY_BOUNDS = [
  1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 65, 80, 100, 130, 160, 200, 250, 300, 400, 500, 650, 800, 1000, 2000, 5000, 10_000,
  20_000, 50_000, 100_000,
]
const SIZE_BOUNDS = [
  1024, 2048, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864, 268_435_456, 1_073_741_824, 4_294_967_296,
]
/** security: hosts, paths and methods are chosen by strangers. */
const MAX_KNOWN = 1000

/** All of them: a position is how memory refers to one. */
export const VIEWS: Instrument[] = []

function add(name: string, unit: string, description: string, bounds: readonly number[] | null): number {
  return VIEWS.push({ name: `opencensus.io/http/${name}`, unit, description, bounds }) - 1
}

const SENT = add('client/sent_bytes', 'By', 'Bytes of bodies sent to backends', SIZE_BOUNDS)
const RECEIVED = add('client/received_bytes', 'By', 'Bytes of bodies that backends answered', SIZE_BOUNDS)
const ROUNDTRIP = add('client/roundtrip_latency', 'ms', 'Milliseconds from a call of a backend to the end of its answer', LATENCY_BOUNDS)
const COMPLETED = add('client/completed_count', '1', 'Calls of backends that have ended', null)
const REQUESTS = add('server/request_count', '1', 'Requests that have begun', null)
const REQUEST_BYTES = add('server/request_bytes', 'By', 'Bytes of the bodies of requests', SIZE_BOUNDS)
const RESPONSE_BYTES = add('server/response_bytes', 'By', 'Bytes of the bodies of answers', SIZE_BOUNDS)
const LATENCY = add('server/latency', 'ms', 'Milliseconds from a request to the end of its answer', LATENCY_BOUNDS)
const BY_METHOD = add('server/request_count_by_method', '1', 'Requests that have begun, by method', null)
const BY_STATUS = add('server/response_count_by_status_code', '1', 'Answers by status code', null)

/** Which tags all views have in addition. */
export interface ViewTags {
  readonly host: boolean
  readonly path: boolean
  readonly method: boolean
  readonly status: boolean
}

/** compat: the options of one exporter decide for all of them. */
export function tagsOf({ prometheus }: Exporters): ViewTags {
  return {
    host: prometheus?.tag_host === true,
    path: prometheus?.tag_path === true,
    method: prometheus?.tag_method === true,
    status: prometheus?.tag_statuscode === true,
  }
}

/** Metrics of the same name have the same tags: a reload that changes tags counts anew. */
export function storeName(tags: ViewTags): string {
  return [NAMESPACE, ...Object.entries(tags).flatMap(([tag, isOn]) => (isOn ? [tag] : []))].join(' ')
}

/** The metrics of this thread, which outlive a reload. */
export function openViews(tags: ViewTags, site: Site): Views {
  const name = storeName(tags)
  const init = { shared: site.shared, name, instruments: VIEWS, nowMs: site.clock.now() }
  const store = site.pool.share(
    name,
    () => new MetricStore(init),
    (old) => old.release(),
  )
  if (!store.isSeen) site.log.warning(`${LABEL} too many threads count: metrics of this one are not exported`)
  return new Views(store, tags)
}

/** One request or call: its tags as far as they are known ahead. */
export interface Tagged {
  readonly host: string
  readonly path: string
  readonly method: string
}

type Started = readonly [requests: Counter, byMethod: Counter]
type Answered = readonly [latency: Histogram, requestBytes: Histogram, responseBytes: Histogram, byStatus: Counter]
type Called = readonly [latency: Histogram, sent: Histogram, received: Histogram, completed: Counter]

export class Views {
  readonly #store: MetricStore
  readonly #tags: ViewTags
  readonly #started = new Map<string, Started>()
  readonly #answered = new Map<string, Answered>()
  readonly #called = new Map<string, Called>()

  constructor(store: MetricStore, tags: ViewTags) {
    this.#store = store
    this.#tags = tags
  }

  /** A request has begun. */
  started(request: Tagged): void {
    const [requests, byMethod] = known(this.#started, this.#keyOf(request, ''), () => {
      const all = this.#serverTags(request, '')
      return [this.#store.counter(REQUESTS, attributesOf(all)), this.#store.counter(BY_METHOD, attributesOf([...all, methodOf(request)]))]
    })
    requests.add(1)
    byMethod.add(1)
  }

  /** It is over. */
  answered(request: Tagged, status: number, ms: number, bytesIn: number, bytesOut: number): void {
    const [latency, requestBytes, responseBytes, byStatus] = known(this.#answered, this.#keyOf(request, status), () => {
      const all = this.#serverTags(request, status)
      const attributes = attributesOf(all)
      return [
        this.#store.histogram(LATENCY, attributes),
        this.#store.histogram(REQUEST_BYTES, attributes),
        this.#store.histogram(RESPONSE_BYTES, attributes),
        this.#store.counter(BY_STATUS, attributesOf([...all, ['http.status', status]])),
      ]
    })
    latency.record(ms)
    requestBytes.record(bytesIn)
    responseBytes.record(bytesOut)
    byStatus.add(1)
  }

  /** A call of a backend is over. */
  called(request: Tagged, status: number, ms: number, sentBytes: number, receivedBytes: number): void {
    const [latency, sent, received, completed] = known(this.#called, this.#keyOf(request, status), () => {
      const attributes = attributesOf([
        ...(this.#tags.host ? [['http_client_host', request.host] as const] : []),
        ...(this.#tags.path ? [['http_client_path', request.path] as const] : []),
        ['http_client_method', request.method],
        ['http_client_status', status],
      ])
      return [
        this.#store.histogram(ROUNDTRIP, attributes),
        this.#store.histogram(SENT, attributes),
        this.#store.histogram(RECEIVED, attributes),
        this.#store.counter(COMPLETED, attributes),
      ]
    })
    latency.record(ms)
    sent.record(sentBytes)
    received.record(receivedBytes)
    completed.add(1)
  }

  /** compat: a status that is not known yet is an empty one. */
  #serverTags({ host, path, method }: Tagged, status: number | ''): (readonly [string, AttributeValue])[] {
    const tags: (readonly [string, AttributeValue])[] = []
    if (this.#tags.host) tags.push(['http.host', host])
    if (this.#tags.path) tags.push(['http.path', path])
    if (this.#tags.method) tags.push(methodOf({ method }))
    if (this.#tags.status) tags.push(['http.status', status])
    return tags
  }

  #keyOf({ host, path, method }: Tagged, status: number | ''): string {
    return `${status} ${method} ${this.#tags.host ? boundedText(host) : ''} ${this.#tags.path ? boundedText(path) : ''}`
  }
}

function methodOf({ method }: Pick<Tagged, 'method'>): readonly [string, string] {
  return ['http.method', knownMethod(method)]
}

function known<T>(all: Map<string, T>, key: string, make: () => T): T {
  const found = all.get(key)
  if (found !== undefined) return found
  if (all.size >= MAX_KNOWN) all.clear()
  const made = make()
  all.set(key, made)
  return made
}
