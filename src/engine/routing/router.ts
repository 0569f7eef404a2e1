// From a request to its route: matching, redirects, 404 and 405 as gin does them, and the answer to what handler layers throw.
// Knows nothing of endpoints and sockets.

import { cleanPath, encodePath, findBadEscape, unescapePercent } from '../../go/url.ts'
import { asError, GatewayError } from '../errors.ts'
import type { Logger } from '../compile/component.ts'
import { RouteTree } from './route-tree.ts'
import type { RouterOptions } from './router-options.ts'
import type { Exchange, Handler, Layer } from '../types.ts'

export interface RouterInit {
  readonly options: RouterOptions
  readonly log: Logger
  readonly findClientIp: (exchange: Exchange) => string
  /** Around everything that matched, and 404 and 405: access log. */
  readonly outer: Layer<Handler>
  readonly notFound: Handler
  readonly methodNotAllowed: Handler
  /** KrakenD 1.x checks no parameters and names no allowed methods. */
  readonly isLegacy: boolean
}

interface Target {
  readonly handle: Handler
  /** Names as the engine knows them (`Id`), one for each value of a match. */
  readonly params: readonly string[]
}

/** The routes of a compiled gateway. */
export class Router {
  readonly #init: RouterInit
  readonly #trees = new Map<string, RouteTree<Target>>()
  readonly #notFound: Handler
  readonly #methodNotAllowed: Handler

  constructor(init: RouterInit) {
    this.#init = init
    this.#notFound = init.outer(this.#checked(init.notFound))
    this.#methodNotAllowed = init.outer(this.#checked(init.methodNotAllowed))
  }

  /** Registers a handler. Throws a ConfigError in gin's words when the path conflicts with others. */
  add(method: string, pattern: string, handler: Handler): void {
    let tree = this.#trees.get(method)
    if (tree === undefined) this.#trees.set(method, (tree = new RouteTree()))
    const params = [...pattern.matchAll(/[:*]([^/]+)/g)].map(([, name = '']) => capitalize(name))
    tree.add(pattern, { handle: this.#init.outer(params.length > 0 ? this.#checked(handler) : handler), params })
  }

  /** A handler that is only reached with parameters that are decoded in full. */
  #checked(handler: Handler): Handler {
    const { isLegacy, options } = this.#init
    return isLegacy || options.disable_path_decoding ? handler : refuseEncodedParams(handler)
  }

  /** Methods with routes, in the order of their first use. */
  get methods(): string[] {
    return [...this.#trees.keys()]
  }

  /** Answers one request. Never throws. */
  readonly handle = (exchange: Exchange): void => {
    try {
      exchange.clientIp = this.#init.findClientIp(exchange)
      const handler = this.#find(exchange)
      if (handler === null) return
      const pending = handler(exchange)
      if (pending !== undefined) pending.catch((error: unknown) => this.#fail(exchange, error))
    } catch (error) {
      this.#fail(exchange, error)
    }
  }

  /** The handler of a request; null when a redirect has answered it. */
  #find(exchange: Exchange): Handler | null {
    const { options } = this.#init
    const { method } = exchange
    const path = options.remove_extra_slash && exchange.path.includes('//') ? cleanPath(exchange.path) : exchange.path
    const tree = this.#trees.get(method)
    if (tree !== undefined) {
      const match = tree.find(path)
      if (match !== null) {
        const { value } = match.route
        for (let i = 0; i < value.params.length; i++) exchange.params.set(value.params[i] as string, match.values[i] as string)
        return value.handle
      }
      if (path !== '/' && method !== 'CONNECT' && this.#redirect(exchange, tree, path)) return null
      for (const [index, value] of tree.valuesOfFailure(path).entries()) exchange.params.set(String(index), value)
    }
    if (options.disable_handle_method_not_allowed) return this.#notFound
    const allowed = this.#allowedMethods(method, path)
    if (allowed.length === 0) return this.#notFound
    if (!this.#init.isLegacy) exchange.responseHeaders.set('Allow', allowed.join(', '))
    return this.#methodNotAllowed
  }

  #allowedMethods(method: string, path: string): string[] {
    const allowed: string[] = []
    for (const [name, tree] of this.#trees) if (name !== method && tree.find(path) !== null) allowed.push(name)
    return allowed
  }

  /** Trailing slash first, then the spelling of the path. Answers and says true where a route stands there. */
  #redirect(exchange: Exchange, tree: RouteTree<Target>, path: string): boolean {
    const { options } = this.#init
    if (!options.disable_redirect_trailing_slash && tree.isTrailingSlashWrong(path)) {
      // compat: gin toggles the slash of the path as it was sent, not of the cleaned one.
      redirectTo(exchange, forwardedPrefix(exchange) + toggleTrailingSlash(exchange.path))
      return true
    }
    if (options.disable_redirect_fixed_path) return false
    const clean = cleanPath(exchange.path)
    const fixed =
      tree.findIgnoringCase(clean) ?? tree.findIgnoringCase(toggleTrailingSlash(clean)) ?? (clean === '/' && tree.lacksRoot ? '/' : null)
    if (fixed === null) return false
    redirectTo(exchange, fixed)
    return true
  }

  /** The answer to what a handler layer threw: its status without a body, 500 for a bug. */
  #fail(exchange: Exchange, thrown: unknown): void {
    const error = asError(thrown)
    const isExpected = error instanceof GatewayError
    if (!isExpected) this.#init.log.error(`[SERVICE: Gin] ${error.stack ?? error.message}`)
    if (exchange.statusCode !== 0) return
    if (!isExpected) {
      exchange.answer(500)
      return
    }
    for (const [name, value] of error.headers) exchange.responseHeaders.set(name, value)
    if (error.contentType !== null) exchange.responseHeaders.set('Content-Type', error.contentType)
    exchange.answer(error.statusCode, error.contentType === null ? null : error.message)
  }
}

/** A parameter as the engine knows it: `user_id` → `User_id`. */
function capitalize(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}

/**
 * 400 for parameters that are still encoded after the path was decoded once.
 * security: `%252F` or `%3F` would otherwise change the path or the query of the backend request.
 */
function refuseEncodedParams(next: Handler): Handler {
  return function checkParams(exchange) {
    for (const value of exchange.params.values()) {
      const badEscape = findBadEscape(value)
      if (badEscape !== null) return refuse(exchange, `error: invalid URL escape "${badEscape}"`)
      if (value.includes('?') || value.includes('#') || unescapePercent(value) !== value)
        return refuse(exchange, 'error: encoded url params')
    }
    return next(exchange)
  }
}

function refuse(exchange: Exchange, text: string): void {
  exchange.responseHeaders.set('Content-Type', 'text/plain; charset=utf-8')
  exchange.answer(400, text)
}

function toggleTrailingSlash(path: string): string {
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

function redirectTo(exchange: Exchange, path: string): void {
  // compat: Go cleans the encoded path of a redirect once more.
  const location = cleanPath(encodePath(path)) + (exchange.rawQuery === '' ? '' : `?${exchange.rawQuery}`)
  exchange.responseHeaders.set('Location', location)
  if (exchange.method !== 'GET') {
    exchange.answer(307)
    return
  }
  exchange.responseHeaders.set('Content-Type', 'text/html; charset=utf-8')
  exchange.answer(301, `<a href="${escapeHtml(location)}">Moved Permanently</a>.\n\n`)
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&#34;').replaceAll("'", '&#39;')
}
