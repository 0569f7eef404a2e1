// What comes back to a plugin: decoded data or bytes, with status and headers for the client.

import { Readable } from 'node:stream'
import type { ReadonlyHeaders } from '../engine/headers.ts'
import type { PipeResponse } from '../engine/types.ts'
import { BODY_TAKEN, type RawBody, rawBodyOf, readRawBody, webStreamOf } from './body.ts'
import { LightHeaders, SEALED, type Sealable } from './headers.ts'
import { parseJson, stringifyJson, toJsonValue, toPluginValue } from './json-values.ts'
import type { BackendAnswer, BodySource, JsonData, PluginResponse } from './types.ts'
import type { JsonValue } from '../json/types.ts'

const NO_BODY_STATUS: ReadonlySet<number> = new Set([204, 205, 304])

/** Who answers is told later what of it was written. */
export abstract class LightResponse implements PluginResponse, Sealable {
  abstract readonly kind: 'data' | 'raw'
  abstract data: JsonData
  abstract get body(): ReadableStream<Uint8Array> | null
  abstract set body(source: BodySource | null)
  complete: boolean
  readonly error: Error | null
  protected readonly maxBody: number
  readonly #baseHeaders: ReadonlyHeaders | null
  readonly #baseStatus: number
  #status: number
  #headers: LightHeaders | null = null
  readonly #answer: PipeResponse['backend'] | null
  #backend: BackendAnswer | null = null

  constructor(init: ResponseInit) {
    this.#status = this.#baseStatus = init.status
    this.#baseHeaders = init.headers
    this.complete = init.complete
    this.error = init.error
    this.maxBody = init.maxBody
    this.#answer = init.backend
  }

  get status(): number {
    return this.#status
  }

  set status(status: number) {
    this.#status = checkStatus(status)
  }

  get headers(): LightHeaders {
    this.#headers ??= new LightHeaders(this.#baseHeaders, this)
    return this.#headers
  }

  get backend(): BackendAnswer | null {
    const answer = this.#answer
    if (this.#backend === null && answer)
      this.#backend = Object.freeze({ status: answer.statusCode, headers: new LightHeaders(answer.headers, SEALED), url: answer.url })
    return this.#backend
  }

  async text(): Promise<string> {
    return Buffer.from(await this.bytes()).toString('utf8')
  }

  async json<T = JsonData>(): Promise<T> {
    return parseJson(await this.text()) as T
  }

  abstract bytes(): Promise<Uint8Array>

  toWeb(): Response {
    const body = NO_BODY_STATUS.has(this.status) ? null : this.webBody()
    return new Response(body, { status: this.status, headers: [...this.headers] })
  }

  assertOpen(): void {}

  /** Whether status or headers are not what came. */
  get isHeadWritten(): boolean {
    return this.#status !== this.#baseStatus || (this.#headers !== null && this.#headers.isChanged)
  }

  /** The fields as they are now; null where there are none. */
  get currentHeaders(): ReadonlyHeaders | null {
    return this.#headers === null || !this.#headers.isChanged ? this.#baseHeaders : this.#headers.map
  }

  protected abstract webBody(): ReadableStream<Uint8Array> | string | null
}

export interface ResponseInit {
  readonly status: number
  readonly headers: ReadonlyHeaders | null
  readonly complete: boolean
  readonly error: Error | null
  readonly maxBody: number
  readonly backend: PipeResponse['backend'] | null
}

/** Throws a TypeError for a status that no answer has. */
export function checkStatus(status: unknown): number {
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599)
    throw new TypeError(`a status is an integer from 200 to 599, not ${String(status)}`)
  return status
}

/** Decoded data. It stays bytes until somebody reads it. */
export class DataResponse extends LightResponse {
  readonly kind = 'data'
  readonly source: PipeResponse
  #data: JsonData
  #isRead = false

  constructor(source: PipeResponse, init: Pick<ResponseInit, 'maxBody' | 'backend'>) {
    const { headers, isComplete: complete, error, statusCode, fixed } = source
    super({ ...init, status: fixed === undefined || statusCode === 0 ? 200 : statusCode, headers, complete, error })
    this.source = source
  }

  get data(): JsonData {
    if (!this.#isRead) {
      this.#data = decode(this.source.data)
      this.#isRead = true
    }
    return this.#data
  }

