// From a request to its route: matching, redirects, 404 and 405 as gin does them.

import { cleanPath, encodePath } from '../../go/url.ts'
import { type Match, RouteTree } from './route-tree.ts'
import type { RouterOptions } from './router-options.ts'
import type { Exchange, Handler, Layer, Route } from '../types.ts'
import { ginParamNames } from '../../go/gin-path.ts'
import { paramName } from '../../go/param-name.ts'
import { redirectPage } from '../../go/html.ts'

export interface RouterInit {
  readonly options: RouterOptions
  /** The layers around everything that matched, and 404 and 405. */
  readonly routed: Layer<Handler>
  /** Within these, the layers around everything but the routes that say `isBare`. */
  readonly guard: Layer<Handler>
  readonly notFound: Handler
  readonly methodNotAllowed: Handler
  /** Whether 405 has an `Allow` header. */
  readonly tellsMethods: boolean
}

export interface RouteInit extends Omit<Route, 'keepsEncoding'> {
  readonly handle: Handler
  /** Whether the router's own layers are left out, as for the health check. */
  readonly isBare?: boolean
}

/** A route with what it needs to be served. */
export interface Target extends Route {
  /** The last handler, which the layers are around. */
  readonly handle: Handler
  readonly isBare: boolean
  /** Names as the engine knows them (`Id`), one for each value of a match. */
  readonly params: readonly string[]
}

/** What a path has that may have to be cleaned. */
const UNCLEAN = /\/[./]/

/** The routes of a compiled gateway. */
export class Router {
  protected readonly init: RouterInit
  readonly #trees = new Map<string, RouteTree<Target>>()
  readonly #notFound: Target
  readonly #methodNotAllowed: Target
  /** perf: layers exist once, not once for each route: the innermost handler asks the exchange for its route. */
  readonly #serve: Handler

