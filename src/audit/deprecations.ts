// The rules of `krakend audit` about what KrakenD has given up: plugins, components, keys. Knows no output.

import { hasClientPlugin, hasModifierPlugin, hasNamespace, hasServerPlugin } from './facts.ts'
import { type Rule, defineRule } from './rule.ts'

const DOCS = 'https://www.krakend.io/docs'

const STATIC_FILES = 'endpoints/serve-static-content/#upgrading-from-the-old-plugin-before-v24'

export const deprecations: readonly Rule[] = [
  deprecatePlugin('7.1.1', 'virtualhost', 'service-settings/virtual-hosts/#upgrading-from-the-old-plugin-before-v24', hasServerPlugin),
  deprecatePlugin('7.1.2', 'static-filesystem', STATIC_FILES, hasServerPlugin),
  defineRule(
    '7.1.3',
    'HIGH',
    `Avoid using deprecated plugin basic-auth. Please move your configuration to the namespace auth/basic to use the new component. See: ${DOCS}/enterprise/authentication/basic-authentication/ .`,
    (config) => hasServerPlugin(config, 'basic-auth'),
  ),
  deprecatePlugin(
    '7.1.4',
    'wildcard',
    'endpoints/wildcard/#upgrading-from-the-old-wildcard-plugin-before-v23',
    hasServerPlugin,
    'Wildcard',
  ),
  deprecatePlugin('7.1.5', 'http-proxy', 'backends/http-proxy/#migration-from-old-plugin', hasClientPlugin, 'options'),
  deprecatePlugin('7.1.6', 'static-filesystem', STATIC_FILES, hasClientPlugin),
  deprecatePlugin('7.1.7', 'no-redirect', 'backends/client-redirect/#migration-from-old-plugin', hasClientPlugin, 'options'),
  deprecatePlugin('7.1.8', 'content-replacer', 'endpoints/content-replacer/#migration-from-old-plugin', hasModifierPlugin, 'options'),
  deprecatePlugin(
    '7.1.9',
    'response-schema-validator',
    'endpoints/response-schema-validator/#migration-from-old-plugin',
    hasModifierPlugin,
    'options',
  ),
  deprecateComponent('7.2.1', 'telemetry/ganalytics', 'telemetry/opentelemetry/'),
  deprecateComponent('7.2.2', 'telemetry/instana', 'telemetry/opentelemetry/'),
  deprecateComponent('7.2.3', 'telemetry/opencensus', 'telemetry/opencensus/#transition-from-opencensus'),
  deprecateComponent('7.2.4', 'telemetry/influx', 'telemetry/influxdb/'),
  defineRule(
    '7.3.1',
    'MEDIUM',
    "Avoid using 'private_key' and 'public_key' and use the 'keys' array.",
    ({ server: { tls } }) => tls !== null && tls.legacyPair !== null,
  ),
]

function deprecatePlugin(rule: string, plugin: string, page: string, isUsed: typeof hasServerPlugin, successor = plugin): Rule {
  const message = `Avoid using deprecated plugin ${plugin}. Please visit ${DOCS}/enterprise/${page} to upgrade to the new ${successor}.`
  return defineRule(rule, 'HIGH', message, (config) => isUsed(config, plugin))
}

function deprecateComponent(rule: string, namespace: string, page: string): Rule {
  const message = `Avoid using deprecated component ${namespace}. Please visit ${DOCS}/${page} to upgrade to OpenTelemetry`
  return defineRule(rule, 'HIGH', message, ({ extraConfig }) => hasNamespace(extraConfig, namespace))
}
