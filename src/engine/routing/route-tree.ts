// Finds the route of a path as gin does: static before parameter before catch-all, with backtracking. Knows nothing of HTTP.

import { ConfigError } from '../compile/component.ts'
import { findGinParam, unescapeColons } from '../../go/gin-path.ts'

/** One registered path of one method. */
export interface Route<T> {
  readonly pattern: string
  readonly value: T
  /** Parameter names as written, in order. */
  readonly paramNames: readonly string[]
}

export interface Match<T> {
  readonly route: Route<T>
  readonly values: readonly string[]
}

/** A position after some segments; its children are what the next segment may be. */
class Node<T> {
  route: Route<T> | null = null
  readonly statics = new Map<string, Node<T>>()
  /** Segments with a parameter, longest literal prefix first. */
  readonly params: { readonly prefix: string; readonly name: string; readonly node: Node<T> }[] = []
  catchAll: { readonly name: string; readonly route: Route<T> } | null = null
}

/** compat: gin knows one escape, `\:` for a colon that begins no parameter; a backslash may end a path. */
const BAD_ESCAPE = /\\(?!:|$)/

/** The routes of one method. */
export class RouteTree<T> {
  readonly #root = new Node<T>()
  /** perf: most requests are for paths without parameters. */
  readonly #exact = new Map<string, Route<T>>()
  #hasDynamic = false

  /** Throws a ConfigError in gin's words when the path cannot live beside those that are there. */
  add(pattern: string, value: T): void {
    const paramNames: string[] = []
    let node = this.#root
    const segments = pattern.slice(1).split('/')
    for (const [index, segment] of segments.entries()) {
      const at = findGinParam(segment)
      const literal = at < 0 ? segment : segment.slice(0, at)
      if (BAD_ESCAPE.test(literal) || (literal.endsWith('\\') && index < segments.length - 1))
        throw new ConfigError(`invalid escape string in path '${pattern}'`)
      const text = unescapeColons(literal)
      if (at < 0) {
        let child = node.statics.get(text)
        if (child === undefined) node.statics.set(text, (child = new Node()))
        node = child
        continue
      }
      this.#hasDynamic = true
      const name = segment.slice(at + 1)
      if (/[:*]/.test(name))
        throw new ConfigError(`only one wildcard per path segment is allowed, has: '${segment.slice(at)}' in path '${pattern}'`)
      if (name === '') throw new ConfigError(`wildcards must be named with a non-empty name in path '${pattern}'`)
      paramNames.push(name)
      if (segment[at] === '*') {
        this.#addCatchAll(node, pattern, segments.slice(index), name, { pattern, value, paramNames })
        return
      }
      node = this.#paramChild(node, pattern, segments.slice(0, index + 1), text, name)
    }
    if (node.route !== null) throw new ConfigError(`handlers are already registered for path '${pattern}'`)
    node.route = { pattern, value, paramNames }
    if (paramNames.length === 0) this.#exact.set(unescapeColons(pattern), node.route)
  }

