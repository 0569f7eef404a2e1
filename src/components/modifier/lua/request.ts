// `request`: what a pipe is asked, for scripts of lua-proxy and lua-backend. What they write goes on as a new request.

import { madeFrom, NO_BODY, sizedBodyOf } from '../../../engine/body.ts'
import type { HeaderMap, ReadonlyHeaders } from '../../../engine/headers.ts'
import type { Body, Params, PipeRequest } from '../../../engine/types.ts'
import { encodeQuery, parseQuery } from '../../../go/url.ts'
import { setKey, type JsonObject } from '../../../json/types.ts'
import { bufferOfBytes, bytesOfBuffer, bytesOfText, textOfBytes } from '../../../lua/bytes.ts'
import { checkString } from '../../../lua/check.ts'
import type { LuaThread } from '../../../lua/thread.ts'
import { bodyProperty, entries, property, receiver } from './arguments.ts'
import { headerMethods, type HeaderOwner } from './header-methods.ts'
import { parseUrl } from './parse-url.ts'
import type { ScriptRun } from './run.ts'
import { toLuaTable } from './to-lua.ts'
import { addMethods, bindingType } from './userdata-type.ts'

/** The path of a backend's request before host and query: its filled pattern. Null at the endpoint, where it is the request's own. */
export type FillPath = ((params: Params) => string) | null

export class ScriptRequest implements HeaderOwner {
  readonly run: ScriptRun
  method: string
  #path: string | null = null
  /** As the script wrote it; null before. */
  #url: string | null = null
  query: PipeRequest['query']
  readonly #fillPath: FillPath
  readonly #base: PipeRequest
  #headers: HeaderMap | null = null
  #params: Map<string, string> | null = null
  #body: Body | null = null

  constructor(run: ScriptRun, base: PipeRequest, fillPath: FillPath) {
    this.run = run
    this.#base = base
    this.#fillPath = fillPath
    this.method = base.method
    this.query = base.query
  }

  get path(): string {
    this.#path ??= this.#fillPath === null ? this.#base.path : this.#fillPath(this.#base.params)
    return this.#path
  }

  set path(path: string) {
    this.#path = path
  }

  get url(): string {
    return this.#url ?? (this.#base.origin === '' ? '' : this.#base.origin + this.#base.path)
  }

  set url(url: string) {
    this.#url = url
  }

  get params(): Params {
    return this.#params ?? this.#base.params
  }

  writableParams(): Map<string, string> {
    this.#params ??= new Map(this.#base.params)
    return this.#params
  }

  get headers(): ReadonlyHeaders {
    return this.#headers ?? this.#base.headers
  }

  writableHeaders(): HeaderMap {
    this.#headers ??= this.#base.headers.copy()
    return this.#headers
  }

  get body(): Body {
    return this.#body ?? this.#base.body
  }

  set body(body: Body) {
    this.#body = madeFrom(this.#base.body, body)
    // compat: Go refuses a length that is not the body's.
    if (this.headers.has('Content-Length')) this.writableHeaders().set('Content-Length', String(body.length))
  }

  /** What goes on. Throws a GatewayError for a URL that cannot be called. */
  toRequest(): PipeRequest {
    const { method, query, params, headers, body } = this
    const base = this.#base
    if (this.#fillPath === null) return { ...base, method, path: this.path, query, params, headers, body }
    const request = { ...base, method: method === base.method ? method : methodToSend(method), query, params, headers, body }
    if (this.#url === null) return request
    const { origin, path, authorization } = parseUrl(this.#url, request.method)
    if (authorization === null || headers.has('Authorization')) return { ...request, origin, path }
    const authorized = headers.copy()
    authorized.set('Authorization', authorization)
    return { ...request, origin, path, headers: authorized }
  }
}

/** compat: methods go out in capitals, and no method is GET. */
function methodToSend(method: string): string {
  return method === '' ? 'GET' : method.toUpperCase()
}

/** The bytes of a body. Raises where nobody knew that it would be read. */
export function bodyBytes(thread: LuaThread, { length, inMemory }: Body): string {
  if (length === 0) return ''
  if (inMemory === null) return thread.raise('the body is not there: a script that reads it has to name "body"')
  return bytesOfBuffer(inMemory)
}

export function bodyOfBytes(bytes: string): Body {
  return bytes === '' ? NO_BODY : sizedBodyOf(bufferOfBytes(bytes))
}

const request = receiver(ScriptRequest, 'request')

export const REQUEST = bindingType()

addMethods(REQUEST, {
  method: property(request, {
    get: (self) => bytesOfText(self.method),
    set: (self, thread, args) => void (self.method = textOfBytes(checkString(thread, args, 1))),
  }),
  path: property(request, {
    get: (self) => bytesOfText(self.path),
    set: (self, thread, args) => void (self.path = textOfBytes(checkString(thread, args, 1))),
  }),
  query: property(request, {
    get: (self) => bytesOfText(encodeQuery(self.query)),
    set: (self, thread, args) => void (self.query = parseQuery(textOfBytes(checkString(thread, args, 1)))),
  }),
  url: property(request, {
    get: (self) => bytesOfText(self.url),
    set: (self, thread, args) => void (self.url = textOfBytes(checkString(thread, args, 1))),
  }),
  params: entries<ScriptRequest>(request, {
    all: (self) => toLuaTable(self.run, textsToObject(self.params)),
    get: (self, thread, args) => bytesOfText(self.params.get(textOfBytes(checkString(thread, args, 1))) ?? ''),
    set(self, thread, args) {
      const name = textOfBytes(checkString(thread, args, 1))
      self.writableParams().set(name, textOfBytes(checkString(thread, args, 2)))
    },
  }),
  ...headerMethods(request, { readsExactly: false, hidden: null }),
  body: bodyProperty(request, {
    get: (self, thread) => bodyBytes(thread, self.body),
    set: (self, thread, args) => void (self.body = bodyOfBytes(checkString(thread, args, 1))),
  }),
})

export function textsToObject(texts: Iterable<readonly [string, string]>): JsonObject {
  const object: JsonObject = {}
  for (const [name, text] of texts) setKey(object, name, text)
  return object
}
