// One endpoint with its backends: defaults, placeholders and KrakenD's checks. Knows no other endpoint.

import { perDialect } from './dialect.ts'
import type { RawBackend, RawEndpoint } from './fields.ts'
import { canonicalHeaderName } from '../go/header-name.ts'
import { parseBackend } from './parse-backend.ts'
import { finishExtraConfig, type ParseContext, reportInvalid } from './parse-context.ts'
import { withFallback } from './parse-fallback.ts'
import { routeParamsOf } from './route-params.ts'
import type { BackendConfig, ConfigPath, EndpointConfig } from './types.ts'
import { cleanPath, type EndpointPath, readEndpointPath, readUrlPattern, type UrlPattern } from './url-params.ts'

/** What an endpoint takes over from the service. */
export interface EndpointParent {
  readonly hosts: readonly string[]
  readonly timeoutMs: number
  readonly cacheTtlMs: number
  readonly outputEncoding: string
  readonly disableRest: boolean
}

interface EndpointQuirks {
  readonly forbiddenPath: RegExp
  /** KrakenD's words; `name` is `'GET /x'`. */
  readonly describeBadPath: (name: string) => string
  readonly describeNoBackends: (name: string) => string
  readonly undefinedParam: string
}

const VERSION_3: EndpointQuirks = {
  forbiddenPath: /^[^/]|\*.|\/__(debug|echo|health)(\/.*)?$/,
  describeBadPath: (name) => `ignoring the ${name} endpoint, since it is invalid!!!`,
  describeNoBackends: (name) => `ignoring the ${name} endpoint, since it has 0 backends defined!`,
  undefinedParam: 'undefined',
}

const QUIRKS = perDialect(VERSION_3, {
  2: {
    forbiddenPath: /^[^/]|\/__debug(\/.*)?$/,
    describeBadPath: (name) => `ERROR: the endpoint url path ${name} is not a valid one!!! Ignoring`,
    describeNoBackends: (name) => `WARNING: the ${name} endpoint has 0 backends defined! Ignoring`,
    undefinedParam: 'Undefined',
  },
})

/** An endpoint that KrakenD refuses is returned all the same, its issues are in the context. */
export function parseEndpoint(raw: RawEndpoint, index: number, parent: EndpointParent, context: ParseContext): EndpointConfig {
  const at: ConfigPath = ['endpoints', index]
  const writtenPath = cleanPath(raw.endpoint)
  checkEndpoint(raw, writtenPath, at, context)
  const routeParams = routeParamsOf(raw.extra_config, writtenPath)
  const plainPath = readEndpointPath(writtenPath, !parent.disableRest, context.dialect)
  const endpointPath = routeParams === null ? plainPath : { ...plainPath, params: routeParams }
  const endpoint = {
    at,
    path: endpointPath.path,
    writtenPath,
    method: raw.method.toUpperCase() || 'GET',
    timeoutMs: raw.timeout || parent.timeoutMs,
    cacheTtlMs: raw.cache_ttl || parent.cacheTtlMs,
    concurrentCalls: raw.concurrent_calls || 1,
    outputEncoding: raw.output_encoding || parent.outputEncoding,
    inputHeaders: context.quirks.canonicalInputHeaders ? raw.input_headers.map(canonicalHeaderName) : raw.input_headers,
    inputQueryStrings: raw.input_query_strings,
  }
  if (endpoint.outputEncoding === 'no-op' && raw.backend.length > 1) {
    const message = 'can not use NoOp encoding with more than one backends connected to the same endpoint'
    reportInvalid(context, 'no-op-backends', [...at, 'backend'], message, 'keep one backend, or choose another output_encoding')
  }
  const extraConfig = finishExtraConfig(raw.extra_config, at, context)
  const backends = parseBackends(raw, endpoint, endpointPath, parent, context)
  return { ...endpoint, isNoOp: passesAnswers(endpoint.outputEncoding, backends, context), extraConfig, backends }
}

