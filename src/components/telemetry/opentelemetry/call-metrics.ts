// What is counted of one HTTP request to a backend.

import { CANCELED, DEADLINE_EXCEEDED } from '../../../engine/errors.ts'
import type { BackendRequest, CallCourse } from '../../../engine/types.ts'
import type { Counter, Histogram, MetricStore } from '../metric-store.ts'
import { type Attributes, attributesOf, boundedText } from '../metric-types.ts'
import { sizeOf } from '../call-url.ts'
import type { Call } from './call-layer.ts'
import { type ClientInstruments, READ } from './instruments.ts'

/** security: redirects lead to any number of hosts. */
const MAX_KNOWN = 1000
const MS_PER_S = 1000

export interface CallMetricsInit {
  readonly store: MetricStore
  /** Null without those of requests. */
  readonly requests: ClientInstruments | null
  readonly hasRead: boolean
  /** Of the backend, static ones among them. */
  readonly attributes: Attributes
  /** `clientname`. */
  readonly name: string
}

export interface CallMetrics {
  /** The head of the response is there, or it failed. */
  onHead(call: Call): void
  /** The body was read as far as it came. */
  onRead(call: Call, isBroken: boolean): void
}

export function compileCallMetrics({ store, requests, hasRead, attributes, name }: CallMetricsInit): CallMetrics {
  const known = new Map<string, ClientSeries>()
  /** Of bodies that came whole, and of broken ones. What nobody has read has no series. */
  const reads: (ReadSeries | undefined)[] = [undefined, undefined]
  const readsOf = (isBroken: boolean): ReadSeries =>
    (reads[isBroken ? 1 : 0] ??= openReads(store, isBroken ? attributesOf([...attributes, ['error', true]]) : attributes))
  function seriesOf({ request, response }: Call, instruments: ClientInstruments): ClientSeries {
    const status = response?.statusCode ?? 0
    const key = `${request.method} ${boundedText(request.origin)} ${status}`
    let series = known.get(key)
    if (series !== undefined) return series
    if (known.size >= MAX_KNOWN) known.clear()
    const all = attributesOf([...attributes, ['clientname', name], ...addressOf(request), ['http.response.status_code', status]])
    series = new ClientSeries(store, instruments, all)
    known.set(key, series)
    return series
  }
  return {
    onHead(call) {
      if (requests !== null) seriesOf(call, requests).record(call)
    },
    onRead(call, isBroken) {
      if (!hasRead) return
      const read = readsOf(isBroken)
      const seconds = readSeconds(call)
      read.size.add(call.course.bodyBytes)
      read.sizes.record(call.course.bodyBytes)
      read.time.add(seconds)
      read.times.record(seconds)
    },
  }
}

/** Of the request as it goes out, which a redirect may have led elsewhere. */
function addressOf({ method, origin }: BackendRequest): [string, string | number][] {
  const { hostname, port, protocol } = new URL(origin)
  const ownPort = protocol === 'https:' ? 443 : 80
  return [
    ['http.request.method', method],
    // An address of IPv6 stands without its brackets.
    ['server.address', hostname.replace(/^\[(.*)\]$/, '$1')],
    ['server.port', port === '' ? ownPort : Number(port)],
  ]
}

type ReadSeries = ReturnType<typeof openReads>

function openReads(store: MetricStore, attributes: Attributes) {
  return {
    size: store.counter(READ.size, attributes),
    sizes: store.histogram(READ.sizes, attributes),
    time: store.counter(READ.time, attributes),
    times: store.histogram(READ.times, attributes),
  }
}

export function readSeconds({ course, endMs, startMs }: Call): number {
  return Math.max(0, endMs - (course.headMs || startMs)) / MS_PER_S
}

/** Seconds of the phases before the request left; 0 for those that did not happen. */
export function phasesOf({ course, startMs }: Call): { connection: number; dns: number; tls: number } {
  const { connectedMs, resolvedMs, tlsStartMs, tlsEndMs }: CallCourse = course
  return {
    connection: connectedMs === 0 ? 0 : (connectedMs - startMs) / MS_PER_S,
    dns: resolvedMs === 0 ? 0 : (resolvedMs - startMs) / MS_PER_S,
    tls: tlsEndMs === 0 ? 0 : (tlsEndMs - tlsStartMs) / MS_PER_S,
  }
}

/** The series of one address and status. perf: those that hardly ever count are opened when they do. */
class ClientSeries {
  readonly #open: <T>(at: number | null, make: (at: number) => T) => () => T | null
  readonly #started: () => Counter | null
  readonly #failed: () => Counter | null
  readonly #canceled: () => Counter | null
  readonly #timedOut: () => Counter | null
  readonly #noContentLength: () => Counter | null
  readonly #requestBytes: () => Counter | null
  readonly #requestSizes: () => Histogram | null
  readonly #responseSizes: () => Histogram | null
  readonly #duration: () => Histogram | null
  readonly #connection: () => Histogram | null
  readonly #dns: () => Histogram | null
  readonly #tls: () => Histogram | null

  constructor(store: MetricStore, of: ClientInstruments, attributes: Attributes) {
    this.#open = (at, make) => {
      let opened: ReturnType<typeof make> | null = null
      return () => (at === null ? null : (opened ??= make(at)))
    }
    const counter = (at: number | null): (() => Counter | null) => this.#open(at, (own) => store.counter(own, attributes))
    const histogram = (at: number | null): (() => Histogram | null) => this.#open(at, (own) => store.histogram(own, attributes))
    this.#started = counter(of.started)
    this.#failed = counter(of.failed)
    this.#canceled = counter(of.canceled)
    this.#timedOut = counter(of.timedOut)
    this.#noContentLength = counter(of.noContentLength)
    this.#requestBytes = counter(of.requestSize.isHistogram ? null : of.requestSize.at)
    this.#requestSizes = histogram(of.requestSize.isHistogram ? of.requestSize.at : null)
    this.#responseSizes = histogram(of.responseSize)
    this.#duration = histogram(of.duration)
    this.#connection = histogram(of.connection)
    this.#dns = histogram(of.dns)
    this.#tls = histogram(of.tls)
  }

  record(call: Call): void {
    const { request, response, course, scope, contentLength } = call
    this.#started()?.add(1)
    const size = sizeOf(request)
    this.#requestBytes()?.add(size)
    this.#requestSizes()?.record(size)
    if (response === null) {
      if (scope.reason === CANCELED) this.#canceled()?.add(1)
      else {
        if (scope.reason === DEADLINE_EXCEEDED) this.#timedOut()?.add(1)
        this.#failed()?.add(1)
      }
    }
    this.#duration()?.record(((course.headMs || call.endMs) - call.startMs) / MS_PER_S)
    if (response !== null && request.method !== 'HEAD') {
      if (contentLength >= 0) this.#responseSizes()?.record(contentLength)
      else this.#noContentLength()?.add(1)
    }
    const { connection, dns, tls } = phasesOf(call)
    this.#connection()?.record(connection)
    this.#dns()?.record(dns)
    this.#tls()?.record(tls)
  }
}
