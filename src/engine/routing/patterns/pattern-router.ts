// The router of a configuration with routes of our own beside KrakenD's: chooses between both, and answers what climbs out of a prefix.

import { cleanPath, encodePath } from '../../../go/url.ts'
import { GatewayError } from '../../errors.ts'
import type { Exchange, Handler } from '../../types.ts'
import { redirectTo, type RouteInit, Router, type RouterInit, type Target, toggleTrailingSlash } from '../router.ts'
import { paramName } from '../../../go/param-name.ts'
import { ROUTE_METHODS } from './methods.ts'
import { type Pattern, patternOfGin } from './pattern.ts'
import { rawPathOf } from './raw-path.ts'
import type { OwnRoute } from './route-options.ts'
import { type Asked, redirects, RouteTable, type TableMatch } from './route-table.ts'

/** `.` and `..` as segments, and characters that end a line or a text elsewhere. */
const CLIMBS = /(?:^|\/)\.\.?(?:\/|$)|[\0\r\n]/
const BAD_PATH = new GatewayError('the path has a segment that leads out of it', {
  code: 'ERR_BAD_PATH',
  statusCode: 400,
  source: 'client',
})

export interface PatternRouteInit extends RouteInit {
  readonly own: OwnRoute | null
  readonly kind: string
}

interface OwnTarget extends Target {
  readonly label: string | null
}

export class PatternRouter extends Router {
  readonly #table = new RouteTable<OwnTarget>()
  /** How routes of KrakenD's kind compare with ours. */
  readonly #patterns = new Map<Target, { readonly pattern: Pattern; readonly index: number }>()
  readonly #badPath: Target
  readonly #autoOptions: ((methods: readonly string[]) => Handler) | null
  #count = 0

  /** `autoOptions` makes what answers OPTIONS where no route does; null for 405. */
  constructor(init: RouterInit, autoOptions: ((methods: readonly string[]) => Handler) | null) {
    super(init)
    this.#autoOptions = autoOptions
    // security: answered before any layer sees the request.
    this.#badPath = this.fixedTarget(() => {
      throw BAD_PATH
    }, true)
  }

  addRoute(init: PatternRouteInit): void {
    const index = this.#count++
    const { own, kind, pattern, method, endpoint, handle } = init
    // Which methods a path has is asked when somebody asks.
    if (kind === 'options') return
    if (own === null) {
      this.#patterns.set(this.add(init), { pattern: patternOfGin(pattern), index })
      return
    }
    const label = own.hosts.flatMap((host) => (host.kind === 'label' ? [paramName(host.name)] : []))[0] ?? null
    const params = own.pattern.names.map(paramName)
    const target = { pattern: own.pattern.written, method, endpoint, handle, isBare: false, params, keepsEncoding: own.isRaw, label }
    this.#table.add({ route: own, target, index })
  }

  protected override find(exchange: Exchange): Target | null {
    const path = this.lookedUpPath(exchange)
    const plain = this.match(exchange.method, path)
    // The gateway's own paths stand above every pattern.
    if (plain !== null && plain.route.value.endpoint === null) return this.accept(exchange, plain)
    const { method, host, headers, target } = exchange
    const asked = { method, host, headers, path, sentPath: exchange.path, rawPath: rawPathOf(target) }
    const own = this.#table.find(asked, plain === null ? null : (this.#patterns.get(plain.route.value) ?? null))
    if (own !== null) return this.#take(exchange, own)
    if (plain !== null) return this.accept(exchange, plain)
    if (this.#redirect(exchange, asked)) return null
    return this.#missWithOwn(exchange, asked)
  }

  #take(exchange: Exchange, { entry, values, label }: TableMatch<OwnTarget>): Target {
    const { route, target } = entry
    if ((route.pattern.hasRest || route.isRaw) && CLIMBS.test(exchange.path)) return this.#badPath
    for (let i = 0; i < values.length; i++) exchange.params.set(target.params[i] as string, values[i] as string)
    if (label !== null && target.label !== null) exchange.params.set(target.label, label)
    return target
  }

  /** As the router's own redirects: the slash first, then the spelling. */
  #redirect(exchange: Exchange, asked: Asked): boolean {
    const { options } = this.init
    if (asked.path === '/' || exchange.method === 'CONNECT') return false
    if (!options.disable_redirect_trailing_slash) {
      const toggled = {
        ...asked,
        path: toggleTrailingSlash(asked.path),
        sentPath: toggleTrailingSlash(asked.path),
        rawPath: toggleTrailingSlash(asked.rawPath),
      }
      const found = this.#table.find(toggled, null)
      if (found !== null && redirects(found.entry)) {
        redirectTo(exchange, found.entry.route.isRaw ? toggled.rawPath : encodePath(toggled.path))
        return true
      }
    }
    if (options.disable_redirect_fixed_path) return false
    const clean = cleanPath(exchange.path)
    const fixed = this.#table.findIgnoringCase(asked, clean) ?? this.#table.findIgnoringCase(asked, toggleTrailingSlash(clean))
    if (fixed === null) return false
    redirectTo(exchange, encodePath(fixed))
    return true
  }

  #missWithOwn(exchange: Exchange, asked: Asked): Target | null {
    const found = this.#table.methodsOf(asked)
    if (found.delete('*')) for (const method of ROUTE_METHODS) found.add(method)
    const answersOptions = asked.method === 'OPTIONS' ? this.#autoOptions : null
    if (found.size > 0 || answersOptions !== null) for (const method of this.allowedMethods(asked.method, asked.path)) found.add(method)
    if (found.size === 0) return this.miss(exchange, asked.path)
    const methods = [...found].sort()
    return answersOptions === null ? this.refuseMethod(exchange, methods) : this.fixedTarget(answersOptions(methods), false)
  }
}
