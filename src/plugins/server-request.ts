// What a plugin around the router is asked: the client's request as it came, or as a plugin outside of it left it.

import type { HeaderMap } from '../engine/headers.ts'
import type { Body, Exchange, Query } from '../engine/types.ts'
import { parseQuery, unescapePercent } from '../go/url.ts'
import { checkMethod, LightRequest } from './request.ts'

/** What of an exchange may be written anew. */
export type ServerInput = Pick<Exchange, 'method' | 'target' | 'path' | 'rawQuery' | 'headers' | 'host' | 'body' | 'isSecure'>

/** Visible characters, as a target has on the wire. */
const TARGET = /^\/[\u0021-\u007e]*$/

export class ServerRequest extends LightRequest<ServerInput> {
  #method: string | null = null
  #target: string | null = null
  protected override readonly fixedParams: string = 'before the router there are no parameters'

  get method(): string {
    return this.#method ?? this.base.method
  }

  set method(method: string) {
    this.assertOpen()
    this.#method = checkMethod(method)
  }

  get path(): string {
    if (this.#target === null) return this.base.path
    const [encoded] = split(this.#target)
    return unescapePercent(encoded) ?? encoded
  }

  get url(): string {
    const target = this.#target ?? this.base.target
    const query = this.writtenQuery
    if (query === null) return target
    const text = query.toString()
    return split(target)[0] + (text === '' ? '' : `?${text}`)
  }

  set url(url: string) {
    this.assertOpen()
    if (!TARGET.test(url) || unescapePercent(split(url)[0]) === null)
      throw new TypeError(`${JSON.stringify(url)} is no path with an optional query, encoded`)
    this.#target = url
    this.forgetQuery()
  }

  toRequest(): ServerInput {
    const { base, method, url } = this
    const body = this.currentBody
    const isSameUrl = url === base.target
    // perf: headers that nobody has read stay as they came.
    if (method === base.method && isSameUrl && !this.areHeadersWritten && body === base.body) return base
    const rawQuery = isSameUrl ? base.rawQuery : split(url)[1]
    const headers = this.currentHeaders.copy()
    const host = this.areHeadersWritten ? (headers.get('Host') ?? base.host) : base.host
    return { method, target: url, path: this.path, rawQuery, headers, host, body, isSecure: base.isSecure }
  }

  protected override copy(): ServerRequest {
    return new ServerRequest(this.toRequest(), this.scope, this.context)
  }

  protected override absoluteUrl(): string {
    const { isSecure, host } = this.base
    return `${isSecure ? 'https' : 'http'}://${host || 'localhost'}${this.url}`
  }

  protected override takeWebUrl(url: string): void {
    const { pathname, search } = new URL(url)
    this.url = pathname + search
  }

  protected override baseHeaders(): HeaderMap {
    return this.base.headers
  }

  protected override baseQuery(): Query {
    return parseQuery(this.#target === null ? this.base.rawQuery : split(this.#target)[1])
  }

  protected override baseBody(): Body {
    return this.base.body
  }
}

/** Path and query, both still encoded. */
function split(target: string): [path: string, query: string] {
  const mark = target.indexOf('?')
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)]
}
