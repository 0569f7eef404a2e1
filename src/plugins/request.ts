// What every plugin is asked, wherever it stands: a view of a request that is copied when it is written to and sealed when it goes on.

import { NO_BODY } from '../engine/body.ts'
import type { ReadonlyHeaders } from '../engine/headers.ts'
import { isToken } from '../go/header-name.ts'
import type { Scope } from '../engine/scope.ts'
import type { Body, Params, Query } from '../engine/types.ts'
import { BODY_TAKEN, readRequestBody, requestBodyOf, webStreamOf } from './body.ts'
import { claimsOf, clientOf, stateOf } from './client.ts'
import { LightHeaders, type Sealable } from './headers.ts'
import { HttpError, pairsOf } from './http-error.ts'
import { parseJson, stringifyJson } from './json-values.ts'
import { type ParamNames, paramsFrom, paramsObject, sealParams } from './params.ts'
import { LightQuery } from './query.ts'
import type { BodySource, Claims, JsonData, PluginClient, PluginQuery, PluginRequest, RequestChanges } from './types.ts'

/** What is known about a place before any request. */
export interface RequestContext {
  /** Bytes that a plugin reads into memory at most. */
  readonly maxBody: number
  readonly paramNames: ParamNames
}

const SENT_ON = 'the request has been sent on: use request.with({…})'
const NO_PARAMS: Params = new Map()

export abstract class LightRequest<I = unknown> implements PluginRequest, Sealable {
  protected readonly base: I
  protected readonly context: RequestContext
  readonly scope: Scope
  #headers: LightHeaders | null = null
  #query: LightQuery | null = null
  #params: Record<string, string | undefined> | null = null
  #body: Body | null = null
  #isTaken = false
  #isSealed = false

  constructor(base: I, scope: Scope, context: RequestContext) {
    this.base = base
    this.scope = scope
    this.context = context
  }

  abstract get method(): string
  abstract set method(method: string)
  abstract get url(): string
  abstract set url(url: string)
  abstract get path(): string
  /** What goes on: `base` itself where nothing was written. */
  abstract toRequest(): I
  /** With scheme and host. */
  protected abstract absoluteUrl(): string
  /** An unsealed copy on what goes on. */
  protected abstract copy(): LightRequest<I>
  protected abstract baseHeaders(): ReadonlyHeaders
  protected abstract baseQuery(): Query
  protected abstract baseBody(): Body
  protected baseParams(): Params {
    return NO_PARAMS
  }
  /** Why parameters cannot be written here; null where they can. */
  protected readonly fixedParams: string | null = null

  get headers(): LightHeaders {
    this.#headers ??= new LightHeaders(this.baseHeaders(), this)
    return this.#headers
  }

  get query(): PluginQuery {
    this.#query ??= new LightQuery(this.baseQuery(), this)
    return this.#query
  }

