// Component `security/http`: allowed hosts, the way to https, and headers for browsers. Knows nothing of routes.

import { component, ConfigError } from '../../../engine/compile/component.ts'
import { asError } from '../../../engine/errors.ts'
import { headerValue } from '../../../engine/header-values.ts'
import { canonicalName } from '../../../engine/headers.ts'
import type { Exchange, Handler } from '../../../engine/types.ts'
import { certainIssue, errorIssue, writeValue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { redirectPage } from '../../../go/html.ts'
import { compileHostPatterns, compileHosts, explainHostPattern } from './allowed-hosts.ts'
import type { IsAllowed } from './allowed-hosts.ts'
import { httpsUrl } from './https-redirect.ts'
import { compileSecurityHeaders } from './security-headers.ts'
import type { HeaderOptions, SecurityHeaders } from './security-headers.ts'

const options = Type.Object({
  allowed_hosts: Type.Array(Type.String(), {
    default: [],
    description: 'Hosts that may be asked for, with their port as sent, in any case; another one is answered 500 `Bad Host`. Empty: all.',
  }),
  allowed_hosts_are_regex: Type.Boolean({
    default: false,
    description: 'The hosts are patterns (RE2 syntax) for the whole host, with case.',
  }),
  host_proxy_headers: Type.Array(Type.String(), {
    default: [],
    description: 'Headers of which the first filled one replaces Host for the check and the redirect.',
  }),
  ssl_redirect: Type.Boolean({ default: false, description: 'Send plain requests to https, with 301.' }),
  ssl_host: Type.String({ default: '', description: 'Host of that redirect. Empty: the host that was asked for.' }),
  ssl_proxy_headers: Type.Record(Type.String(), Type.String(), {
    default: {},
    description: 'A request counts as https if one of these headers has exactly this value.',
  }),
  sts_seconds: Type.Integer({
    default: 0,
    description: 'Seconds that browsers shall use https only: `Strict-Transport-Security`, on https. 0: not sent.',
  }),
  sts_include_subdomains: Type.Boolean({ default: false, description: 'Adds `includeSubDomains` to it.' }),
  force_sts_header: Type.Boolean({ default: false, description: 'Sends it on plain http too.' }),
  frame_deny: Type.Boolean({ default: false, description: '`X-Frame-Options: DENY`.' }),
  custom_frame_options_value: Type.String({
    default: '',
    description: 'Another value of `X-Frame-Options`, with or without `frame_deny`.',
  }),
  content_type_nosniff: Type.Boolean({ default: false, description: '`X-Content-Type-Options: nosniff`.' }),
  browser_xss_filter: Type.Boolean({ default: false, description: '`X-Xss-Protection: 1; mode=block`.' }),
  content_security_policy: Type.String({
    default: '',
    description: "`Content-Security-Policy`; `$NONCE` becomes `'nonce-…'`, new in every request.",
  }),
  referrer_policy: Type.String({ default: '', description: '`Referrer-Policy`.' }),
  is_development: Type.Boolean({ default: false, description: 'No host check, no redirect, no `Strict-Transport-Security`.' }),
})

interface Options extends HeaderOptions {
  readonly allowed_hosts: readonly string[]
  readonly allowed_hosts_are_regex: boolean
  readonly host_proxy_headers: readonly string[]
  readonly ssl_redirect: boolean
  readonly ssl_host: string
  readonly ssl_proxy_headers: Readonly<Record<string, string>>
}

/** Decided once: what a request is checked for. */
interface Checks {
  readonly isHostAllowed: IsAllowed | null
  readonly hostHeaders: readonly string[]
  readonly isRedirecting: boolean
  readonly redirectHost: string
  readonly httpsHeaders: readonly (readonly [name: string, value: string])[]
}

export const securityHttp = component({
  stage: 'router',
  namespace: 'security/http',
  options,
  restricting: true,
  check: ({ allowed_hosts: hosts, allowed_hosts_are_regex: arePatterns, is_development: isOff }) =>
    isOff ? [] : hosts.flatMap((host, index) => (arePatterns ? checkPattern(host, index) : checkHost(host, index))),
  build(options, site) {
    const checks = compileChecks(options)
    const headers = compileSecurityHeaders(options)
    site.log.debug('[SERVICE: Gin][HTTPsecure] Successfully loaded module')
    const hasHeaders = headers.overHttps.length > 0 || headers.policyWithNonce !== null
    if (checks.isHostAllowed === null && !checks.isRedirecting && !hasHeaders) return null
    return (next) => compileHandler(checks, headers, next)
  },
})

function checkPattern(pattern: string, index: number): Issue[] {
  const reason = explainHostPattern(pattern)
  if (reason === null) return []
  return [
    certainIssue('start', 'invalid-pattern', ['allowed_hosts', index], `not a regular expression: ${reason}: the gateway does not start`),
  ]
}

/** Clients send name and port, and nothing around them. */
function checkHost(host: string, index: number): Issue[] {
  const name = /^(?:[a-z]+:\/\/)?([^/]*)/i.exec(host)?.[1] ?? ''
  if (name === host) return []
  const path = ['allowed_hosts', index]
  const issue = errorIssue('invalid-option', path, `no client sends "${host}" as its host: requests for it are refused`, `write "${name}"`)
  return [{ ...issue, fix: writeValue(path, name) }]
}

function compileChecks(options: Options): Checks {
  return {
    isHostAllowed: options.is_development ? null : compileAllowedHosts(options),
    hostHeaders: options.host_proxy_headers.map((name) => canonicalName(name)),
    isRedirecting: options.ssl_redirect && !options.is_development,
    redirectHost: headerValue(options.ssl_host),
    httpsHeaders: Object.entries(options.ssl_proxy_headers).map(([name, value]) => [canonicalName(name), value] as const),
  }
}

/** compat: KrakenD crashes at start on a pattern that is none. */
function compileAllowedHosts({ allowed_hosts, allowed_hosts_are_regex }: Options): IsAllowed | null {
  if (!allowed_hosts_are_regex) return compileHosts(allowed_hosts)
  try {
    return compileHostPatterns(allowed_hosts)
  } catch (error) {
    throw new ConfigError(`security/http: "allowed_hosts" has an invalid pattern: ${asError(error).message}`)
  }
}

function compileHandler(checks: Checks, headers: SecurityHeaders, next: Handler): Handler {
  return function secure(exchange) {
    if (checks.isHostAllowed !== null && !checks.isHostAllowed(hostOf(checks, exchange))) return refuseHost(exchange)
    const isSecure = isOverHttps(checks, exchange)
    if (checks.isRedirecting && !isSecure) return redirect(checks, exchange)
    const { responseHeaders } = exchange
    for (const [name, value] of isSecure ? headers.overHttps : headers.overHttp) responseHeaders.set(name, value)
    if (headers.policyWithNonce !== null) responseHeaders.set('Content-Security-Policy', headers.policyWithNonce())
    return next(exchange)
  }
}

function hostOf({ hostHeaders }: Checks, exchange: Exchange): string {
  for (const name of hostHeaders) {
    const host = exchange.headers.get(name) ?? ''
    if (host !== '') return host
  }
  return exchange.host
}

function isOverHttps({ httpsHeaders }: Checks, exchange: Exchange): boolean {
  if (exchange.isSecure) return true
  // compat: an absent header counts as empty, and may be configured as such.
  for (const [name, value] of httpsHeaders) if ((exchange.headers.get(name) ?? '') === value) return true
  return false
}

function refuseHost(exchange: Exchange): void {
  exchange.responseHeaders.set('Content-Type', 'text/plain; charset=utf-8')
  exchange.responseHeaders.set('X-Content-Type-Options', 'nosniff')
  exchange.answer(500, 'Bad Host\n')
}

function redirect(checks: Checks, exchange: Exchange): void {
  const url = httpsUrl(checks.redirectHost || hostOf(checks, exchange), exchange.target)
  exchange.responseHeaders.set('Location', url)
  const hasPage = exchange.method === 'GET' || exchange.method === 'HEAD'
  if (hasPage) exchange.responseHeaders.set('Content-Type', 'text/html; charset=utf-8')
  exchange.answer(301, exchange.method === 'GET' ? redirectPage(url) : null)
}