/** compat: an unknown encoding of the answer means that of the only backend, in the case in which it is written. */
function passesAnswers(outputEncoding: string, backends: readonly BackendConfig[], { quirks }: ParseContext): boolean {
  const [backend] = backends
  if (quirks.renderNames.includes(outputEncoding)) return false
  return outputEncoding === 'no-op' || (backends.length === 1 && backend?.writtenEncoding === 'no-op')
}

function checkEndpoint(raw: RawEndpoint, writtenPath: string, at: ConfigPath, context: ParseContext): void {
  const name = `'${raw.method} ${writtenPath}'`
  const { forbiddenPath, describeBadPath, describeNoBackends } = QUIRKS[context.dialect]
  // A route of ours has stars where its own patterns have them.
  const checked = routeParamsOf(raw.extra_config, writtenPath) === null ? writtenPath : writtenPath.replaceAll('*}', '}')
  if (forbiddenPath.test(checked)) {
    const hint = writtenPath.includes('*')
      ? 'endpoints cannot have wildcards'
      : 'paths ending in /__debug, /__echo or /__health are the gateway’s own'
    reportInvalid(context, 'invalid-endpoint', [...at, 'endpoint'], describeBadPath(name), hint)
  }
  if (raw.backend.length === 0) {
    reportInvalid(context, 'no-backends', [...at, 'backend'], describeNoBackends(name), 'give it at least one backend')
  }
}

type EndpointDefaults = Pick<EndpointConfig, 'at' | 'path' | 'method' | 'timeoutMs' | 'concurrentCalls' | 'outputEncoding'>

function parseBackends(
  raw: RawEndpoint,
  endpoint: EndpointDefaults,
  endpointPath: EndpointPath,
  service: EndpointParent,
  context: ParseContext,
): BackendConfig[] {
  const parent = {
    hosts: service.hosts,
    method: raw.method || endpoint.method,
    timeoutMs: endpoint.timeoutMs,
    concurrentCalls: endpoint.concurrentCalls,
    isNoOp: endpoint.outputEncoding === 'no-op' && context.quirks.endpointForcesNoOp,
  }
  return raw.backend.map((written, index) => {
    const parse = (rawBackend: RawBackend, at: ConfigPath): BackendConfig => {
      const result = readUrlPattern(rawBackend.url_pattern, endpointPath.params, context.dialect)
      const isGood = 'pattern' in result
      const backend = parseBackend(rawBackend, isGood ? result.pattern : rawBackend.url_pattern, at, parent, context)
      if (!isGood) reportParams(result, { path: endpoint.path, method: parent.method }, index, endpointPath.params, at, context)
      return backend
    }
    return withFallback(parse(written, [...endpoint.at, 'backend', index]), context, parse)
  })
}

/** Dynamic routing: `{input_headers.x-route}`. */
const REQUEST_FIELDS = /^input_(?:headers|query_strings)\./

function reportParams(
  { undefinedParam, output }: Exclude<UrlPattern, { readonly pattern: string }>,
  /** With its method as it is written. */
  endpoint: Pick<EndpointDefaults, 'method' | 'path'>,
  index: number,
  input: readonly string[],
  at: ConfigPath,
  context: ParseContext,
): void {
  const place = `endpoint: ${endpoint.method} ${endpoint.path}, backend: ${index}. input: [${input.join(' ')}], output: [${output.join(' ')}]`
  const word = QUIRKS[context.dialect].undefinedParam
  const message =
    undefinedParam === null ? `input and output params do not match. ${place}` : `${word} output param '${undefinedParam}'! ${place}`
  const missing = output.filter((param) => !input.includes(param)).map((param) => `{${param}}`)
  const hint = output.some((param) => REQUEST_FIELDS.test(param))
    ? 'fields of the request in a url_pattern belong to KrakenD Enterprise: "_gw/request" puts them into the "path"'
    : `the endpoint's path has no ${missing.join(', ')}`
  reportInvalid(context, 'url-params', [...at, 'url_pattern'], message, hint)
}
