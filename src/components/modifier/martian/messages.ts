// A backend's request and its answer while modifiers change them. Knows no modifier.

import type { Readable } from 'node:stream'
import { discardBody } from '../../../engine/body.ts'
import type { HeaderMap } from '../../../engine/headers.ts'
import type { BackendRequest, BackendResponse } from '../../../engine/types.ts'
import { unescapePercent } from '../../../go/url.ts'

/** A request of which the parts change that are not private. */
export class RequestMessage {
  readonly headers: HeaderMap
  /** Replaces the body; null leaves it. */
  body: Buffer | null = null
  /** Whether the backend is not called at all. */
  skipsCall = false
  /** Encodings of the transfer that were asked for; null for none. */
  transferEncodings: string[] | null = null
  /** Still encoded, with the query. */
  target: string
  #origin: string
  #host: string | null = null
  readonly #sent: BackendRequest

  /** `headers`: the request's own, or a copy where they change. */
  constructor(request: BackendRequest, headers: HeaderMap) {
    this.#sent = request
    this.#origin = request.origin
    this.target = request.path
    this.headers = headers
  }

  get url(): string {
    return this.#origin + this.target
  }

  get scheme(): string {
    return this.#origin.slice(0, this.#origin.indexOf(':'))
  }

  set scheme(scheme: string) {
    this.#origin = `${scheme}://${this.urlHost}`
  }

  /** Host of the URL, with the port if there is one. */
  get urlHost(): string {
    return authorityOf(this.#origin)
  }

  /** compat: the Host header stays what it was. */
  set urlHost(host: string) {
    this.#host ??= this.urlHost
    this.#origin = `${this.scheme}://${host}`
  }

  /** The Host header; empty counts as the URL's. */
  get host(): string {
    return this.#host ?? this.urlHost
  }

  set host(host: string) {
    this.#host = host
  }

  /** As it stands on the wire, without the query. */
  set path(encoded: string) {
    const query = this.query
    this.target = query === '' ? encoded : `${encoded}?${query}`
  }

  /** Still encoded, without the `?`. */
  get query(): string {
    const mark = this.target.indexOf('?')
    return mark < 0 ? '' : this.target.slice(mark + 1)
  }

  set query(query: string) {
    const mark = this.target.indexOf('?')
    const path = mark < 0 ? this.target : this.target.slice(0, mark)
    this.target = query === '' ? path : `${path}?${query}`
  }

  /** What is announced; 0 where the length is not known. */
  get contentLength(): number {
    const { headers } = this
    const declared = headers.get('Content-Length')
    return declared !== undefined && /^\d{1,15}$/.test(declared) && headers.values('Content-Length').length === 1 ? Number(declared) : 0
  }

  /** What is sent; `body` in place of the one that was there before. */
  toRequest(body: BackendRequest['body']): BackendRequest {
    const { headers, target } = this
    const request = { ...this.#sent, origin: this.#origin, path: target, headers, body }
    const isOwnHost = this.#host === null || this.#host === '' || this.#host === this.urlHost
    return isOwnHost ? request : { ...request, host: this.#host as string }
  }

  get sent(): BackendRequest {
    return this.#sent
  }
}

/** An answer; status, headers and body change. */
export class ResponseMessage {
  readonly request: RequestMessage
  readonly headers: HeaderMap
  statusCode: number
  body: Readable | Buffer
  /** What answered in the end, after redirects. */
  readonly url: string

  constructor(response: BackendResponse, request: RequestMessage) {
    this.request = request
    this.statusCode = response.statusCode
    this.headers = response.headers.copy()
    this.body = response.body
    this.url = response.url
  }

  /** Bytes as they were announced; -1 where they were not. */
  get contentLength(): number {
    const declared = this.headers.get('Content-Length')
    return declared !== undefined && /^\d{1,15}$/.test(declared) ? Number(declared) : -1
  }

  /** Takes other bytes as the body, whole or as they come. */
  replaceBody(body: Buffer | Readable, length: number): void {
    discardBody(this.body)
    this.body = body
    this.headers.set('Content-Length', String(length))
  }

  toResponse(): BackendResponse {
    const { statusCode, headers, body, url } = this
    return { statusCode, headers, body, url }
  }
}

/** The parts of a URL that conditions look at. */
export interface UrlParts {
  readonly scheme: string
  readonly host: string
  /** Percent-decoded. */
  readonly path: string
  /** Still encoded. */
  readonly query: string
}

export function partsOf(url: string): UrlParts {
  const scheme = url.slice(0, url.indexOf(':'))
  const rest = url.slice(scheme.length + 3)
  const slash = rest.search(/[/?]/)
  const host = authorityOf(slash < 0 ? url : url.slice(0, scheme.length + 3 + slash))
  const target = slash < 0 ? '' : rest.slice(slash)
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  return { scheme, host, path: unescapePercent(path) ?? path, query: mark < 0 ? '' : target.slice(mark + 1) }
}

/** Without user information. */
function authorityOf(origin: string): string {
  const authority = origin.slice(origin.indexOf('://') + 3)
  return authority.slice(authority.lastIndexOf('@') + 1)
}
