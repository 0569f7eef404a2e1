// The rules of `krakend audit` in their order, with KrakenD's numbers, severities and texts. Knows no output.

import type { GatewayConfig } from '../config/types.ts'
import { deprecations } from './deprecations.ts'
import * as facts from './facts.ts'
import { type Rule, defineRule } from './rule.ts'

const METRICS = ['telemetry/opencensus', 'telemetry/metrics', 'telemetry/newrelic', 'telemetry/ganalytics', 'telemetry/instana']
const TRACES = ['telemetry/opencensus', 'telemetry/newrelic', 'telemetry/instana']
const LOGS = ['telemetry/logging', 'telemetry/gelf', 'telemetry/logstash']

const AGENTS_AT_ONCE = 10

const security = [
  defineRule('1.1.1', 'HIGH', 'Implement more secure alternatives than Basic Auth to protect your data.', (config) =>
    facts.hasServerPlugin(config, 'basic-auth'),
  ),
  defineRule(
    '1.1.2',
    'MEDIUM',
    'Implement stateless authorization methods such as JWT to secure your endpoints as opposed to using API keys.',
    hasRoot('auth/api-keys'),
  ),
  defineRule(
    '1.2.1',
    'HIGH',
    'Prioritize using JWT for endpoint authorization to ensure security.',
    ({ endpoints }) => !endpoints.some(({ extraConfig }) => extraConfig.has('auth/validator')),
  ),
]

const service = [
  defineRule(
    '2.1.1',
    'HIGH',
    'Only allow secure connections (avoid insecure_connections).',
    ({ transport }) => transport.clientTls?.allowInsecureConnections === true,
  ),
  defineRule('2.1.2', 'HIGH', 'Enable TLS or use a terminator in front of KrakenD.', ({ server }) => server.tls === null),
  defineRule(
    '2.1.3',
    'CRITICAL',
    'TLS is configured but its disable flag prevents from using it.',
    ({ server }) => server.tls?.isDisabled === true,
  ),
  defineRule('2.1.7', 'HIGH', 'Enable HTTP security header checks (security/http).', lacksRoot('security/http')),
  defineRule(
    '2.1.8',
    'HIGH',
    'Avoid clear text communication (h2c).',
    (config) => config.server.useH2c || hasRouterFlag(config, 'use_h2c'),
  ),
  defineRule('2.1.9', 'LOW', 'Establish secure connections in internal traffic (avoid insecure_connections internally)', (config) =>
    facts.someBackend(config, facts.isInsecureBackend),
  ),
  defineRule('2.2.1', 'MEDIUM', 'Hide the version banner in runtime.', (config) => !hasRouterFlag(config, 'hide_version_header')),
  defineRule('2.2.2', 'HIGH', 'Enable CORS.', lacksRoot('security/cors')),
  defineRule('2.2.3', 'HIGH', 'Avoid passing all input headers to the backend.', ({ endpoints }) =>
    endpoints.some(({ inputHeaders }) => inputHeaders.includes('*')),
  ),
  defineRule('2.2.4', 'HIGH', 'Avoid passing all input query strings to the backend.', ({ endpoints }) =>
    endpoints.some(({ inputQueryStrings }) => inputQueryStrings.includes('*')),
  ),
  defineRule('2.2.5', 'LOW', 'Avoid exposing gRPC server without services declared.', ({ extraConfig }) =>
    facts.isEmptyGrpcServer(extraConfig),
  ),
  defineRule('2.3.1', 'MEDIUM', 'Limit the amount of cacheable content.', (config) => facts.someBackend(config, facts.isUnlimitedCache)),
]

const traffic = [
  defineRule('3.1.1', 'LOW', 'Enable a bot detector.', lacksRoot('security/bot-detector')),
  defineRule(
    '3.1.2',
    'HIGH',
    'Implement a rate-limiting strategy and avoid having an All-You-Can-Eat API.',
    (config) => !hasRateLimit(config),
  ),
  defineRule(
    '3.1.3',
    'HIGH',
    'Protect your backends with a circuit breaker.',
    (config) => !facts.somePlace(config, (extraConfig) => extraConfig.has('qos/circuit-breaker')),
  ),
  defineRule('3.3.1', 'LOW', 'Set timeouts to below 3 seconds for improved performance.', (config) => facts.hasSlowEndpoint(config, 3_000)),
  defineRule('3.3.2', 'MEDIUM', 'Set timeouts to below 5 seconds for improved performance.', (config) =>
    facts.hasSlowEndpoint(config, 5_000),
  ),
  defineRule('3.3.3', 'HIGH', 'Set timeouts to below 30 seconds for improved performance.', (config) =>
    facts.hasSlowEndpoint(config, 30_000),
  ),
  defineRule('3.3.4', 'CRITICAL', 'Set timeouts to below 1 minute for improved performance.', (config) =>
    facts.hasSlowEndpoint(config, 60_000),
  ),
]