  get params(): Record<string, string | undefined> {
    if (this.#params === null) {
      this.#params = paramsObject(this.baseParams(), this.context.paramNames)
      const message = this.#isSealed ? SENT_ON : this.fixedParams
      if (message !== null) sealParams(this.#params, message)
    }
    return this.#params
  }

  get body(): ReadableStream<Uint8Array> | null {
    const body = this.currentBody
    if (body.length === 0) return null
    return webStreamOf(
      () => body.stream(),
      () => {
        // A body that was made of this one is read later, and is not gone with it.
        if (body === this.currentBody) this.#isTaken = true
      },
    )
  }

  set body(source: BodySource | null) {
    this.assertOpen()
    this.replaceBody(requestBodyOf(source))
  }

  async bytes(): Promise<Uint8Array> {
    if (this.#isTaken) throw BODY_TAKEN
    return readRequestBody(this.currentBody, this.context.maxBody)
  }

  async text(): Promise<string> {
    return Buffer.from(await this.bytes()).toString('utf8')
  }

  async json<T = JsonData>(): Promise<T> {
    const text = await this.text()
    try {
      return parseJson(text) as T
    } catch (cause) {
      throw new HttpError(400, undefined, { message: 'the body of the request is no JSON', cause })
    }
  }

  setData(value: unknown): void {
    this.body = stringifyJson(value)
    this.headers.set('Content-Type', 'application/json')
  }

  get client(): PluginClient | null {
    return clientOf(this.scope)
  }

  get claims(): Claims | null {
    return claimsOf(this.scope)
  }

  get state(): Map<unknown, unknown> {
    return stateOf(this.scope)
  }

  get signal(): AbortSignal {
    return this.scope.signal
  }

  get timeLeft(): number {
    const { deadline } = this.scope
    return deadline === Infinity ? Infinity : Math.max(0, deadline - performance.now())
  }

  with(changes: RequestChanges): LightRequest<I> {
    const copy = this.copy()
    copy.#isTaken = this.#isTaken
    if (changes.method !== undefined && changes.method !== copy.method) copy.method = changes.method
    if (changes.url !== undefined) copy.url = changes.url
    if (changes.headers !== undefined) copy.#headers = writtenHeaders(changes.headers, copy)
    if (changes.params !== undefined) {
      for (const name of Object.keys(copy.params)) delete copy.params[name]
      for (const [name, value] of Object.entries(changes.params)) copy.params[name] = value
    }
    if (changes.body !== undefined) copy.body = changes.body
    if (changes.data !== undefined) copy.setData(changes.data)
    return copy
  }

  toWeb(): Request {
    const { body, method, headers, signal } = this
    const hasBody = body !== null && method !== 'GET' && method !== 'HEAD'
    if (hasBody) this.#isTaken = true
    const fields = [...headers]
    return new Request(this.absoluteUrl(), { method, headers: fields, signal, ...(hasBody ? { body, duplex: 'half' } : null) })
  }

  assertOpen(): void {
    if (this.#isSealed) throw new TypeError(SENT_ON)
  }

  /** Rejects what cannot go on: its body is gone. */
  assertWhole(): void {
    if (this.#isTaken) throw BODY_TAKEN
  }

  /** It goes on: nothing is written any more. */
  seal(): void {
    if (this.#isSealed) return
    this.#isSealed = true
    if (this.#params !== null && this.fixedParams === null) sealParams(this.#params, SENT_ON)
  }

  /** The body as it goes on. */
  get bodyToSend(): Body {
    return this.currentBody
  }

  protected get currentBody(): Body {
    return this.#body ?? this.baseBody()
  }

  protected get writtenBody(): Body | null {
    return this.#body
  }

  /** The fields as they go on; what was given where nothing was written. */
  protected get currentHeaders(): ReadonlyHeaders {
    return this.#headers?.map ?? this.baseHeaders()
  }

  protected get areHeadersWritten(): boolean {
    return this.#headers !== null && this.#headers.isChanged
  }

  /** The query where it was written; null else. */
  protected get writtenQuery(): LightQuery | null {
    return this.#query !== null && this.#query.isChanged ? this.#query : null
  }

  /** Another URL has another query. */
  protected forgetQuery(): void {
    this.#query = null
  }

  protected get currentParams(): Params {
    return this.#params === null || this.fixedParams !== null ? this.baseParams() : paramsFrom(this.#params, this.baseParams())
  }

  protected replaceBody(body: Body): void {
    this.#body = body
    this.#isTaken = false
    // A length that is another body's.
    if (this.currentHeaders.has('Content-Length')) this.headers.delete('Content-Length')
  }

  /** The same request as somebody wrote it with the web's own class. */
  fromWeb(request: Request): LightRequest<I> {
    const copy = this.copy()
    if (request.method !== copy.method) copy.method = request.method
    if (request.url !== new URL(this.absoluteUrl()).href) copy.takeWebUrl(request.url)
    copy.#headers = writtenHeaders([...request.headers], copy)
    copy.replaceBody(request.body === null ? NO_BODY : requestBodyOf(request.body))
    return copy
  }

  protected takeWebUrl(url: string): void {
    this.url = url
  }
}

/** Throws a TypeError for what is no method. */
export function checkMethod(method: unknown): string {
  if (typeof method !== 'string' || !isToken(method)) throw new TypeError(`${String(method)} is no method`)
  return method
}

function writtenHeaders(headers: RequestChanges['headers'], owner: Sealable): LightHeaders {
  const written = new LightHeaders(null, owner)
  for (const [name, value] of pairsOf(headers)) written.append(name, value)
  return written
}
