// Component `_gw/load-balancing`: chooses hosts by policy and weight, leaves out those that fail, and keeps clients with theirs.

import { component, type Hosts, type Site } from '../../../engine/compile/component.ts'
import { asError } from '../../../engine/errors.ts'
import { canonicalName } from '../../../engine/headers.ts'
import { clientExchange, hostStates, showExchange, unheard } from '../../../engine/ports.ts'
import type { Scope } from '../../../engine/scope.ts'
import { addressing, NO_HOSTS, parseHost, queryEncoding } from '../../../engine/steps/balancer.ts'
import type { Layer, Pipe, PipeRequest } from '../../../engine/types.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { isEndOfTime, outcomeOf } from '../failure-conditions.ts'
import { compileStatusList } from '../status-list.ts'
import { startHealthChecks, type HealthRules } from './health-check.ts'
import { type Entry, HostSet, type OutlierRules } from './host-set.ts'
import { HostTable } from './host-table.ts'
import { checkBalancing, options, type Options } from './options.ts'
import { type Choose, compilePolicy } from './policies.ts'
import { cookieOf, KEY_BYTES, nameOfHost, rendezvous, setCookie, stickyKey, type StickyOptions } from './sticky.ts'

const FIRST_BAD_STATUS = 500

export const loadBalancing = component({
  stage: 'backend',
  namespace: '_gw/load-balancing',
  writesCall: true,
  options,
  check: checkBalancing,
  build(given, site) {
    const hosts = site.hosts()
    return hosts instanceof Promise ? hosts.then((found) => balance(given, found, site)) : balance(given, hosts, site)
  },
})

/** How the host of one call is found. */
interface Choice {
  readonly choose: Choose<Entry>
  /** Once the host has answered. */
  readonly onAnswer: ((entry: Entry, scope: Scope) => void) | null
}

function balance(given: Options, hosts: Hosts, site: Site): Layer<Pipe> {
  const table = new HostTable(site.shared, `load-balancing ${site.id}`)
  const label = `${site.label}[Balancer]`
  const outliers = outlierRules(given)
  const health = healthRules(given)
  const readMs = site.clock.steady
  const weights = given.weights.length === 0 ? null : given.weights
  const set = new HostSet({ hosts, weights, table, parse: parseHost, outliers, isChecked: health !== null, readMs, log: site.log, label })
  site.onRetire(() => void table.hold([]))
  const { backend } = site
  if (backend !== null) site.provide(hostStates, { backend, read: () => set.states() })
  if (health !== null) {
    const send = site.transportWith({ disableKeepAlives: true })
    site.onRetire(
      startHealthChecks({ rules: health, entries: () => set.entries, table, send, readMs, random: Math.random, log: site.log, label }),
    )
  }
  const choiceFor = compileChoice(given, set, site)
  const address = addressing(queryEncoding(site))
  return (next) => {
    const call = countedCall(next, set)
    return function balanceLoad(request, scope) {
      const { choose, onAnswer } = choiceFor(request, scope)
      const entry = set.choose(request.tried, choose)
      if (entry === null) return Promise.reject(NO_HOSTS)
      request.tried?.add(entry.url)
      let addressed: PipeRequest
      try {
        addressed = address(request, entry.target)
      } catch (error) {
        return Promise.reject(error)
      }
      const calling = call(entry, addressed, scope)
      if (onAnswer === null) return calling
      return calling.then((response) => {
        onAnswer(entry, scope)
        return response
      })
    }
  }
}

/** A call that is in flight until its answer is there, and whose ending says something about its host. */
function countedCall(next: Pipe, set: HostSet): (entry: Entry, request: PipeRequest, scope: Scope) => ReturnType<Pipe> {
  return function callHost(entry, request, scope) {
    entry.record.begin()
    return next(request, scope).then(
      (response) => {
        if (response.statusCode >= FIRST_BAD_STATUS) set.fail(entry)
        else set.succeed(entry)
        entry.record.end()
        return response
      },
      (thrown: unknown) => {
        judge(entry, asError(thrown), set)
        entry.record.end()
        throw thrown
      },
    )
  }
}

/** A client that left, the end of the whole time, and what the gateway refuses itself say nothing about a host. */
function judge(entry: Entry, error: Error, set: HostSet): void {
  const outcome = outcomeOf(error)
  if (outcome === null || isEndOfTime(error) || outcome.failureClass === 'rejected') return
  if (outcome.status !== null && outcome.status < FIRST_BAD_STATUS) set.succeed(entry)
  else set.fail(entry)
}

function compileChoice({ policy, sticky }: Options, set: HostSet, site: Site): (request: PipeRequest, scope: Scope) => Choice {
  const byPolicy = compilePolicy<Entry>(policy, Math.random)
  const plain: Choice = { choose: byPolicy, onAnswer: null }
  if (sticky === undefined) return () => plain
  showExchange(site)
  if (sticky.header !== '') {
    const name = canonicalName(sticky.header)
    return function chooseByHeader({ headers }, scope) {
      const value = (clientExchange.get(scope)?.headers ?? headers).get(name)
      return value === undefined || value === '' ? plain : { choose: (candidates) => rendezvous(candidates, value), onAnswer: null }
    }
  }
  const key = stickyKey(site.shared.buffer('load-balancing key', KEY_BYTES), sticky.secret)
  const nameOf = rememberNames(key)
  const cookie: StickyOptions = {
    cookie: sticky.cookie,
    header: '',
    ttlS: Math.round((parseDurationMs(sticky.ttl) ?? 0) / 1000),
    sameSite: sticky.same_site,
    isSecure: sticky.secure,
  }
  return function chooseByCookie(_request, scope) {
    const exchange = clientExchange.get(scope)
    if (exchange === undefined) return plain
    const sent = cookieOf(exchange, cookie.cookie)
    return {
      choose(candidates) {
        const own = sent === undefined ? undefined : candidates.find(({ url }) => nameOf(url) === sent)
        return own !== undefined && set.isUsable(own) ? own : byPolicy(candidates)
      },
      onAnswer(entry, of) {
        const name = nameOf(entry.url)
        // An attempt that was called off answers nobody.
        if (name !== sent && !of.ended && exchange.statusCode === 0 && unheard.get(of) === undefined) setCookie(exchange, name, cookie)
      },
    }
  }
}

const MAX_NAMES = 1000

/** perf: a hash costs more than the rest of a choice. */
function rememberNames(key: Uint8Array): (url: string) => string {
  const names = new Map<string, string>()
  return function nameOf(url) {
    let name = names.get(url)
    if (name === undefined) {
      if (names.size >= MAX_NAMES) names.clear()
      names.set(url, (name = nameOfHost(key, url)))
    }
    return name
  }
}

function outlierRules({ outlier_detection: given }: Options): OutlierRules | null {
  if (given === undefined) return null
  return {
    consecutiveErrors: given.consecutive_errors,
    baseEjectionMs: parseDurationMs(given.base_ejection_time) ?? 0,
    maxPercent: given.max_ejection_percent,
  }
}

function healthRules({ health_check: given }: Options): HealthRules | null {
  if (given === undefined) return null
  return {
    path: given.path,
    intervalMs: parseDurationMs(given.interval) ?? 0,
    timeoutMs: parseDurationMs(given.timeout) ?? 0,
    thresholds: { healthy: given.healthy_threshold, unhealthy: given.unhealthy_threshold },
    isGood: compileStatusList(given.statuses),
    fields: Object.entries(given.headers).flatMap(([name, value]) => [canonicalName(name), value]),
  }
}
