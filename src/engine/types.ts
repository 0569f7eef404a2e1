// The shapes that carry every request. Knows nothing of components, files and sockets.

import type { Duplex, Readable } from 'node:stream'
import type { EndpointConfig } from '../config/types.ts'
import type { Data } from './data.ts'
import type { GatewayError } from './errors.ts'
import type { HeaderMap, ReadonlyHeaders } from './headers.ts'
import type { Scope } from './scope.ts'
import type { LoopItem, Revision, StepAnswer } from './step-answers.ts'

/** Client request → written answer. */
export type Handler = (exchange: Exchange) => void | Promise<void>
/** Endpoint, merge, backend: all are pipes. Rejects with what went wrong. */
export type Pipe = (request: PipeRequest, scope: Scope) => Promise<PipeResponse>
/** HTTP request → HTTP response. */
export type Sender = (request: BackendRequest, scope: Scope) => Promise<BackendResponse>
/** The first layer listed sees the request first. */
export type Layer<F> = (next: F) => F

/** URL parameters by their internal name: `{id}` is `Id`, a claim is `JWT.sub`, a sequential value `Resp0_id`. */
export type Params = ReadonlyMap<string, string>
/** Query parameters, decoded, in order. */
export type Query = ReadonlyMap<string, readonly string[]>

/** A request body. */
export interface Body {
  /** Bytes if known before reading, 0 for no body at all, null when it is chunked. */
  readonly length: number | null
  /** Whether its length goes to a backend ahead of it, even where no Content-Length is forwarded. Bodies made by the gateway have it. */
  readonly announcesLength?: boolean
  /** All bytes, once they are in memory; null before. */
  readonly inMemory: Buffer | null
  /**
   * Milliseconds from the first read until the client's last byte; Infinity while it is the client who is waited for, 0 before the first read and
   * while a backend does not take what is there. A deadline that passes meanwhile says nothing about the backend.
   */
  readonly clientMs: number
  /** The bytes as they come. Once only, unless `bytes` was called before. */
  stream(): Readable
  /** Reads everything; may be called again and again. A body that is not in memory yet is given up above `maxBytes`: BODY_TOO_LARGE. */
  bytes(maxBytes?: number): Promise<Buffer>
  /** Rejects `bytes` for whoever waits for a client that does not send them in time. Bodies in memory need none. */
  abandon?(reason: Error): void
}

/** What the router found for a request. One fixed shape; made once for each route. */
export interface Route {
  /** As registered, with gin's parameters: `/users/:id`; empty where nothing matched. */
  readonly pattern: string
  readonly method: string
  /** The endpoint it belongs to; null for health, debug, automatic OPTIONS, 404 and 405. */
  readonly endpoint: EndpointConfig | null
  /** Whether its parameters are as the client encoded them. */
  readonly keepsEncoding: boolean
}

/** An answer on its way out, before its first byte has left. Whoever looks may change it. */
export interface Answer {
  statusCode: number
  readonly headers: HeaderMap
  /** A text is UTF-8; null is no body at all. */
  body: string | Uint8Array | Readable | null
}

/** A client's request as it came: what layers write is not seen here. */
export interface SentRequest {
  readonly method: string
  /** Path and query, still encoded. */
  readonly target: string
  /** Percent-decoded. */
  readonly path: string
  readonly rawQuery: string
  readonly headers: HeaderMap
}

/** How a connection is encrypted. */
export interface TlsSession {
  /** `TLSv1.3`. */
  readonly version: string
  /** By its standard name: `TLS_AES_128_GCM_SHA256`. */
  readonly cipher: string
}

/** What passes beside an answer. What the client's protocol cannot carry, and what comes too late, is dropped. */
export interface Companions {
  /** An answer before the answer, as 103 is; `fields` are canonical names and values in turn. */
  interim(statusCode: number, fields: readonly string[]): void
  /** Fields that follow a streamed body. Said before it has ended. */
  trailers(fields: readonly string[]): void
}