  set data(value: JsonData) {
    this.#data = value
    this.#isRead = true
  }

  /** Whether somebody has read the data, so that it may be another by now. */
  get isDataRead(): boolean {
    return this.#isRead
  }

  get body(): ReadableStream<Uint8Array> | null {
    return null
  }

  set body(_source: BodySource | null) {
    throw new TypeError('the response is decoded: write its data, or return reply({ body })')
  }

  bytes(): Promise<Uint8Array> {
    return readRawBody(this.#encoded(), this.maxBody)
  }

  protected override webBody(): string {
    return this.#encoded().toString()
  }

  #encoded(): Buffer | string {
    if (!this.#isRead && this.source.data !== null) return this.source.data.encoded()
    return stringifyJson(this.data)
  }

  override toWeb(): Response {
    if (!this.headers.has('Content-Type')) this.headers.set('Content-Type', 'application/json')
    return super.toWeb()
  }

  /** What was read, for whoever stands outside. Throws a TypeError for what is no JSON. */
  writtenData(): JsonValue {
    return toJsonValue(this.#data)
  }
}

function decode(data: PipeResponse['data']): JsonData {
  if (data === null) return null
  const { text } = data
  // perf: nobody else has what is decoded here, so nothing is copied.
  if (text !== null && text.isExact) return text.decode()
  return toPluginValue(data.object)
}

/** Bytes, as they come or in memory. */
export class RawResponse extends LightResponse {
  readonly kind = 'raw'
  /** What it was made of; null for an answer of the plugin's own. */
  readonly source: unknown
  #body: RawBody
  #isBodyWritten = false
  #isTaken = false
  #isHandedOut = false

  constructor(source: unknown, body: RawBody, init: ResponseInit) {
    super(init)
    this.source = source
    this.#body = body
  }

  get data(): JsonData {
    return undefined
  }

  set data(_value: JsonData) {
    throw new TypeError('the response is raw: it has a body, no data')
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (this.#body === null) return null
    const body = this.#body
    this.#isHandedOut = true
    return webStreamOf(
      () => (body instanceof Readable ? body : Readable.from([body])),
      () => {
        // A body that was made of this one is read later, and is not gone with it.
        if (body === this.#body) this.#isTaken = true
      },
    )
  }

  set body(source: BodySource | null) {
    const body = rawBodyOf(source)
    if (this.#body instanceof Readable) releaseStream(this.#body, body)
    this.#body = body
    this.#isBodyWritten = true
    this.#isTaken = false
    if (this.currentHeaders?.has('Content-Length') === true) this.headers.delete('Content-Length')
    if (typeof body === 'string' && !this.headers.has('Content-Type')) this.headers.set('Content-Type', 'text/plain; charset=utf-8')
  }

  /** Read once; the body stays. */
  async bytes(): Promise<Uint8Array> {
    if (this.#isTaken) throw BODY_TAKEN
    // A body that broke off is not all of it.
    if (this.error !== null && !this.#isBodyWritten) throw this.error
    const body = this.#body
    const bytes = await readRawBody(body, this.maxBody)
    // Another may have been written while this one was read.
    if (body === this.#body) {
      this.#body = bytes
      this.#isBodyWritten = true
    }
    return bytes
  }

  /** What may still come; null where all of it is here. */
  get streamOrNull(): Readable | null {
    return this.#body instanceof Readable ? this.#body : null
  }

  /** Whether another body may be made of what comes. */
  get isHandedOut(): boolean {
    return this.#isHandedOut
  }

  get isBodyWritten(): boolean {
    return this.#isBodyWritten
  }

  get isWritten(): boolean {
    return this.#isBodyWritten || this.isHeadWritten
  }

  /** The body as it goes on. Throws where it is gone. */
  takeBody(): RawBody {
    if (this.#isTaken) throw BODY_TAKEN
    return this.#body
  }

  protected override webBody(): ReadableStream<Uint8Array> | null {
    const stream = this.body
    if (stream !== null) this.#isTaken = true
    return stream
  }
}

/** Lets go of a stream that another body has replaced: when that one is done, which may be made of it. */
function releaseStream(former: Readable, body: RawBody): void {
  const release = (): void => void former.on('error', ignore).destroy()
  if (body instanceof Readable) body.once('close', release)
  else release()
}

function ignore(): void {}
