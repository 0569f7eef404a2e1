// The instruments of the gateway, with the names, units and buckets that dashboards of KrakenD know.

import type { Instrument } from '../metric-types.ts'

const TIME_BOUNDS = [0.01, 0.02, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.25, 0.3, 0.35, 0.5, 0.75, 1, 1.5, 2, 3.5, 5, 10]
const SIZE_BOUNDS = [
  128, 256, 512, 1024, 4096, 8192, 16_384, 32_768, 65_536, 262_144, 524_288, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
]

/** All of them: a position is how memory refers to one, so new ones stand at the end. */
export const INSTRUMENTS: Instrument[] = []

function add(name: string, unit: string, description: string, bounds: readonly number[] | null): number {
  return INSTRUMENTS.push({ name, unit, description, bounds }) - 1
}

export interface ServerInstruments {
  readonly duration: number
  readonly size: number
}

export const SERVER: ServerInstruments = {
  duration: add('http.server.duration', '', 'Seconds from the arrival of a request to the last byte of its answer', TIME_BOUNDS),
  size: add('http.server.response.size', '', 'Bytes of the bodies of answers', SIZE_BOUNDS),
}

export const SERVER_1_27: ServerInstruments = {
  duration: add('http.server.request.duration', 's', 'Duration of HTTP server requests', TIME_BOUNDS),
  size: add('http.server.response.body.size', 'By', 'Size of HTTP server response bodies', SIZE_BOUNDS),
}

export const PROXY_DURATION = add('krakend.proxy.duration', '', 'Seconds that an endpoint works on its answer', TIME_BOUNDS)
export const BACKEND_DURATION = add(
  'krakend.backend.duration',
  '',
  'Seconds that a backend takes, with its limits and scripts',
  TIME_BOUNDS,
)

/** Null where the convention has none. */
export interface ClientInstruments {
  readonly started: number | null
  readonly failed: number | null
  readonly canceled: number | null
  readonly timedOut: number | null
  readonly requestSize: { readonly at: number; readonly isHistogram: boolean }
  readonly duration: number
  readonly responseSize: number
  readonly noContentLength: number | null
  readonly connection: number | null
  readonly dns: number | null
  readonly tls: number | null
}

const counts = {
  started: add('http.client.request.started.count', '', 'Requests to backends', null),
  failed: add('http.client.request.failed.count', '', 'Requests to backends that failed, timed out ones among them', null),
  canceled: add('http.client.request.canceled.count', '', 'Requests to backends that were given up because the client left', null),
  timedOut: add('http.client.request.timedout.count', '', 'Requests to backends that took too long', null),
}

export const CLIENT: ClientInstruments = {
  ...counts,
  requestSize: { at: add('http.client.request.size', '', 'Bytes of bodies sent to backends, where known ahead', null), isHistogram: false },
  duration: add('http.client.duration', '', 'Seconds from a request to the head of its response', TIME_BOUNDS),
  responseSize: add('http.client.response.size', '', 'Bytes of bodies as backends announce them', SIZE_BOUNDS),
  noContentLength: add('http.client.response.no-content-length', '', 'Responses of backends that announce no length', null),
  connection: add('http.client.request.get-conn.duration', '', 'Seconds until there was a connection', TIME_BOUNDS),
  dns: add('http.client.request.dns.duration', '', 'Seconds of name look-ups', TIME_BOUNDS),
  tls: add('http.client.request.tls.duration', '', 'Seconds of TLS handshakes', TIME_BOUNDS),
}

/** Of its own metrics KrakenD keeps some here where connections are looked at in detail. */
const CLIENT_1_27_DETAILED: ClientInstruments = {
  ...counts,
  requestSize: { at: add('http.client.request.body.size', 'By', 'Size of HTTP client request bodies', SIZE_BOUNDS), isHistogram: true },
  duration: add('http.client.request.duration', 's', 'Duration of HTTP client requests', TIME_BOUNDS),
  responseSize: add('http.client.response.body.size', 'By', 'Size of HTTP client response bodies', SIZE_BOUNDS),
  noContentLength: add('http.client.response.no-content-length', 'By', 'Responses of backends that announce no length', null),
  connection: add('http.client.request.get-conn.duration', 's', 'Time until there was a connection', TIME_BOUNDS),
  dns: add('http.client.request.dns.duration', 's', 'Time of name look-ups', TIME_BOUNDS),
  tls: add('http.client.request.tls.duration', 's', 'Time of TLS handshakes', TIME_BOUNDS),
}

const CLIENT_1_27: ClientInstruments = {
  ...CLIENT_1_27_DETAILED,
  started: null,
  failed: null,
  canceled: null,
  timedOut: null,
  noContentLength: null,
  connection: null,
  dns: null,
  tls: null,
}

export function clientInstruments(convention: string, isDetailed: boolean): ClientInstruments {
  if (convention === '1.27') return isDetailed ? CLIENT_1_27_DETAILED : CLIENT_1_27
  return isDetailed ? CLIENT : { ...CLIENT, connection: null, dns: null, tls: null }
}

export const READ = {
  size: add('http.client.response.read.size', 'b', 'Bytes read of bodies of backends', null),
  sizes: add('http.client.response.read.size-hist', 'b', 'Bytes read of the body of a response', SIZE_BOUNDS),
  time: add('http.client.response.read.time', 's', 'Time spent reading bodies of backends', null),
  times: add('http.client.response.read.time-hist', 's', 'Time spent reading the body of a response', TIME_BOUNDS),
}

/** How often a connection to a broker was there (`up`) and was gone (`down`); up less down is how many of it are there now. */
export const CONNECTION_CHANGES = add('gateway.broker.connection.changes', '', 'Changes of connections to brokers', null)
