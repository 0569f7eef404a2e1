// The routes of `_gw/route` by host, path, header fields and method. Knows nothing of redirects and answers.

import type { HeaderMap } from '../../headers.ts'
import { compareHosts, hostNameOf, type HostPattern, matchHost } from './host-pattern.ts'
import { UNSERVED_METHODS } from './methods.ts'
import { comparePatterns, type Pattern } from './pattern.ts'
import { PatternTree } from './pattern-tree.ts'
import { escapeUnsafe, normalizeSegment } from './raw-path.ts'
import type { HeaderCondition, OwnRoute } from './route-options.ts'

/** A route with what the router serves it by. */
export interface Entry<T> {
  readonly route: OwnRoute
  readonly target: T
  /** Its place in the file. */
  readonly index: number
}

/** What of a request decides. */
export interface Asked {
  readonly method: string
  readonly host: string
  readonly headers: HeaderMap
  /** As patterns of most routes see it. */
  readonly path: string
  /** The same as it came: what takes the rest of a path gets it as it is. */
  readonly sentPath: string
  /** Encoded. */
  readonly rawPath: string
}

export interface TableMatch<T> {
  readonly entry: Entry<T>
  readonly values: readonly string[]
  /** What stood for the label of a host; null where the route has none. */
  readonly label: string | null
}

/** The routes of one host pattern, or those for any host. */
interface Group<T> {
  readonly host: HostPattern | null
  readonly decoded: PatternTree<Entry<T>>
  readonly raw: PatternTree<Entry<T>>
}

/** A route of another kind that matches as well; its pattern is compared. */
export interface Rival {
  readonly pattern: Pattern
  readonly index: number
}

const RAW_READING = { keyOf: normalizeSegment, valueOf: escapeUnsafe }

export class RouteTable<T> {
  /** The most particular host first, any host last. */
  readonly #groups: Group<T>[] = []
  /** Header fields that a route has a condition for. */
  readonly #conditionNames = new Set<string>()

  add(entry: Entry<T>): void {
    const { hosts, pattern, headers, isRaw, trailingSlash } = entry.route
    for (const { name } of headers) this.#conditionNames.add(name)
    for (const host of hosts.length === 0 ? [null] : hosts) {
      const group = this.#groupOf(host)
      const tree = isRaw ? group.raw : group.decoded
      tree.add(pattern, entry)
      const toggled = trailingSlash === 'ignore' ? withToggledSlash(pattern) : null
      if (toggled !== null) tree.add(toggled, entry)
    }
  }