  constructor(init: RouterInit) {
    this.init = init
    this.#notFound = this.fixedTarget(init.notFound, false)
    this.#methodNotAllowed = this.fixedTarget(init.methodNotAllowed, false)
    const guarded = init.guard((exchange) => targetOf(exchange).handle(exchange))
    this.#serve = init.routed((exchange) => {
      const target = targetOf(exchange)
      return target.isBare ? target.handle(exchange) : guarded(exchange)
    })
  }

  /** Registers a route. Throws a ConfigError in gin's words when the path conflicts with others. */
  add({ method, pattern, endpoint, handle, isBare = false }: RouteInit): Target {
    let tree = this.#trees.get(method)
    if (tree === undefined) this.#trees.set(method, (tree = new RouteTree()))
    const params = ginParamNames(pattern).map(paramName)
    const target = { pattern, method, endpoint, keepsEncoding: false, handle, isBare, params }
    tree.add(pattern, target)
    return target
  }

  /** Answers one request. */
  readonly handle: Handler = (exchange) => {
    const target = this.find(exchange)
    if (target === null) return undefined
    exchange.route = target
    return this.#serve(exchange)
  }

  /** What answers where no route does. */
  protected fixedTarget(handle: Handler, isBare: boolean): Target {
    return { pattern: '', method: '', endpoint: null, keepsEncoding: false, handle, isBare, params: [] }
  }

  /** The route of a request; null when a redirect has answered it. */
  protected find(exchange: Exchange): Target | null {
    const path = this.lookedUpPath(exchange)
    const match = this.match(exchange.method, path)
    return match === null ? this.miss(exchange, path) : this.accept(exchange, match)
  }

  /** The path that routes are looked up with. */
  protected lookedUpPath({ path }: Exchange): string {
    return this.init.options.remove_extra_slash && UNCLEAN.test(path) ? cleanPath(path) : path
  }

  protected match(method: string, path: string): Match<Target> | null {
    return this.#trees.get(method)?.find(path) ?? null
  }

  /** The target of a match, whose parameters are those of the request from now on. */
  protected accept(exchange: Exchange, { route: { value }, values }: Match<Target>): Target {
    for (let i = 0; i < value.params.length; i++) exchange.params.set(value.params[i] as string, values[i] as string)
    return value
  }

  /** What becomes of a request without a route: a redirect, which answers it (null), 405 or 404. */
  protected miss(exchange: Exchange, path: string): Target | null {
    const { method } = exchange
    const tree = this.#trees.get(method)
    if (tree !== undefined) {
      if (path !== '/' && method !== 'CONNECT' && this.#redirect(exchange, tree, path)) return null
      for (const [index, value] of tree.valuesOfFailure(path).entries()) exchange.params.set(String(index), value)
    }
    const { disable_handle_method_not_allowed: isHidden } = this.init.options
    return this.refuseMethod(exchange, isHidden ? [] : this.allowedMethods(method, path))
  }

  /** 405 with the methods that the path has, 404 where it has none or nobody is to know. */
  protected refuseMethod(exchange: Exchange, allowed: readonly string[]): Target {
    if (allowed.length === 0 || this.init.options.disable_handle_method_not_allowed) return this.#notFound
    if (this.init.tellsMethods) exchange.responseHeaders.set('Allow', allowed.join(', '))
    return this.#methodNotAllowed
  }

  protected allowedMethods(method: string, path: string): string[] {
    const allowed: string[] = []
    for (const [name, tree] of this.#trees) if (name !== method && tree.find(path) !== null) allowed.push(name)
    return allowed
  }

  /** Trailing slash first, then the spelling of the path. Answers and says true where a route stands there. */
  #redirect(exchange: Exchange, tree: RouteTree<Target>, path: string): boolean {
    const { options } = this.init
    if (!options.disable_redirect_trailing_slash && tree.isTrailingSlashWrong(path)) {
      // compat: gin toggles the slash of the path as it was sent, not of the cleaned one.
      redirectTo(exchange, encodePath(forwardedPrefix(exchange) + toggleTrailingSlash(exchange.path)))
      return true
    }
    if (options.disable_redirect_fixed_path) return false
    const clean = cleanPath(exchange.path)
    const fixed =
      tree.findIgnoringCase(clean) ?? tree.findIgnoringCase(toggleTrailingSlash(clean)) ?? (clean === '/' && tree.lacksRoot ? '/' : null)
    if (fixed === null) return false
    redirectTo(exchange, encodePath(fixed))
    return true
  }
}

/** The router alone sets routes. */
function targetOf(exchange: Exchange): Target {
  return exchange.route as Target
}

export function toggleTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : `${path}/`
}

/** `X-Forwarded-Prefix` of a proxy in front, reduced to what is harmless in a Location. */
function forwardedPrefix(exchange: Exchange): string {
  const sent = exchange.headers.get('X-Forwarded-Prefix')
  if (sent === undefined) return ''
  const safe = sent.replaceAll(/[^a-zA-Z0-9/-]+/g, '').replaceAll(/\/{2,}/g, '/')
  const prefix = safe === '' ? '.' : cleanPath(safe).replace(/\/$/, '')
  return prefix === '.' || prefix === '' ? '' : prefix
}

/** 301 or 307 to a path that is encoded already. */
export function redirectTo(exchange: Exchange, path: string): void {
  // compat: Go cleans the encoded path of a redirect once more.
  const location = cleanPath(path) + queryOf(exchange)
  exchange.responseHeaders.set('Location', location)
  if (exchange.method === 'GET' || exchange.method === 'HEAD') exchange.responseHeaders.set('Content-Type', 'text/html; charset=utf-8')
  if (exchange.method !== 'GET') {
    exchange.answer(307)
    return
  }
  exchange.answer(301, redirectPage(location))
}

/** With its question mark, which stays where nothing follows it. */
function queryOf({ target, rawQuery }: Exchange): string {
  return rawQuery === '' && !target.includes('?') ? '' : `?${rawQuery}`
}