  #addCatchAll(node: Node<T>, pattern: string, rest: readonly string[], name: string, route: Route<T>): void {
    if (rest.length > 1) throw new ConfigError(`catch-all routes are only allowed at the end of the path in path '${pattern}'`)
    if (rest[0] !== `*${name}`) throw new ConfigError(`no / before catch-all in path '${pattern}'`)
    if (node.catchAll !== null) throw new ConfigError(`handlers are already registered for path '${pattern}'`)
    node.catchAll = { name, route }
  }

  #paramChild(node: Node<T>, pattern: string, upTo: readonly string[], prefix: string, name: string): Node<T> {
    const known = node.params.find((candidate) => candidate.prefix === prefix)
    if (known !== undefined) {
      if (known.name === name) return known.node
      const existing = `/${[...upTo.slice(0, -1), `${prefix}:${known.name}`].join('/')}`
      throw new ConfigError(
        `':${name}' in new path '${pattern}' conflicts with existing wildcard ':${known.name}' in existing prefix '${existing}'`,
      )
    }
    const child = new Node<T>()
    node.params.push({ prefix, name, node: child })
    node.params.sort((a, b) => b.prefix.length - a.prefix.length)
    return child
  }

  /** The route of a decoded path, null when there is none. */
  find(path: string): Match<T> | null {
    const exact = this.#exact.get(path)
    if (exact !== undefined) return { route: exact, values: NO_VALUES }
    if (!this.#hasDynamic) return null
    const values: string[] = []
    const route = walk(this.#root, path, 1, values)
    return route === null ? null : { route, values }
  }

  /** compat: parameters that gin had read when it found no route; it checks them like any others. */
  valuesOfFailure(path: string): readonly string[] {
    if (!this.#hasDynamic) return NO_VALUES
    const values: string[] = []
    walk(this.#root, path, 1, values)
    return values
  }

  /** compat: gin sends any path that cleans to `/` there when its radix tree has no node for `/` itself. */
  get lacksRoot(): boolean {
    const first = new Set([...this.#root.statics.keys()].map((segment) => segment.slice(0, 1)))
    return first.size === 1 && this.#root.params.every(({ prefix }) => first.has(prefix.slice(0, 1))) && this.#root.catchAll === null
  }

  /** Whether a request for the path is redirected to the one with its trailing slash added or removed. */
  isTrailingSlashWrong(path: string): boolean {
    if (!path.endsWith('/')) return this.find(`${path}/`) !== null
    const shorter = path.slice(0, -1)
    return this.find(shorter) !== null || hasNodeForSlash(this.#root, shorter, 1)
  }

  /** The path as registered whose spelling differs only in case, with the parameters as they came; null when there is none. */
  findIgnoringCase(path: string): string | null {
    const found = walkIgnoringCase(this.#root, path, 1)
    return found === null ? null : `/${found}`
  }
}

const NO_VALUES: readonly string[] = []

function walk<T>(node: Node<T>, path: string, start: number, values: string[]): Route<T> | null {
  const slash = path.indexOf('/', start)
  const isLast = slash < 0
  const segment = isLast ? path.slice(start) : path.slice(start, slash)
  const count = values.length
  const child = node.statics.get(segment)
  if (child !== undefined) {
    const route = isLast ? child.route : walk(child, path, slash + 1, values)
    if (route !== null) return route
  }
  for (const { prefix, node: next } of node.params) {
    if (!segment.startsWith(prefix)) continue
    // compat: gin takes an empty parameter in the middle of a path, but not at its end.
    if (isLast && segment.length === prefix.length) continue
    // A failed attempt leaves its values until the next one: see `valuesOfFailure`.
    values.length = count
    values.push(segment.slice(prefix.length))
    const route = isLast ? next.route : walk(next, path, slash + 1, values)
    if (route !== null) return route
  }
  if (node.catchAll === null) return null
  values.length = count
  values.push(path.slice(start - 1))
  return node.catchAll.route
}

function walkIgnoringCase<T>(node: Node<T>, path: string, start: number): string | null {
  const slash = path.indexOf('/', start)
  const isLast = slash < 0
  const segment = isLast ? path.slice(start) : path.slice(start, slash)
  const lower = segment.toLowerCase()
  const go = (next: Node<T>, text: string): string | null => {
    if (isLast) return next.route === null ? null : text
    const rest = walkIgnoringCase(next, path, slash + 1)
    return rest === null ? null : `${text}/${rest}`
  }
  for (const [name, next] of node.statics) {
    if (name.toLowerCase() !== lower) continue
    const found = go(next, name)
    if (found !== null) return found
  }
  for (const { prefix, node: next } of node.params) {
    if (!lower.startsWith(prefix.toLowerCase()) || segment.length === prefix.length) continue
    const found = go(next, prefix + segment.slice(prefix.length))
    if (found !== null) return found
  }
  return node.catchAll === null ? null : path.slice(start)
}

/**
 * compat: where a path is left with nothing but its slash and something may follow that slash, gin suggests the path without it,
 * whether or not it exists, provided that its radix tree has a node that begins with the slash. It has one behind every parameter.
 */
function hasNodeForSlash<T>(node: Node<T>, path: string, start: number): boolean {
  const slash = path.indexOf('/', start)
  const segment = slash < 0 ? path.slice(start) : path.slice(start, slash)
  const fits = (next: Node<T>, isSplit: () => boolean): boolean =>
    slash < 0 ? isContinuedBelow(next) && isSplit() : hasNodeForSlash(next, path, slash + 1)
  const child = node.statics.get(segment)
  if (child !== undefined && fits(child, () => isContinued(node, segment))) return true
  return node.params.some(
    ({ prefix, node: next }) => segment.length > prefix.length && segment.startsWith(prefix) && fits(next, () => true),
  )
}

function isContinuedBelow<T>({ statics, params, catchAll }: Node<T>): boolean {
  return statics.size > 0 || params.length > 0 || catchAll !== null
}

/** Whether another segment begins with this one: gin's tree splits there. */
function isContinued<T>(node: Node<T>, segment: string): boolean {
  for (const other of node.statics.keys()) if (other.length > segment.length && other.startsWith(segment)) return true
  return node.params.some(({ prefix }) => prefix.startsWith(segment))
}
