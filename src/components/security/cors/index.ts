// Component `security/cors`: answers preflights and tells browsers who may read answers. Knows nothing of routes.

import type { Static } from 'typebox'
import { perDialect } from '../../../config/dialect.ts'
import { component } from '../../../engine/compile/component.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { headerValue } from '../../../engine/header-values.ts'
import { canonicalName } from '../../../engine/headers.ts'
import { allowedOrigins, droppedHeaders } from '../../../engine/ports.ts'
import type { Exchange, Handler } from '../../../engine/types.ts'
import { parseDuration } from '../../../go/duration.ts'
import { Type } from '../../../schema/type.ts'
import { checkCors } from './check-options.ts'
import { compileHeaders, compileMethods, compileOrigins, explainRefusedHeaders, preflightStatus } from './cors-policy.ts'
import { compileHeadersV1, compileMethodsV1 } from './cors-policy-v1.ts'

const options = Type.Object({
  allow_origins: Type.Array(Type.String(), {
    default: [],
    description: 'Allowed origins in any case; the first `*` in one stands for any text. Empty: all.',
  }),
  allow_methods: Type.Array(Type.String(), {
    default: [],
    description: 'Allowed methods as written, and OPTIONS always. Empty: GET, POST and HEAD.',
  }),
  allow_headers: Type.Array(Type.String(), { default: [], description: 'Request headers that scripts may set. Empty or `*`: all.' }),
  expose_headers: Type.Array(Type.String(), { default: [], description: 'Response headers that scripts may read.' }),
  allow_credentials: Type.Boolean({ default: false, description: 'Whether cookies and credentials may be sent.' }),
  max_age: Type.String({
    default: '',
    description: 'How long browsers remember a preflight, such as `12h`, in whole seconds. Empty: not sent.',
  }),
  allow_private_network: Type.Boolean({ default: false, description: 'Whether public sites may reach a private network.' }),
  options_passthrough: Type.Boolean({ default: false, description: 'Let endpoints answer preflights, with the headers set here.' }),
  options_success_status: Type.Integer({
    default: 0,
    description: 'Status of preflights, refused ones too; browsers want one of 2xx. 0: 204.',
  }),
  debug: Type.Boolean({ default: false, description: 'Log every decision at level DEBUG.' }),
})

export type Options = Static<typeof options>

interface CorsQuirks {
  /** Of preflights, whatever the block says; null: as it says. */
  readonly preflightStatus: number | null
  /** `options_passthrough` counts. */
  readonly mayPassOn: boolean
  /** `allow_private_network` counts. */
  readonly knowsPrivateNetworks: boolean
  /** A negative age is sent as 0; else not at all. */
  readonly sendsNegativeAge: boolean
  /** `Vary` of preflights has one line for each name. */
  readonly splitsVary: boolean
  /** The allowed method is told in upper case. */
  readonly raisesMethod: boolean
  /** An OPTIONS request that is no preflight has the headers, too. */
  readonly answersOptions: boolean
  readonly compileMethods: (allowed: readonly string[]) => (method: string) => boolean
  readonly allowHeaders: (allowed: readonly string[]) => (exchange: Exchange) => boolean
  /** Why requested headers were refused. */
  readonly explainHeaders: (allowed: readonly string[], requested: readonly string[]) => string
}

const VERSION_3: CorsQuirks = {
  preflightStatus: null,
  mayPassOn: true,
  knowsPrivateNetworks: true,
  sendsNegativeAge: true,
  splitsVary: false,
  raisesMethod: false,
  answersOptions: true,
  compileMethods,
  allowHeaders,
  explainHeaders: explainRefusedHeaders,
}

const QUIRKS = perDialect(VERSION_3, {
  2: {
    preflightStatus: 200,
    mayPassOn: false,
    knowsPrivateNetworks: false,
    sendsNegativeAge: false,
    splitsVary: true,
    raisesMethod: true,
    answersOptions: false,
    compileMethods: compileMethodsV1,
    allowHeaders: allowHeadersV1,
    explainHeaders: () => 'a requested header is not allowed',
  },
})

