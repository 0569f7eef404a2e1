// What a plugin at a backend, or in the place of its HTTP client, is asked: an absolute URL, and what goes on the wire.

import type { ReadonlyHeaders } from '../engine/headers.ts'
import { clientExchange } from '../engine/ports.ts'
import type { BackendRequest, Body, Params, PipeRequest, Query } from '../engine/types.ts'
import { basicCredentials } from '../go/url-parts.ts'
import { encodeTarget, parseQuery, unescapePercent } from '../go/url.ts'
import { checkMethod, LightRequest } from './request.ts'

interface Address {
  readonly origin: string
  /** Path and query, encoded for the wire. */
  readonly path: string
  /** Of user information in the URL; null without. */
  readonly authorization: string | null
}

const ABSOLUTE = /^(https?):\/\/(?:([^/?#]*)@)?([^/?#]+)([^#]*)/i
const PATH_IS_BUILT = 'at a backend the path is built already: parameters cannot be changed'

/** Takes an absolute URL apart. Throws a TypeError for what cannot be called. */
export function addressOf(url: string): Address {
  const parts = ABSOLUTE.exec(url)
  if (parts === null || !URL.canParse(url)) throw new TypeError(`${JSON.stringify(url)} is no URL that begins with http:// or https://`)
  const [, scheme = '', userinfo, host = '', rest = ''] = parts
  const target = encodeTarget(rest.startsWith('/') ? rest : `/${rest}`)
  const authorization = userinfo === undefined ? null : basicCredentials(userinfo)
  return { origin: `${scheme.toLowerCase()}://${host}`, path: target, authorization }
}

/** Both forms in which a request is on its way to a backend have these. */
type OnTheWire = PipeRequest | BackendRequest

export class WireRequest<I extends OnTheWire> extends LightRequest<I> {
  #method: string | null = null
  #address: Address | null = null
  protected override readonly fixedParams: string = PATH_IS_BUILT

  get method(): string {
    return this.#method ?? this.base.method
  }

  set method(method: string) {
    this.assertOpen()
    this.#method = checkMethod(method)
  }

  get path(): string {
    const path = this.#target()
    const mark = path.indexOf('?')
    const encoded = mark < 0 ? path : path.slice(0, mark)
    return unescapePercent(encoded) ?? encoded
  }

  get url(): string {
    return this.#origin() + this.#target()
  }

  set url(url: string) {
    this.assertOpen()
    this.#address = addressOf(url)
    this.forgetQuery()
  }

  toRequest(): I {
    const { base } = this
    const origin = this.#origin()
    const path = this.#target()
    const headers = this.#headers()
    const { method } = this
    const body = this.currentBody
    const isSame = method === base.method && origin === base.origin && path === base.path && headers === base.headers && body === base.body
    if (isSame) return base
    return this.#addHost({ ...base, method, origin, path, headers, body })
  }

  protected override copy(): WireRequest<I> {
    return new WireRequest(this.toRequest(), this.scope, this.context)
  }

  protected override absoluteUrl(): string {
    return this.url
  }

  protected override baseHeaders(): ReadonlyHeaders {
    return this.base.headers
  }

  protected override baseQuery(): Query {
    const path = this.#address?.path ?? this.base.path
    const mark = path.indexOf('?')
    return parseQuery(mark < 0 ? '' : path.slice(mark + 1))
  }

  protected override baseBody(): Body {
    return this.base.body
  }

  protected override baseParams(): Params {
    return 'params' in this.base ? this.base.params : (clientExchange.get(this.scope)?.params ?? super.baseParams())
  }

  #origin(): string {
    return this.#address?.origin ?? this.base.origin
  }

  #target(): string {
    const path = this.#address?.path ?? this.base.path
    const query = this.writtenQuery
    if (query === null) return path
    const mark = path.indexOf('?')
    const text = query.toString()
    return (mark < 0 ? path : path.slice(0, mark)) + (text === '' ? '' : `?${text}`)
  }

  /** User and password of a URL stand below an Authorization that was written. */
  #headers(): ReadonlyHeaders {
    const authorization = this.#address?.authorization ?? null
    if (authorization === null || this.currentHeaders.has('Authorization')) return this.currentHeaders
    const headers = this.currentHeaders.copy()
    headers.set('Authorization', authorization)
    return headers
  }

  /** A Host header that was written is what the wire says; another host in the URL is called by its own name. */
  #addHost(request: I): I {
    if ('params' in request) return request
    const host = this.areHeadersWritten ? request.headers.get('Host') : undefined
    if (host === undefined && this.#address === null) return request
    const { host: _former, ...rest } = request
    if (host === undefined) return rest as I
    const written = request.headers.copy()
    written.delete('Host')
    const headers: ReadonlyHeaders = written
    return { ...rest, headers, host } as I
  }
}