// compat: OpenTelemetry counts for traces and for duplicates, not for metrics; 4.1.2 (a name for the configuration) never applies in KrakenD
const telemetry = [
  defineRule(
    '4.1.1',
    'MEDIUM',
    'Implement a telemetry system for collecting metrics for monitoring and troubleshooting.',
    ({ extraConfig }) => facts.countNamespaces(extraConfig, METRICS) === 0,
  ),
  defineRule(
    '4.1.3',
    'HIGH',
    'Avoid duplicating telemetry options to prevent system overload.',
    (config) => countMetricSystems(config) > 1,
  ),
  defineRule(
    '4.2.1',
    'MEDIUM',
    'Implement a telemetry system for tracing for monitoring and troubleshooting.',
    (config) => facts.countNamespaces(config.extraConfig, TRACES) + facts.countExporters(config, 'otlp', 'disable_traces') === 0,
  ),
  defineRule(
    '4.3.1',
    'MEDIUM',
    'Use the improved logging component for better log parsing.',
    ({ extraConfig }) => facts.countNamespaces(extraConfig, LOGS) === 0,
  ),
]

const endpoint = [
  defineRule(
    '5.1.1',
    'LOW',
    'Follow a RESTful endpoint structure for improved readability and maintainability.',
    ({ service: { disableRest } }) => disableRest,
  ),
  defineRule('5.1.2', 'LOW', 'Disable the /__debug/ endpoint for added security.', ({ service: { debugEndpoint } }) => debugEndpoint),
  defineRule('5.1.3', 'LOW', 'Disable the /__echo/ endpoint for added security.', ({ service: { echoEndpoint } }) => echoEndpoint),
  defineRule('5.1.4', 'LOW', 'Declare explicit endpoints instead of using wildcards.', ({ endpoints }) =>
    endpoints.some(({ path }) => path.endsWith('*')),
  ),
  defineRule('5.1.5', 'MEDIUM', 'Declare explicit endpoints instead of using /__catchall.', ({ endpoints }) =>
    endpoints.some(({ path }) => path === '/__catchall'),
  ),
  defineRule('5.1.6', 'MEDIUM', 'Avoid using multiple write methods in endpoint definitions.', ({ endpoints }) =>
    endpoints.some((candidate) => facts.countWritingBackends(candidate) > 1),
  ),
  defineRule('5.1.7', 'MEDIUM', 'Avoid using sequential proxy.', ({ endpoints }) =>
    endpoints.some(({ extraConfig }) => {
      const { strategy, sequential } = facts.optionsOf(extraConfig, 'proxy')
      return strategy === 'sequential' || sequential === true
    }),
  ),
  defineRule('5.2.1', 'CRITICAL', 'Ensure all endpoints have at least one backend for proper functionality.', ({ endpoints }) =>
    endpoints.some(({ backends }) => backends.length === 0),
  ),
  defineRule('5.2.2', 'LOW', 'Benefit from the backend for frontend pattern capabilities.', ({ endpoints }) =>
    endpoints.every(({ backends }) => backends.length <= 1),
  ),
  defineRule('5.2.3', 'LOW', 'Avoid coupling clients by overusing no-op encoding.', ({ endpoints }) =>
    endpoints.every(({ outputEncoding }) => outputEncoding === 'no-op'),
  ),
]

const agents = [
  defineRule(
    '6.1.1',
    'LOW',
    'Ensure Async Agents do not start sequentially to avoid overloading the system (+10 agents).',
    ({ service, asyncAgents }) => service.sequentialStart && asyncAgents.length >= AGENTS_AT_ONCE,
  ),
]

export const rules: readonly Rule[] = [...security, ...service, ...traffic, ...telemetry, ...endpoint, ...agents, ...deprecations]

function hasRoot(namespace: string): Rule['applies'] {
  return ({ extraConfig }) => facts.hasNamespace(extraConfig, namespace)
}

function lacksRoot(namespace: string): Rule['applies'] {
  return ({ extraConfig }) => !facts.hasNamespace(extraConfig, namespace)
}

function hasRouterFlag({ extraConfig }: GatewayConfig, flag: string): boolean {
  return facts.optionsOf(extraConfig, 'router')[flag] === true
}

function hasRateLimit(config: GatewayConfig): boolean {
  const { endpoints, extraConfig } = config
  return (
    facts.countNamespaces(extraConfig, ['qos/ratelimit/router', 'qos/ratelimit/service']) > 0 ||
    endpoints.some((candidate) => facts.hasNamespace(candidate.extraConfig, 'qos/ratelimit/router')) ||
    facts.somePlace(config, (place) => place.has('qos/ratelimit/proxy')) ||
    facts.hasServerPlugin(config, 'redis-ratelimit')
  )
}

function countMetricSystems(config: GatewayConfig): number {
  return (
    facts.countNamespaces(config.extraConfig, METRICS) +
    facts.countExporters(config, 'otlp', 'disable_metrics') +
    facts.countExporters(config, 'prometheus', 'disable_metrics')
  )
}