/** One client request and its answer. `http/` makes them; handlers and their layers work on them. */
export interface Exchange {
  /** Upper case as sent; tokens are case-sensitive. What stands inside a layer that writes another one sees that. */
  method: string
  /** The request target as it was sent: path and query, still encoded. A layer that writes it writes `path` and `rawQuery` as well. */
  target: string
  /** Percent-decoded path: what routes are matched with. A layer of the server stage may write another one. */
  path: string
  /** Everything after the first `?`, still encoded; empty when there is none. */
  rawQuery: string
  /** The client's header fields; a layer may change them before the endpoint reads them (propagated claims). */
  readonly headers: HeaderMap
  /** The Host header as sent, unless a layer wrote another one. */
  host: string
  /** As it came, whatever was written since. Made when it is read. */
  readonly sent: SentRequest
  /** Address of the TCP peer. */
  readonly peerAddress: string
  /** Address of the client behind trusted proxies; known from the first layer inside `clientAddress` on. */
  clientIp: string
  /** Whether it came over TLS. */
  readonly isSecure: boolean
  /** What TLS agreed on; null without. Read when it is asked for. */
  readonly tls: TlsSession | null
  /** `HTTP/1.1` or `HTTP/2.0`. */
  readonly protocol: string
  /** `performance.now()` of its arrival. */
  readonly startMs: number
  /** What the router found; null before. */
  route: Route | null
  /** URL parameters of the matched route; a layer may add some (claims). */
  params: Map<string, string>
  /** What the client sends, unless a layer put another one in its place. */
  body: Body
  /** Ends when the client leaves. Carries the slots that components share. */
  readonly scope: Scope
  /** Header fields of the answer; layers may set some before the answer is written. */
  readonly responseHeaders: HeaderMap
  /** 0 until the answer began. */
  readonly statusCode: number
  /** Bytes of the request's body that were read; of one that passes as a stream, its announced length once it is whole. */
  readonly bytesIn: number
  /** Bytes of the answer's body so far. */
  readonly bytesOut: number
  /** Why the answer is an error or incomplete; null while nothing failed. For log, metrics and whoever observes. */
  failure: Error | null
  /** Writes the whole answer, with its Content-Length. A second answer is a bug and throws. */
  answer(statusCode: number, body?: string | Uint8Array | null): void
  /**
   * Streams the answer with back-pressure; resolves when all is written, rejects when the backend or the client broke off:
   * with `statusCode` 0 and no header fields where nothing has left, so that an error can be answered instead.
   * The head of one that is `isLive` leaves at once, else with the first bytes of the body.
   */
  answerStream(statusCode: number, body: Readable, isLive?: boolean): Promise<void>
  /** Where interim answers and trailers go; absent where nothing can pass beside the answer. Asked for before it begins. */
  readonly companions?: Companions
  /** The protocol that the client asks to switch to, in lower case, where the server can; null in all other requests. */
  readonly upgrade: string | null
  /** Answers 101; from then on bytes pass both ways until both sides have ended. `onBytes` hears of them. Only where `upgrade` is set. */
  tunnel(peer: Duplex, onBytes: () => void): Promise<void>
  /** Breaks the connection (HTTP/2: the stream) off, so that the client sees that something is missing. */
  cut(): void
  /**
   * Calls `hook` with the answer before its first byte leaves; what the hook changes is what leaves.
   * The hook of the innermost layer is asked first, as answers cross layers from the inside out.
   */
  onAnswer(hook: (answer: Answer) => void): void
  /** Calls `listener` when the answer has left or the connection is gone (access log, metrics). */
  onFinish(listener: () => void): void
}

/** What a pipe is asked. Immutable: a layer that changes something makes a new one (`{ ...request, headers }`). */
export interface PipeRequest {
  readonly method: string
  /** `http://127.0.0.1:8081`, chosen by the balancer; empty before. */
  readonly origin: string
  /** At the endpoint the client's path, decoded; before the balancer the filled-in url_pattern as text; after it path and query, encoded for the wire. */
  readonly path: string
  readonly params: Params
  readonly query: Query
  /** Copy before changing. */
  readonly headers: ReadonlyHeaders
  readonly body: Body
  /** The part of a trace that it belongs to; made and understood by telemetry alone. */
  readonly span?: object | undefined
  /** Hosts that earlier attempts of the same call have asked; the balancer adds the one it chooses, and prefers others. */
  readonly tried?: Set<string>
  /** What the steps of a sequence have answered so far, by their index; only where a later one asks for more than its url_pattern. */
  readonly steps?: readonly StepAnswer[]
  /** The element of a list that this call is made for; absent outside of loops. */
  readonly item?: LoopItem
}

