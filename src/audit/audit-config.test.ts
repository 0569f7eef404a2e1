// Every rule on a configuration that breaks it and on one that does not.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseConfig } from '../config/parse.ts'
import { auditConfig } from './audit-config.ts'
import { SEVERITIES } from './rule.ts'
import { rules } from './rules.ts'

type Json = Record<string, unknown>

const ALL = { severities: new Set<string>(SEVERITIES), ignored: new Set<string>() }

function audit(file: Json, choice = ALL): string[] {
  const { config, issues } = parseConfig({ version: 3, host: ['http://h'], ...file }, { knownNamespaces: [], edition: 'ce' })
  assert.ok(config, JSON.stringify(issues))
  return auditConfig(config, choice).recommendations.map(({ rule }) => rule)
}

function root(extraConfig: Json): Json {
  return { extra_config: extraConfig }
}

function endpoint(fields: Json, ...backends: Json[]): Json {
  const backend = (backends.length === 0 ? [{}] : backends).map((each) => ({ url_pattern: '/b', ...each }))
  return { endpoints: [{ endpoint: '/e', backend, ...fields }] }
}

function backend(extraConfig: Json): Json {
  return endpoint({}, root(extraConfig))
}

function otel(exporters: Json): Json {
  return root({ 'telemetry/opentelemetry': { exporters } })
}

function agents(count: number): Json {
  const consumer = { topic: 't' }
  return { async_agent: Array.from({ length: count }, (_, n) => ({ name: `a${n}`, consumer, backend: [{ url_pattern: '/' }] })) }
}

const httpClient = (allows: unknown): Json => ({ 'backend/http/client': { client_tls: { allow_insecure_connections: allows } } })
const cache = (options: unknown): Json => backend({ 'qos/http-cache': options })
const serverPlugin = (name: unknown): Json => root({ 'plugin/http-server': { name } })
const modifierPlugin = (name: unknown): Json => ({ 'plugin/req-resp-modifier': { name } })