/** Decided once: what both kinds of requests need. */
interface Policy {
  /** Null: all. */
  readonly isOriginAllowed: ((origin: string) => boolean) | null
  readonly isMethodAllowed: (method: string) => boolean
  /** Sets the headers that allow the requested ones; false when they are not allowed. */
  readonly allowHeaders: (exchange: Exchange) => boolean
  /** Why they are not. */
  readonly explainHeaders: (exchange: Exchange) => string
  readonly exposed: string
  readonly hasCredentials: boolean
  readonly isPrivateNetworkAllowed: boolean
  /** Empty: none is sent. */
  readonly maxAge: string
  readonly preflightVary: readonly string[]
  readonly quirks: CorsQuirks
  /** Tells what was decided about a request, and why; null without `debug`. */
  readonly debug: ((exchange: Exchange, decision: string) => void) | null
}

export const cors = component({
  stage: 'server',
  namespace: 'security/cors',
  options,
  // compat: KrakenD crashes when it starts to serve.
  whenWrongType: { stop: ['max_age'] },
  restricting: 'partly',
  check: (given, block) => checkCors(given, block, QUIRKS[block.dialect].preflightStatus === null),
  build(options, site) {
    const quirks = QUIRKS[site.config.dialect]
    const policy = compilePolicy(options, quirks, site)
    const statusCode = quirks.preflightStatus ?? preflightStatus(options.options_success_status)
    const isPassedOn = quirks.mayPassOn && options.options_passthrough
    site.provide(allowedOrigins, policy.isOriginAllowed ?? (() => true))
    site.provide(droppedHeaders, (name) => name.startsWith('Access-Control-'))
    site.log.debug('[SERVICE: Gin][CORS] Enabled CORS for all requests')
    return (next) => compileHandler(policy, isPassedOn ? next : (exchange) => exchange.answer(statusCode), next)
  },
})

function compilePolicy(options: Options, quirks: CorsQuirks, site: Site): Policy {
  const isPrivateNetworkAllowed = quirks.knowsPrivateNetworks && options.allow_private_network
  const vary = ['Origin', 'Access-Control-Request-Method', 'Access-Control-Request-Headers']
  if (isPrivateNetworkAllowed) vary.push('Access-Control-Request-Private-Network')
  return {
    isOriginAllowed: compileOrigins(options.allow_origins),
    isMethodAllowed: quirks.compileMethods(options.allow_methods),
    allowHeaders: quirks.allowHeaders(options.allow_headers),
    explainHeaders: ({ headers }) => quirks.explainHeaders(options.allow_headers, headers.values('Access-Control-Request-Headers')),
    exposed: headerValue(options.expose_headers.map((name) => canonicalName(name)).join(', ')),
    hasCredentials: options.allow_credentials,
    isPrivateNetworkAllowed,
    maxAge: secondsOf(options.max_age, quirks.sendsNegativeAge),
    preflightVary: quirks.splitsVary ? vary : [vary.join(', ')],
    quirks,
    debug: options.debug ? (exchange, decision) => site.log.debug(describe(exchange, decision)) : null,
  }
}

/** `[CORS] preflight of GET /x from http://a.b: refused, …`. */
function describe({ method, path, headers }: Exchange, decision: string): string {
  const wanted = headers.get('Access-Control-Request-Method')
  const subject = method === 'OPTIONS' && wanted !== undefined ? `preflight of ${wanted}` : method
  return `[CORS] ${subject} ${path} from ${headers.get('Origin') ?? 'no origin'}: ${decision}`
}

/** Whole seconds; a negative age is sent as 0 or not at all, an unreadable one not at all. */
function secondsOf(maxAge: string, sendsNegativeAge: boolean): string {
  const nanoseconds = parseDuration(maxAge)
  const seconds = typeof nanoseconds === 'number' ? Math.trunc(nanoseconds / 1e9) : 0
  if (seconds > 0) return String(seconds)
  return seconds < 0 && sendsNegativeAge ? '0' : ''
}