/** What a pipe answers. Immutable as well. */
export interface PipeResponse {
  /** Decoded data; null is JSON `null` (KrakenD: nil Data), `Data.EMPTY` an object without keys. */
  readonly data: Data | null
  /** Whether all parts are there: half of the `X-Krakend-Completed` header. */
  readonly isComplete: boolean
  /** Why a partial merge is partial; CEL, Lua's post script and flatmap are skipped then. */
  readonly error: Error | null
  /** The status for the client; 0 when there is none to pass on, as with every decoded answer. */
  readonly statusCode: number
  /** Header fields for the client, whatever the encoding; null for none. A decoded answer has none of its backend's. */
  readonly headers: ReadonlyHeaders | null
  /** The backend's own body, only with `no-op`: a stream, or the bytes where all of them came at once. */
  readonly body: Readable | Buffer | null
  /**
   * What reaches the client whatever the encoding of the endpoint: `statusCode` and all `headers`, or the whole answer with its `body`.
   * Absent where the encoding decides. A merge drops it, as it drops the status of a part.
   */
  readonly fixed?: 'head' | 'answer'
  /** Whether a merge leaves its data out, though later steps see it. */
  readonly isHidden?: true
  /** Whether it is good for all that it is not complete: who cannot do without this backend has it. */
  readonly isTolerated?: true
  /** What it makes of a value of an earlier step's answer, for the whole answer and for later steps. */
  readonly revision?: Revision
  /** What the backend itself answered, where somebody wants to know. */
  readonly backend?: Pick<BackendResponse, 'statusCode' | 'headers' | 'url'>
}

/** One HTTP request to a backend. */
export interface BackendRequest {
  readonly method: string
  /** `http://127.0.0.1:8081`: scheme, host and port, nothing else. */
  readonly origin: string
  /** The origin that was asked first, when a redirect led here; absent in first requests. */
  readonly redirectedFrom?: string
  /** Path and query, encoded for the wire. */
  readonly path: string
  readonly headers: ReadonlyHeaders
  /** What the Host header says; absent where it is the origin's. */
  readonly host?: string
  readonly body: Body
  /** Decided when the configuration is compiled: whether the answer is read to the end first or streamed (`no-op`). */
  readonly wantsStream: boolean
  /** Asks for another protocol: an answer 101 has a Duplex as its body, which is the connection from then on. */
  readonly upgrade?: UpgradeRequest | null
  /** A body that cannot be read to its end is answered as far as it came, with `bodyFailure`; else the call rejects. Not for streams. */
  readonly keepsBrokenBody?: boolean
  /** Bytes of a body that is kept in memory, unpacked; more of them fail the call. Infinity by default. */
  readonly maxBodyBytes?: number
  /** How names go on the wire where that is not canonical (version 2), by canonical name. Only the wire reads it. */
  readonly spellings?: ReadonlyMap<string, string> | null
  /** `PipeRequest.span`. */
  readonly span?: object | undefined
  /** Hears of the interim answers and trailers of a response that is streamed. */
  readonly companions?: Companions | undefined
  /** Where the wire notes how the call went, for whoever wants to know. */
  readonly course?: CallCourse
}

/** What a client says who wants to switch to another protocol. */
export interface UpgradeRequest {
  /** As the client wrote it: `websocket`. */
  readonly protocol: string
  /** Fields of the protocol (`Sec-Websocket-…`): name, value, name, value … */
  readonly fields: readonly string[]
}

/** How one call went on the wire: moments by `performance.now()`, 0 for what did not happen. */
export interface CallCourse {
  /** A connection was there. */
  connectedMs: number
  /** Its host's addresses were there; 0 also where the host is one. */
  resolvedMs: number
  /** TCP stood, TLS began. */
  tlsStartMs: number
  tlsEndMs: number
  /** The head of the response was read. */
  headMs: number
  /** Bytes of its body so far, as they came. */
  bodyBytes: number
}

/** One HTTP response of a backend. */
export interface BackendResponse {
  readonly statusCode: number
  readonly headers: ReadonlyHeaders
  /** All bytes; a stream only where the request `wantsStream` and more was to come. */
  readonly body: Readable | Buffer
  /** Why these are not all bytes; only where the request keeps broken ones. */
  readonly bodyFailure?: GatewayError | null
  /** The URL that answered in the end, after redirects. */
  readonly url: string
}

/** How a backend's bytes become data. Throws a GatewayError. */
export type Decode = (bytes: Buffer) => Data | null

export interface Rendered {
  readonly contentType: string
  readonly body: string | Uint8Array
  /** Whether the type stands above what the pipe says of it. */
  readonly isFirm?: true
  /** Why the body is not what it should be; nobody but the log is told. */
  readonly error?: Error
}

/** How data becomes the client's bytes. */
export type Render = (response: PipeResponse, exchange: Exchange) => Rendered