  #groupOf(host: HostPattern | null): Group<T> {
    const isSame = (group: Group<T>): boolean => group.host?.kind === host?.kind && group.host?.suffix === host?.suffix
    const known = this.#groups.find(isSame)
    if (known !== undefined) return known
    const group = { host, decoded: new PatternTree(compareEntries<T>), raw: new PatternTree(compareEntries<T>, RAW_READING) }
    this.#groups.push(group)
    this.#groups.sort((a, b) =>
      a.host === null || b.host === null ? Number(a.host === null) - Number(b.host === null) : compareHosts(a.host, b.host),
    )
    return group
  }

  /** The route of a request; null when there is none, or when `rival`, which is for any host, is to be preferred. */
  find(asked: Asked, rival: Rival | null): TableMatch<T> | null {
    const sent = new SentFields(asked.headers, this.#conditionNames)
    const accepts = (entry: Entry<T>): boolean => serves(entry.route, asked.method) && sent.meet(entry.route.headers)
    for (const { group, label } of this.#groupsFor(asked.host)) {
      const found = findIn(group, asked, accepts)
      if (found === null) continue
      if (group.host === null && rival !== null && comparesWorse(found.entry, rival)) return null
      return { ...found, label: group.host?.kind === 'label' ? label : null }
    }
    return null
  }

  /** Methods that the path has with the same host and header fields, whatever was asked with. */
  methodsOf(asked: Asked): Set<string> {
    const methods = new Set<string>()
    const sent = new SentFields(asked.headers, this.#conditionNames)
    const collect = ({ route }: Entry<T>): boolean => {
      if (sent.meet(route.headers)) for (const method of route.methods ?? ['*']) methods.add(method)
      return false
    }
    for (const { group } of this.#groupsFor(asked.host)) findIn(group, asked, collect)
    return methods
  }

  /** The path that differs from what was asked for only in case and leads to a route that redirects; null when there is none. */
  findIgnoringCase(asked: Asked, path: string): string | null {
    const sent = new SentFields(asked.headers, this.#conditionNames)
    const accepts = (entry: Entry<T>): boolean => serves(entry.route, asked.method) && redirects(entry) && sent.meet(entry.route.headers)
    for (const { group } of this.#groupsFor(asked.host)) {
      const found = group.decoded.findIgnoringCase(path, accepts)
      if (found !== null) return found
    }
    return null
  }

  *#groupsFor(host: string): Generator<{ group: Group<T>; label: string }> {
    let name: string | null = null
    for (const group of this.#groups) {
      if (group.host !== null) name ??= hostNameOf(host)
      const label = group.host === null ? '' : matchHost(group.host, name as string)
      if (label !== null) yield { group, label }
    }
  }
}

/** Whether a missing or superfluous slash leads to the route. */
export function redirects({ route }: Entry<unknown>): boolean {
  return route.trailingSlash === 'redirect' && !route.pattern.hasRest
}

function serves({ methods }: OwnRoute, method: string): boolean {
  return methods === null ? !UNSERVED_METHODS.has(method) : methods.includes(method)
}

/**
 * What conditions want to know of the fields of a request.
 * security: they are walked once for all routes, and only when one has a condition: many of both would cost their product.
 */
class SentFields {
  readonly #headers: HeaderMap
  readonly #names: ReadonlySet<string>
  #values: Map<string, Set<string>> | null = null

  constructor(headers: HeaderMap, names: ReadonlySet<string>) {
    this.#headers = headers
    this.#names = names
  }

  meet(conditions: readonly HeaderCondition[]): boolean {
    if (conditions.length === 0) return true
    const sent = (this.#values ??= this.#collect())
    return conditions.every(({ name, value }) => (value === null ? sent.has(name) : sent.get(name)?.has(value) === true))
  }

  #collect(): Map<string, Set<string>> {
    const sent = new Map<string, Set<string>>()
    const { fields } = this.#headers
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] as string
      if (!this.#names.has(name)) continue
      const values = sent.get(name)
      if (values === undefined) sent.set(name, new Set([fields[i + 1] as string]))
      else values.add(fields[i + 1] as string)
    }
    return sent
  }
}

/** The better of what each tree of a group has. */
function findIn<T>(
  group: Group<T>,
  asked: Asked,
  accepts: (entry: Entry<T>) => boolean,
): { entry: Entry<T>; values: readonly string[] } | null {
  let best: { entry: Entry<T>; values: readonly string[] } | null = null
  const offer = (tree: PatternTree<Entry<T>>, path: string, test: (entry: Entry<T>) => boolean): void => {
    const found = tree.isEmpty ? null : tree.find(path, test)
    if (found !== null && (best === null || compareMatches(found.entry, best.entry) < 0)) best = found
  }
  if (asked.path === asked.sentPath) offer(group.decoded, asked.path, accepts)
  else {
    // A path that was cleaned is none that the rest of a path may be taken from.
    offer(group.decoded, asked.path, (entry) => !entry.route.pattern.hasRest && accepts(entry))
    offer(group.decoded, asked.sentPath, (entry) => entry.route.pattern.hasRest && accepts(entry))
  }
  offer(group.raw, asked.rawPath, accepts)
  return best
}

/** For entries of equal patterns: more conditions first, then the order of the file. */
function compareEntries<T>(a: Entry<T>, b: Entry<T>): number {
  return b.route.headers.length - a.route.headers.length || a.index - b.index
}

function compareMatches<T>(a: Entry<T>, b: Entry<T>): number {
  return comparePatterns(a.route.pattern, b.route.pattern) || compareEntries(a, b)
}

function comparesWorse({ route, index }: Entry<unknown>, rival: Rival): boolean {
  return (comparePatterns(route.pattern, rival.pattern) || (route.headers.length > 0 ? -1 : index - rival.index)) > 0
}

/** `/x/` of `/x` and the other way round; null where a slash has nothing to say. */
function withToggledSlash({ segments, hasRest }: Pattern): Pick<Pattern, 'segments'> | null {
  if (hasRest || (segments.length === 1 && isEmptyLiteral(segments[0]))) return null
  if (isEmptyLiteral(segments.at(-1))) return { segments: segments.slice(0, -1) }
  return { segments: [...segments, { kind: 'literal', text: '' }] }
}

function isEmptyLiteral(segment: Pattern['segments'][number] | undefined): boolean {
  return segment?.kind === 'literal' && segment.text === ''
}