function allowHeaders(allowed: readonly string[]): (exchange: Exchange) => boolean {
  const areAllowed = compileHeaders(allowed)
  return function echoHeaders({ headers, responseHeaders }) {
    const requested = headers.values('Access-Control-Request-Headers')
    if (areAllowed !== null && !areAllowed(requested)) return false
    if ((requested[0] ?? '') !== '') for (const value of requested) responseHeaders.add('Access-Control-Allow-Headers', value)
    return true
  }
}

function allowHeadersV1(allowed: readonly string[]): (exchange: Exchange) => boolean {
  const readRequested = compileHeadersV1(allowed)
  return function listHeaders({ headers, responseHeaders }) {
    const requested = readRequested(headers.get('Access-Control-Request-Headers') ?? '')
    if (requested === null) return false
    if (requested.length > 0) responseHeaders.set('Access-Control-Allow-Headers', requested.join(', '))
    return true
  }
}

function compileHandler(policy: Policy, answerPreflight: Handler, next: Handler): Handler {
  return function cors(exchange) {
    if (exchange.method === 'OPTIONS' && (exchange.headers.get('Access-Control-Request-Method') ?? '') !== '') {
      preflight(policy, exchange)
      return answerPreflight(exchange)
    }
    actual(policy, exchange)
    return next(exchange)
  }
}

function preflight(policy: Policy, exchange: Exchange): void {
  const { headers, responseHeaders } = exchange
  for (const vary of policy.preflightVary) responseHeaders.add('Vary', vary)
  if (!isOriginGood(policy, exchange)) return
  const method = headers.get('Access-Control-Request-Method') as string
  if (!policy.isMethodAllowed(method)) return policy.debug?.(exchange, 'refused, the method is not allowed')
  if (!policy.allowHeaders(exchange)) return policy.debug?.(exchange, `refused, ${policy.explainHeaders(exchange)}`)
  allowOrigin(policy, exchange)
  responseHeaders.set('Access-Control-Allow-Methods', policy.quirks.raisesMethod ? method.toUpperCase() : method)
  if (policy.hasCredentials) responseHeaders.set('Access-Control-Allow-Credentials', 'true')
  if (policy.isPrivateNetworkAllowed && headers.get('Access-Control-Request-Private-Network') === 'true') {
    responseHeaders.set('Access-Control-Allow-Private-Network', 'true')
  }
  if (policy.maxAge !== '') responseHeaders.set('Access-Control-Max-Age', policy.maxAge)
  policy.debug?.(exchange, 'allowed')
}

function actual(policy: Policy, exchange: Exchange): void {
  const { method, responseHeaders } = exchange
  if (!policy.quirks.answersOptions && method === 'OPTIONS') return
  responseHeaders.add('Vary', 'Origin')
  if (!isOriginGood(policy, exchange)) return
  if (!policy.isMethodAllowed(method)) return policy.debug?.(exchange, 'no headers, the method is not allowed')
  allowOrigin(policy, exchange)
  if (policy.exposed !== '') responseHeaders.set('Access-Control-Expose-Headers', policy.exposed)
  if (policy.hasCredentials) responseHeaders.set('Access-Control-Allow-Credentials', 'true')
}

function isOriginGood(policy: Policy, exchange: Exchange): boolean {
  const origin = exchange.headers.get('Origin') ?? ''
  const isGood = origin !== '' && (policy.isOriginAllowed === null || policy.isOriginAllowed(origin))
  if (!isGood) policy.debug?.(exchange, origin === '' ? 'no origin, so nothing to allow' : 'refused, the origin is not allowed')
  return isGood
}

function allowOrigin(policy: Policy, { headers, responseHeaders }: Exchange): void {
  responseHeaders.set('Access-Control-Allow-Origin', policy.isOriginAllowed === null ? '*' : (headers.get('Origin') as string))
}