/** By rule: files that break it, files that do not. */
const CASES: Readonly<Record<string, { readonly broken: readonly Json[]; readonly kept: readonly Json[] }>> = {
  '1.1.1': {
    broken: [serverPlugin('basic-auth'), serverPlugin(['x', 'basic-auth'])],
    kept: [{}, root({ 'auth/basic': {} }), serverPlugin('x'), serverPlugin(7)],
  },
  '1.1.2': { broken: [root({ 'auth/api-keys': {} })], kept: [{}, endpoint(root({ 'auth/api-keys': {} }))] },
  '1.2.1': { broken: [{}, backend({ 'auth/validator': {} })], kept: [endpoint(root({ 'auth/validator': {} }))] },
  '2.1.1': {
    broken: [{ allow_insecure_connections: true }, { client_tls: { allow_insecure_connections: true } }],
    kept: [{}, { client_tls: {} }],
  },
  '2.1.2': { broken: [{}], kept: [{ tls: {} }, { tls: { disabled: true } }] },
  '2.1.3': { broken: [{ tls: { disabled: true } }], kept: [{}, { tls: {} }] },
  '2.1.7': { broken: [{}, endpoint(root({ 'security/http': {} }))], kept: [root({ 'security/http': null })] },
  '2.1.8': { broken: [{ use_h2c: true }, root({ router: { use_h2c: true } })], kept: [{}, root({ router: { use_h2c: 'true' } })] },
  '2.1.9': { broken: [backend(httpClient(true))], kept: [backend(httpClient('true')), backend(httpClient(false)), root(httpClient(true))] },
  '2.2.1': { broken: [{}, root({ router: { hide_version_header: 1 } })], kept: [root({ router: { hide_version_header: true } })] },
  '2.2.2': { broken: [{}], kept: [root({ 'security/cors': {} })] },
  '2.2.3': { broken: [endpoint({ input_headers: ['A', '*'] })], kept: [endpoint({ input_headers: ['A*'] })] },
  '2.2.4': { broken: [endpoint({ input_query_strings: ['*'] })], kept: [endpoint({ input_query_strings: ['a'] })] },
  '2.2.5': {
    broken: [root({ grpc: { server: {} } }), root({ grpc: { server: { services: [] } } })],
    kept: [{}, root({ grpc: {} }), root({ grpc: { server: { services: [{}] } } })],
  },
  '2.3.1': {
    broken: [cache({}), cache({ max_items: 1 }), cache({ max_size: 1 }), cache({ max_items: 1, max_size: 0 }), cache(null)],
    kept: [{}, cache({ max_items: 1, max_size: 1 })],
  },
  '3.1.1': { broken: [{}, root({ 'security/bot-detector': [] })], kept: [root({ 'security/bot-detector': {} })] },
  '3.1.2': {
    broken: [{}, backend({ 'qos/ratelimit/router': {} }), root({ 'qos/ratelimit/proxy': {} }), root({ 'qos/ratelimit/router': null })],
    kept: [
      root({ 'qos/ratelimit/router': {} }),
      root({ 'qos/ratelimit/service': {} }),
      endpoint(root({ 'qos/ratelimit/router': {} })),
      endpoint(root({ 'qos/ratelimit/proxy': {} })),
      backend({ 'qos/ratelimit/proxy': {} }),
      serverPlugin(['redis-ratelimit']),
    ],
  },
  '3.1.3': {
    broken: [{}, root({ 'qos/circuit-breaker': {} })],
    kept: [endpoint(root({ 'qos/circuit-breaker': {} })), backend({ 'qos/circuit-breaker': {} })],
  },
  '3.3.1': { broken: [endpoint({ timeout: '3001ms' })], kept: [endpoint({ timeout: '3s' }), endpoint({ timeout: '3000900us' })] },
  '3.3.2': { broken: [endpoint({ timeout: '5001ms' })], kept: [endpoint({ timeout: '5s' })] },
  '3.3.3': { broken: [{ ...endpoint({}), timeout: '31s' }], kept: [endpoint({ timeout: '30s' }), { timeout: '31s' }] },
  '3.3.4': { broken: [endpoint({ timeout: '60001ms' })], kept: [endpoint({ timeout: '1m' })] },
  '4.1.1': {
    broken: [{}, otel({ otlp: [{}], prometheus: [{}] }), root({ 'telemetry/opencensus': {} })],
    kept: ['metrics', 'newrelic', 'ganalytics', 'instana'].map((name) => root({ [`telemetry/${name}`]: {} })),
  },
  '4.1.3': {
    broken: [
      root({ 'telemetry/metrics': {}, 'telemetry/newrelic': {} }),
      otel({ otlp: [{}], prometheus: [{}] }),
      otel({ prometheus: [{}, { disable_metrics: 'true' }] }),
    ],
    kept: [{}, root({ 'telemetry/metrics': {} }), otel({ otlp: [{}, { disable_metrics: true }, 'x'] })],
  },
  '4.2.1': {
    broken: [{}, otel({ prometheus: [{}] }), otel({ otlp: [{ disable_traces: true }] }), root({ 'telemetry/opentelemetry': [] })],
    kept: [otel({ otlp: [{}] }), root({ 'telemetry/instana': {} }), root({ 'telemetry/opencensus': { exporters: {} } })],
  },
  '4.3.1': { broken: [{}], kept: ['logging', 'gelf', 'logstash'].map((name) => root({ [`telemetry/${name}`]: {} })) },
  '5.1.1': { broken: [{ disable_rest: true }], kept: [{}] },
  '5.1.2': { broken: [{ debug_endpoint: true }], kept: [{}] },
  '5.1.3': { broken: [{ echo_endpoint: true }], kept: [{}] },
  '5.1.4': { broken: [endpoint({ endpoint: '/{a}/*' })], kept: [endpoint({ endpoint: '/a' })] },
  '5.1.5': { broken: [endpoint({ endpoint: '/__catchall' })], kept: [endpoint({ endpoint: '/__catchall/a' })] },
  '5.1.6': {
    broken: [
      endpoint({}, { method: 'POST' }, { method: 'DELETE' }),
      endpoint({ method: 'POST' }, {}, {}),
      endpoint({}, { method: 'PUT' }, { method: 'GET', ...root({ 'backend/grpc': {} }) }),
    ],
    kept: [endpoint({}, { method: 'POST' }), endpoint({}, { method: 'POST' }, { method: 'HEAD' }, { method: 'GET' })],
  },
  '5.1.7': { broken: [endpoint(root({ proxy: { sequential: true } }))], kept: [endpoint(root({ proxy: { sequential: 1 } }))] },
  '5.2.2': { broken: [{}, endpoint({})], kept: [endpoint({}, {}, {})] },
  '5.2.3': { broken: [{}, endpoint({ output_encoding: 'no-op' })], kept: [endpoint({})] },
  '6.1.1': {
    broken: [{ sequential_start: true, ...agents(10) }],
    kept: [{ sequential_start: true, ...agents(9) }, agents(10)],
  },
  '7.1.1': { broken: [serverPlugin('virtualhost')], kept: [{}] },
  '7.1.2': { broken: [serverPlugin(['static-filesystem'])], kept: [{}] },
  '7.1.3': { broken: [serverPlugin('basic-auth')], kept: [{}] },
  '7.1.4': { broken: [serverPlugin('wildcard')], kept: [{}] },
  '7.1.5': {
    broken: [endpoint(root({ 'plugin/http-client': { name: 'http-proxy' } }))],
    kept: [backend({ 'plugin/http-client': { name: 'http-proxy' } })],
  },
  '7.1.6': { broken: [endpoint(root({ 'plugin/http-client': { name: 'static-filesystem' } }))], kept: [{}] },
  '7.1.7': { broken: [endpoint(root({ 'plugin/http-client': { name: 'no-redirect' } }))], kept: [{}] },
  '7.1.8': {
    broken: [endpoint(root(modifierPlugin(['content-replacer']))), backend(modifierPlugin(['a', 'content-replacer']))],
    kept: [backend(modifierPlugin('content-replacer')), backend({ 'plugin/req-resp-modifier': 1 })],
  },
  '7.1.9': { broken: [backend(modifierPlugin(['response-schema-validator']))], kept: [{}] },
  '7.2.1': { broken: [root({ 'telemetry/ganalytics': {} })], kept: [{}] },
  '7.2.2': { broken: [root({ 'telemetry/instana': {} })], kept: [{}] },
  '7.2.3': { broken: [root({ 'telemetry/opencensus': { exporters: {} } })], kept: [root({ 'telemetry/opencensus': {} })] },
  '7.2.4': { broken: [root({ 'telemetry/influx': {} })], kept: [{}] },
  '7.3.1': {
    broken: [{ tls: { public_key: 'a' } }, { tls: { private_key: 'b' } }],
    kept: [{}, { tls: { keys: [{ public_key: 'a', private_key: 'b' }] } }],
  },
}

