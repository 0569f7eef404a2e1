// What a plugin at an endpoint is asked: the client's path, and what of query and headers the endpoint lets in. Backends get it all.

import type { ReadonlyHeaders } from '../engine/headers.ts'
import { clientExchange } from '../engine/ports.ts'
import type { Body, Params, PipeRequest, Query } from '../engine/types.ts'
import { encodePath, encodeQuery, parseQuery, unescapePercent } from '../go/url.ts'
import { LightRequest } from './request.ts'

export class EndpointRequest extends LightRequest<PipeRequest> {
  /** Encoded path and query as they were written; null before. */
  #target: { readonly path: string; readonly query: Query } | null = null

  get method(): string {
    return this.base.method
  }

  set method(_method: string) {
    this.assertOpen()
    throw new TypeError('at an endpoint the method cannot be changed: each backend has its own')
  }

  get path(): string {
    return this.#target?.path ?? this.base.path
  }

  get url(): string {
    const query = this.writtenQuery
    const text = query === null ? encodeQuery(this.baseQuery()) : query.toString()
    return encodePath(this.path) + (text === '' ? '' : `?${text}`)
  }

  set url(url: string) {
    this.assertOpen()
    const mark = url.indexOf('?')
    const path = url.startsWith('/') ? unescapePercent(mark < 0 ? url : url.slice(0, mark)) : null
    if (path === null) throw new TypeError(`${JSON.stringify(url)} is no path with an optional query`)
    this.#target = { path, query: parseQuery(mark < 0 ? '' : url.slice(mark + 1)) }
    this.forgetQuery()
  }

  toRequest(): PipeRequest {
    const { base } = this
    const headers = this.currentHeaders
    const params = this.currentParams
    const query = this.writtenQuery?.values ?? this.baseQuery()
    const body = this.currentBody
    const { path } = this
    if (headers === base.headers && params === base.params && query === base.query && body === base.body && path === base.path) return base
    return { ...base, headers, params, query, body, path }
  }

  protected override copy(): EndpointRequest {
    return new EndpointRequest(this.toRequest(), this.scope, this.context)
  }

  protected override absoluteUrl(): string {
    const exchange = clientExchange.get(this.scope)
    return `${exchange?.isSecure === true ? 'https' : 'http'}://${exchange?.host || 'localhost'}${this.url}`
  }

  protected override takeWebUrl(url: string): void {
    const { pathname, search } = new URL(url)
    this.url = pathname + search
  }

  protected override baseHeaders(): ReadonlyHeaders {
    return this.base.headers
  }

  protected override baseQuery(): Query {
    return this.#target?.query ?? this.base.query
  }

  protected override baseBody(): Body {
    return this.base.body
  }

  protected override baseParams(): Params {
    return this.base.params
  }
}
