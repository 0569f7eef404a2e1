// `ctx`: the client's request as the endpoint sees it, for scripts of lua-endpoint. What they write, everything inside sees.

import type { HeaderMap } from '../../../engine/headers.ts'
import type { Exchange } from '../../../engine/types.ts'
import { encodeQuery, parseQuery, unescapePercent } from '../../../go/url.ts'
import { bytesOfText, textOfBytes } from '../../../lua/bytes.ts'
import { checkString } from '../../../lua/check.ts'
import { ginParamNames } from '../../../go/gin-path.ts'
import { paramName } from '../../../go/param-name.ts'
import { bodyProperty, entries, NEED_ARGUMENTS, property, receiver } from './arguments.ts'
import { headerMethods, type HeaderOwner } from './header-methods.ts'
import { bodyBytes, bodyOfBytes, textsToObject } from './request.ts'
import type { ScriptRun } from './run.ts'
import { toLuaTable } from './to-lua.ts'
import { addMethods, bindingType } from './userdata-type.ts'

export class ScriptContext implements HeaderOwner {
  readonly run: ScriptRun
  readonly exchange: Exchange
  hasWrittenHeaders = false
  /** Names of parameters as scripts write them, by those that the engine knows: `User` → `user`. */
  #names: Map<string, string> | null = null

  constructor(run: ScriptRun, exchange: Exchange) {
    this.run = run
    this.exchange = exchange
  }

  get headers(): HeaderMap {
    return this.exchange.headers
  }

  writableHeaders(): HeaderMap {
    this.hasWrittenHeaders = true
    return this.exchange.headers
  }

  /** Path and query; what is no URL leaves the old one. */
  set target(url: string) {
    const rest = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/#.*$/s, '')
    const mark = rest.indexOf('?')
    const path = unescapePercent(mark < 0 ? rest : rest.slice(0, mark))
    if (path === null) return
    this.exchange.target = rest
    this.exchange.path = path
    this.exchange.rawQuery = mark < 0 ? '' : rest.slice(mark + 1)
  }

  getQuery(name: string): string {
    return parseQuery(this.exchange.rawQuery).get(name)?.[0] ?? ''
  }

  /** compat: all of it is encoded anew, sorted by name. */
  setQuery(name: string, value: string): void {
    const { exchange } = this
    const query = encodeQuery(parseQuery(exchange.rawQuery).set(name, [value]))
    const [path = ''] = exchange.target.split('?', 1)
    exchange.rawQuery = query
    exchange.target = query === '' ? path : `${path}?${query}`
  }

  get params(): [string, string][] {
    return [...this.exchange.params].map(([name, value]) => [this.names.get(name) ?? name, value])
  }

  getParam(name: string): string {
    const { params } = this.exchange
    const internal = paramName(name)
    if (this.names.get(internal) === name) return params.get(internal) ?? ''
    // compat: a name of the route has one spelling; names of claims are not of the route.
    return this.names.has(name) ? '' : (params.get(name) ?? '')
  }

  setParam(name: string, value: string): void {
    const internal = paramName(name)
    this.names.set(internal, name)
    this.exchange.params.set(internal, value)
  }

  private get names(): Map<string, string> {
    this.#names ??= new Map(ginParamNames(this.exchange.route?.pattern ?? '').map((name) => [paramName(name), name]))
    return this.#names
  }
}

const context = receiver(ScriptContext, 'ginContext')

export const CONTEXT = bindingType()

addMethods(CONTEXT, {
  method: property(context, {
    get: ({ exchange }) => bytesOfText(exchange.method),
    set: ({ exchange }, thread, args) => void (exchange.method = textOfBytes(checkString(thread, args, 1))),
  }),
  url: property(context, {
    get: ({ exchange }) => bytesOfText(exchange.target),
    set: (self, thread, args) => void (self.target = textOfBytes(checkString(thread, args, 1))),
  }),
  host: property(context, {
    get: ({ exchange }) => bytesOfText(exchange.host),
    set: ({ exchange }, thread, args) => void (exchange.host = textOfBytes(checkString(thread, args, 1))),
  }),
  query: entries<ScriptContext>(context, {
    all: (_self, thread) => thread.raise(NEED_ARGUMENTS),
    get: (self, thread, args) => bytesOfText(self.getQuery(textOfBytes(checkString(thread, args, 1)))),
    set: (self, thread, args) => self.setQuery(textOfBytes(checkString(thread, args, 1)), textOfBytes(checkString(thread, args, 2))),
  }),
  params: entries<ScriptContext>(context, {
    all: (self) => toLuaTable(self.run, textsToObject(self.params)),
    get: (self, thread, args) => bytesOfText(self.getParam(textOfBytes(checkString(thread, args, 1)))),
    set: (self, thread, args) => self.setParam(textOfBytes(checkString(thread, args, 1)), textOfBytes(checkString(thread, args, 2))),
  }),
  ...headerMethods(context, { readsExactly: false, hidden: 'Host' }),
  body: bodyProperty(context, {
    get: ({ exchange }, thread) => bodyBytes(thread, exchange.body),
    set({ exchange }, thread, args) {
      const body = bodyOfBytes(checkString(thread, args, 1))
      exchange.body = body
      if (exchange.headers.has('Content-Length')) exchange.headers.set('Content-Length', String(body.length))
    },
  }),
})