describe('a rule speaks up for what breaks it, and for nothing else', () => {
  for (const [rule, { broken, kept }] of Object.entries(CASES)) {
    test(rule, () => {
      for (const file of broken) assert.ok(audit(file).includes(rule), `silent: ${JSON.stringify(file)}`)
      for (const file of kept) assert.ok(!audit(file).includes(rule), `speaks up: ${JSON.stringify(file)}`)
    })
  }
  test('no rule is left out (5.2.1 cannot be broken by a file that is read)', () => {
    assert.deepEqual(
      rules.map(({ rule }) => rule).filter((rule) => rule !== '5.2.1'),
      Object.keys(CASES),
    )
  })
})

test('names of KrakenD 1.x count as those of today', () => {
  const file = { version: 2, extra_config: { 'github_com/devopsfaith/krakend-cors': {} }, endpoints: [] }
  assert.ok(!audit(file).includes('2.2.2'))
})

test('severities choose rules, numbers leave them out', () => {
  assert.deepEqual(audit({}, { severities: new Set(['LOW']), ignored: new Set() }), ['3.1.1', '5.2.2', '5.2.3'])
  assert.deepEqual(audit({}, { severities: new Set(['LOW', 'CRITICAL']), ignored: new Set(['5.2.2', '9.9.9']) }), ['3.1.1', '5.2.3'])
  assert.deepEqual(audit({}, { severities: new Set(['low', '']), ignored: new Set() }), [])
})

test('the texts of deprecations are whole', () => {
  const textOf = (wanted: string): string | undefined => rules.find(({ rule }) => rule === wanted)?.message
  assert.equal(
    textOf('7.1.2'),
    'Avoid using deprecated plugin static-filesystem. Please visit https://www.krakend.io/docs/enterprise/endpoints/serve-static-content/#upgrading-from-the-old-plugin-before-v24 to upgrade to the new static-filesystem.',
  )
  assert.equal(
    textOf('7.1.4'),
    'Avoid using deprecated plugin wildcard. Please visit https://www.krakend.io/docs/enterprise/endpoints/wildcard/#upgrading-from-the-old-wildcard-plugin-before-v23 to upgrade to the new Wildcard.',
  )
  assert.equal(
    textOf('7.2.3'),
    'Avoid using deprecated component telemetry/opencensus. Please visit https://www.krakend.io/docs/telemetry/opencensus/#transition-from-opencensus to upgrade to OpenTelemetry',
  )
})
